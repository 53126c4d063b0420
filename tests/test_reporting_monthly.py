"""The book by month is the ledger's own sum, on the first reading and on every later one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from donations import ledger
from donations.database import Database
from donations.postings import CHART, FUND_IDS
from donations.reporting.monthly import MonthSums, last_months
from donations.tables import entry
from tests.clerk_room import NOON, Giving, settle_all


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=1), timedelta(days=999)])
def test_what_is_remembered_and_what_was_booked_since_is_the_ledgers_balance(book: Database, late: timedelta) -> None:
    sums = MonthSums(late=late)
    for first in (1, 3):
        settle_all(book, Giving(), Giving(), first=first)
        for _ in range(2):
            with book.read() as session:
                told = sums.read(session, now=NOON + timedelta(seconds=first))
                for fund in FUND_IDS:
                    for account in CHART:
                        assert told.total_debit(fund, account.path) == ledger.balance(session, fund, account.path)


def test_nothing_is_remembered_past_an_entry_that_may_still_be_followed_by_a_lower_number(book: Database) -> None:
    settle_all(book, Giving(), Giving())
    sums = MonthSums()
    with book.read() as session:
        recorded_at = max(session.scalars(select(entry.c.recorded_at)))
        sums.read(session, now=recorded_at + timedelta(minutes=59))
        assert sums.remembered_through == 0
        sums.read(session, now=recorded_at + timedelta(minutes=61))
        assert sums.remembered_through == max(session.scalars(select(entry.c.id)))


def test_the_last_months_go_back_over_the_new_year() -> None:
    assert last_months(date(2026, 2, 28), 3) == (date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1))
