"""Small true facts for tests of the money rooms: charges, moments, and a book to write them in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from donations import ledger, postings
from donations.database import Database
from donations.postings import NewEntry, When
from donations.tables import clothing_fund, filing, period

NOW = datetime(2026, 11, 22, 18, 30, 15, 250_000, tzinfo=UTC)
TODAY = date(2026, 11, 22)
WHEN: When = {"happened_at": NOW, "effective_on": TODAY}

Work = Callable[[Session], Any]


def gift(charge_id: str = "ch_1", cents: int = 13_000, cover: int = 0) -> NewEntry:
    """Return the entry of a charge that kept its promise."""
    return postings.settled_gift(charge_id=charge_id, gift_cents=cents, fee_cover_cents=cover, **WHEN)


def fee(txn_id: str = "txn_1", cents: int = 407) -> NewEntry:
    """Return the entry of a card fee."""
    entry = postings.stripe_fee(txn_id=txn_id, fee_cents=cents, **WHEN)
    assert entry is not None
    return entry


def post(database: Database, *entries: NewEntry, recorded_at: datetime = NOW) -> list[ledger.Posted]:
    """Book entries in one write."""
    return database.write(lambda session: [ledger.post(session, entry, recorded_at=recorded_at) for entry in entries])


def execute(statement: str, **parameters: Any) -> Work:  # noqa: ANN401  # Whatever the statement asks for.
    """Return work that runs raw SQL, as somebody would who goes round the code."""
    return lambda session: session.execute(text(statement), parameters)


def assert_refused(database: Database, work: Work, sentence: str | None = None) -> None:
    """Assert that the database itself refuses the work, and says why."""
    with pytest.raises(IntegrityError, match=sentence):
        database.write(work)


def count(database: Database, table: str) -> int:
    """Return the number of rows."""
    with database.read() as session:
        return int(session.scalar(text(f"SELECT COUNT(*) FROM {table}")) or 0)  # noqa: S608  # A name of this file.


def close_period(database: Database, through: date, state: str = "closed", **others: Any) -> None:  # noqa: ANN401
    """Write a period's row."""
    values = {"closed_through": through, "state": state, "actor": "ada", "recorded_at": NOW, **others}
    database.write(lambda session: session.execute(insert(period).values(values)))


def open_fund(session: Session, queue_no: int = 1, target_cents: int = 13_000) -> int:
    """Open a clothing fund and file it; return its id."""
    fund_id = session.execute(
        insert(clothing_fund)
        .values(code=f"CF-000000000{queue_no}", queue_no=queue_no, opened_on=TODAY, target_cents=target_cents)
        .returning(clothing_fund.c.id)
    ).scalar_one()
    session.execute(insert(filing).values(position=10_000 + queue_no, what="opened", clothing_fund_id=fund_id))
    return int(fund_id)
