"""Room: settlement. The day on which a fact is booked: its own, or the first open one when its period is closed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from donations import ledger
from donations.settlement.promises import Books

_FRESH = timedelta(hours=1)


def day_of_charge(session: Session, happened_at: datetime, books: Books) -> date:
    """Return the same for a charge; one told at once is looked up nowhere, for no month closes before its end."""
    day, today = books.day_of(happened_at), books.day_of(books.now)
    if books.now - happened_at < _FRESH and (day.year, day.month) == (today.year, today.month):
        return day
    return ledger.first_open_day(session, day)


def open_day(session: Session, happened_at: datetime, books: Books) -> date:
    """Return the book's day of an instant, or the day after the closed period if it lies in it."""
    return ledger.first_open_day(session, books.day_of(happened_at))


def own_day(happened_at: datetime, booked_on: date, books: Books) -> date | None:
    """Return the day of an instant where it is booked on another, because its own was closed; else None."""
    day = books.day_of(happened_at)
    return None if day == booked_on else day
