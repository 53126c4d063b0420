"""Room: ledger. Which days of the book are closed: months that two people may reopen, and years locked for good."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import func, insert, or_, select
from sqlalchemy.orm import Session

from donations.errors import FieldRefusedError
from donations.migrations.rules import PERIOD_LOCK
from donations.tables import period


def hold_periods(session: Session) -> None:
    """Let no entry slip in between until the commit; who also wants the clerk's lock takes that one first.

    An instant that a period's row records is read after this, else rule I17 would accuse honest entries.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(PERIOD_LOCK)))


def closed_through(session: Session) -> date | None:
    """Return the last day nothing may be booked on any more; None while every day is open."""
    latest = select(func.max(period.c.id)).where(period.c.state != "locked").scalar_subquery()
    stands = or_(period.c.state == "locked", period.c.id == latest)
    return session.scalars(select(func.max(period.c.closed_through)).where(stands)).one_or_none()


def locked_through(session: Session) -> date | None:
    """Return the last day of the last year that was closed for good."""
    locked = select(func.max(period.c.closed_through)).where(period.c.state == "locked")
    return session.scalars(locked).one_or_none()


def refuse_closed(session: Session, day: date, *, field: str) -> None:
    """Raise `FieldRefusedError` if the day's month is closed: what is undone on its own day must find it open."""
    closed = closed_through(session)
    if closed is not None and day <= closed:
        raise FieldRefusedError(f"{day:%Y-%m} is closed: it must be reopened first.", field=field)


def first_open_day(session: Session, day: date) -> date:
    """Return the day itself, or the first open one if it is closed: a late fact is an adjustment of that day."""
    closed = closed_through(session)
    return day if closed is None else max(day, closed + timedelta(days=1))


def lock_through(session: Session, day: date, *, actor: str, recorded_at: datetime) -> None:
    """Lock every day through this one for good; the caller holds the periods."""
    values = {"closed_through": day, "state": "locked", "actor": actor, "recorded_at": recorded_at}
    session.execute(insert(period).values(values))
