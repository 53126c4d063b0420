"""Room: settlement. The day on which a fact is booked: its own, or the first open one when its period is closed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.settlement.promises import Books
from donations.tables import period

_FRESH = timedelta(hours=1)


def day_of_charge(session: Session, happened_at: datetime, books: Books) -> date:
    """Return the same for a charge: one that is told at once is looked up nowhere, for no period closes so soon."""
    if books.now - happened_at < _FRESH:
        return books.day_of(happened_at)
    return open_day(session, happened_at, books)


def open_day(session: Session, happened_at: datetime, books: Books) -> date:
    """Return the book's day of an instant, or the day after the closed period if it lies in it."""
    day = books.day_of(happened_at)
    closed = session.scalars(select(period.c.closed_through).order_by(period.c.id.desc()).limit(1)).one_or_none()
    return day if closed is None or day > closed else closed + timedelta(days=1)
