"""Room: exceptions. One by one: what needs a person, and the word by which a person says that it is dealt with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from donations import alarms, audit_log
from donations.alarms import AlarmKind
from donations.audit_log import Actor
from donations.errors import FieldRefusedError, NotFoundError
from donations.exceptions.kinds import ALARM_KINDS, WHAT_TO_DO


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One alarm that is open; `subject` is an outside id or a reference, never a name."""

    kind: str
    words: str
    subject: str
    raised_at: datetime
    due_at: datetime | None
    what_to_do: str
    """Empty where it ends by itself."""


def list_cases(session: Session) -> list[Case]:
    """Return each open alarm, the most urgent first."""
    return [
        Case(
            kind=one.kind,
            words=ALARM_KINDS[one.kind][0] if one.kind in ALARM_KINDS else one.kind,
            subject=one.subject,
            raised_at=one.raised_at,
            due_at=one.due_at,
            what_to_do=WHAT_TO_DO.get(one.kind, ""),
        )
        for one in alarms.list_open_alarms(session)
    ]


def deal_with(session: Session, kind: str, subject: str, *, actor: Actor, now: datetime) -> None:
    """End an alarm that only a person can end; the audit log keeps who said so.

    Raises `FieldRefusedError` for one that ends by itself and `NotFoundError` for one that is not open.
    """
    found = next((one for one in list_cases(session) if (one.kind, one.subject) == (kind, subject)), None)
    if found is None:
        raise NotFoundError("Nothing of that kind and name waits for a person.", field="subject")
    if not found.what_to_do:
        raise FieldRefusedError("This ends by itself, when its cause does.", field="kind")
    alarms.clear_alarm(session, _believed(kind), subject, now=now)
    audit_log.record(session, actor, "alarm.dealt_with", subject=subject, facts={"kind": kind}, at=now)


def _believed(kind: str) -> AlarmKind:
    known: AlarmKind
    for known in alarms.KINDS:
        if known == kind:
            return known
    raise NotFoundError("Nothing of that kind and name waits for a person.", field="kind")
