"""Room: exceptions. Reads what needs a person, in counts, each from an index or a short table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from donations.exceptions import kinds
from donations.exceptions.task import Action, Severity, Task
from donations.exceptions.waiting import count_rows, list_waiting, tell_if_any
from donations.settings import Settings
from donations.staff.desk import count_members
from donations.tables import Alarm, InboxRow, OutboxRow
from receipts.rules import us

TEOS_EVERY: Final = timedelta(days=35)
SOON: Final = timedelta(days=60)
_TWO: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Whether everything is all right, and how much is not."""

    blocks: int
    warns: int
    tasks: tuple[Task, ...]

    @property
    def all_is_well(self) -> bool:
        """Tell whether nobody needs to do anything."""
        return not self.tasks


def summary(session: Session, settings: Settings, *, now: datetime) -> Summary:
    """Return what the desk's first page says, the gravest first."""
    found = tuple(list_tasks(session, settings, now=now))
    blocks = sum(task.severity == "blocks" for task in found)
    return Summary(blocks=blocks, warns=len(found) - blocks, tasks=found)


def list_tasks(session: Session, settings: Settings, *, now: datetime) -> list[Task]:
    """Return everything that needs a person: what blocks before what warns, then by the day it is due."""
    found = [
        *_alarms(session, settings),
        *_laid_aside(session),
        *list_waiting(session, now),
        *_of_the_house(session, settings, now),
    ]
    return sorted(
        found, key=lambda task: (task.severity, task.due_on is None, str(task.due_on), str(task.since), task.kind)
    )


def _alarms(session: Session, settings: Settings) -> list[Task]:
    rows = session.execute(
        select(Alarm.kind, func.count(), func.min(Alarm.raised_at), func.min(Alarm.due_at))
        .where(Alarm.cleared_at.is_(None))
        .group_by(Alarm.kind)
    )
    found = []
    for kind, count, since, due_at in rows:
        words, severity, actions = kinds.ALARM_KINDS.get(kind, (kind, "warns", (kinds.ALARMS,)))
        due_on = None if due_at is None else due_at.astimezone(settings.zone).date()
        found.append(
            Task(
                kind=kind,
                words=words,
                count=count,
                severity=severity,
                actions=actions,
                since=since,
                due_on=due_on,
            )
        )
    return found


def _laid_aside(session: Session) -> list[Task]:
    """Return mails, prints and told events that were tried until nobody could hope any more."""
    what = case((OutboxRow.key.startswith("mail/"), "mail_parked"), else_="job_parked")
    owed = session.execute(
        select(what.label("kind"), func.count(), func.min(OutboxRow.due_at))
        .where(OutboxRow.state == "parked")
        .group_by(what)
    )
    words = {"mail_parked": "Mails could not be delivered", "job_parked": "Prints and other jobs were laid aside"}
    found = [
        Task(kind=kind, words=words[kind], count=count, severity="warns", actions=(kinds.ALARMS,), since=since)
        for kind, count, since in owed
    ]
    told = count_rows(session, InboxRow.received_at, InboxRow.state == "parked")
    return found + tell_if_any(
        told,
        lambda count, since: Task(
            kind="event_parked",
            words="Events of Stripe were laid aside",
            count=count,
            severity="blocks",
            actions=(kinds.SWEEP, kinds.ALARMS),
            since=since,
        ),
    )


def _of_the_house(session: Session, settings: Settings, now: datetime) -> list[Task]:
    """Return what the charity itself must look after: a second person, its standing, its figures and texts."""
    organisation, today = settings.organisation, now.astimezone(settings.zone).date()
    found: list[Task] = []

    def note(kind: str, words: str, count: int, action: Action) -> None:
        if count:
            found.append(Task(kind=kind, words=words, count=count, severity="warns", actions=(action,)))

    alone = Action(
        words="Invite a second person", address="/treasury/staff", command="almoner staff invite EMAIL --name NAME"
    )
    note("alone", "Fewer than two people may enter", int(count_members(session) < _TWO), alone)
    checked = Action(words="Look the charity up, then note the day in almoner.toml", command="almoner check")
    old = today - organisation.teos_checked_on > TEOS_EVERY
    note("teos", "The charity's standing was not looked up for 35 days", int(old), checked)
    verify = Action(words="Have a named person verify them", command="almoner check")
    doubts = us.LAW.list_unverified_thresholds(today.year, organisation.own_thresholds)
    note("threshold", "Figures of the law are not verified", len(doubts), verify)
    registered = {row.state for row in organisation.states_registered}
    texts = us.all_rows(organisation.own_texts)
    return found + lapsing_texts([last for _, last in us.list_last_days(registered, texts)], today)


def lapsing_texts(lasts: Sequence[date], today: date) -> list[Task]:
    """Return the states in which a text that the law asks for is not in force any more, or soon will not be.

    `lasts` holds the last day of each text of the states where the charity is registered.
    """
    past, soon = [last for last in lasts if last < today], [last for last in lasts if today <= last <= today + SOON]
    renew = Action(words="Look the text up, then install the release that holds it", command="almoner check")
    told: tuple[tuple[str, str, Severity, list[date]], ...] = (
        ("disclosure_lapsed", "Disclosure texts of states have lapsed and are left out", "blocks", past),
        ("disclosure_lapsing", "Disclosure texts of states lapse within 60 days", "warns", soon),
    )
    return [
        Task(kind=kind, words=words, count=len(days), severity=severity, actions=(renew,), due_on=min(days))
        for kind, words, severity, days in told
        if days
    ]
