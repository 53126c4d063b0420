"""Room: settlement. The day on which a fact is booked: its own, or the first open one when its period is closed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.settlement.promises import Books
from donations.tables import period


def open_day(session: Session, happened_at: datetime, books: Books) -> date:
    """Return the book's day of an instant, or the day after the closed period if it lies in it."""
    day = books.day_of(happened_at)
    closed = session.scalars(select(period.c.closed_through).order_by(period.c.id.desc()).limit(1)).one_or_none()
    return day if closed is None or day > closed else closed + timedelta(days=1)
