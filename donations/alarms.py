"""Room: alarms. What needs a person: raised once per kind and subject, shown until it is cleared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from donations.database import insert_once
from donations.tables import Alarm

AlarmKind = Literal[
    "books_diverged",
    "dispute",
    "document_differs",
    "early_fraud_warning",
    "foreign_row",
    "form_8282",
    "form_8283",
    "invoice_without_charge",
    "left_over",
    "operations_broken",
    "operations_low",
    "paid_twice",
    "payout_difference",
    "payout_failed",
    "receipt_refused",
    "refund_failed",
    "second_subscription",
    "suspense",
    "unknown_row",
]
KINDS: Final[tuple[AlarmKind, ...]] = get_args(AlarmKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAlarm:
    """One thing that needs a person; `subject` is an outside id or a source key, never a name."""

    kind: str
    subject: str
    raised_at: datetime
    due_at: datetime | None


def raise_alarm(
    session: Session, kind: AlarmKind, subject: str, *, now: datetime, due_at: datetime | None = None
) -> None:
    """Raise it once: told again, it stays as it is, cleared or not; only a new day by which to act is noted."""
    values = {"kind": kind, "subject": subject, "raised_at": now, "due_at": due_at}
    if not insert_once(session, Alarm, values, key=("kind", "subject")) and due_at is not None:
        session.execute(update(Alarm).where(*_named(kind, subject)).values(due_at=due_at))


def raise_again(session: Session, kind: AlarmKind, subject: str, *, now: datetime) -> None:
    """Raise it, or raise it anew if it was cleared: for what is over by itself and may come back."""
    raise_alarm(session, kind, subject, now=now)
    session.execute(
        update(Alarm)
        .where(*_named(kind, subject), Alarm.cleared_at.is_not(None))
        .values(raised_at=now, cleared_at=None)
    )


def clear_alarm(session: Session, kind: AlarmKind, subject: str, *, now: datetime) -> None:
    """Clear it; one that was never raised is fine."""
    session.execute(update(Alarm).where(*_named(kind, subject), Alarm.cleared_at.is_(None)).values(cleared_at=now))


def list_open_alarms(session: Session) -> list[OpenAlarm]:
    """Return what still needs a person, the most urgent first."""
    rows = session.scalars(
        select(Alarm).where(Alarm.cleared_at.is_(None)).order_by(Alarm.raised_at, Alarm.kind, Alarm.subject)
    )
    found = [
        OpenAlarm(kind=row.kind, subject=row.subject, raised_at=row.raised_at, due_at=row.due_at) for row in rows
    ]
    return sorted(found, key=lambda one: (one.due_at is None, one.due_at or one.raised_at))


def _named(kind: str, subject: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Alarm.kind == kind, Alarm.subject == subject
