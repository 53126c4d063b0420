"""What tests of the close share: a clock that stands, and a bank whose word is what it must be."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import insert

from donations.bank.accounts import NUMBERS
from donations.bank.agreeing import agreements
from donations.database import Database
from donations.tables import bank_assertion


class StoppedClock:
    """Stands at one instant."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Return the instant."""
        return self._at


def vouch(book: Database, on: date) -> None:
    """Write down for every account what the bank must say at the end of a day."""
    with book.read() as session:
        rows = [
            {"account_id": NUMBERS[one.account], "on": on, "cents": one.expected_cents, "statement_ref": "x"}
            for one in agreements(session, on)
        ]
    if rows:
        book.write(lambda session: session.execute(insert(bank_assertion), rows))
