"""Room: exceptions. Reads what needs a person, in counts, each from an index or a short table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from donations.exceptions import kinds
from donations.exceptions.task import Action, Task
from donations.settings import Settings
from donations.staff.desk import count_members
from donations.tables import Alarm, Approval, DocumentRequest, GiftReview, InboxRow, OutboxRow, tray
from receipts.rules import us

TEOS_EVERY: Final = timedelta(days=35)
_UNANSWERED_AFTER: Final = timedelta(hours=1)
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
        *_waiting(session, now),
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
    told = _count(session, InboxRow.received_at, InboxRow.state == "parked")
    return found + _if_any(
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


def _waiting(session: Session, now: datetime) -> list[Task]:
    held = _count(session, GiftReview.held_at, GiftReview.state == "held")
    asked = _count(session, Approval.requested_at, Approval.state == "requested", Approval.expires_at > now)
    owed = _count(session, DocumentRequest.requested_at, DocumentRequest.requested_at < now - _UNANSWERED_AFTER)
    unfiled = session.scalar(select(func.count()).select_from(tray)) or 0
    decide = Action(words="Approve or decline", address="/treasury/approvals")
    look = Action(words="See the gifts", address="/treasury/gifts", command="almoner gift list")
    work = Action(words="Let the worker run", command="almoner work")
    return [
        *_if_any(held, lambda count, since: Task(kind="gift_held", words="Gifts wait for their donors' answer",
            count=count, severity="warns", actions=(look,), since=since)),
        *_if_any(asked, lambda count, since: Task(kind="approval", words="Requests wait for a second person",
            count=count, severity="warns", actions=(decide,), since=since)),
        *_if_any(owed, lambda count, since: Task(kind="document_owed", words="Documents could not be issued",
            count=count, severity="warns", actions=(work,), since=since)),
        *_if_any((unfiled, None), lambda count, since: Task(kind="tray", words="Money waits for the clerk",
            count=count, severity="warns", actions=(work,), since=since)),
    ]  # fmt: skip


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
    doubts = us.LAW.list_unverified_thresholds(today.year)
    note("threshold", "Figures of the law are not verified", len(doubts), verify)
    return found


def _count(session: Session, since: Any, *conditions: ColumnElement[bool]) -> tuple[int, datetime | None]:  # noqa: ANN401
    count, oldest = session.execute(select(func.count(), func.min(since)).where(*conditions)).one()
    return count, oldest


def _if_any(found: tuple[int, datetime | None], tell: Callable[[int, datetime | None], Task]) -> list[Task]:
    return [tell(*found)] if found[0] else []
