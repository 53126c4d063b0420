"""The book by month is the ledger's own sum, on the first reading and on every later one."""

from __future__ import annotations

from datetime import date

import pytest

from donations import ledger
from donations.database import Database
from donations.postings import CHART, FUND_IDS
from donations.reporting import monthly
from donations.reporting.monthly import MonthSums, last_months
from tests.clerk_room import Giving, settle_all


@pytest.mark.parametrize("late", [0, 1, 2_000])
def test_what_is_remembered_and_what_was_booked_since_is_the_ledgers_balance(
    book: Database, monkeypatch: pytest.MonkeyPatch, late: int
) -> None:
    monkeypatch.setattr(monthly, "_LATE", late)
    sums = MonthSums()
    for first in (1, 3):
        settle_all(book, Giving(), Giving(), first=first)
        for _ in range(2):
            with book.read() as session:
                told = sums.read(session)
                for fund in FUND_IDS:
                    for account in CHART:
                        assert told.total_debit(fund, account.path) == ledger.balance(session, fund, account.path)


def test_the_last_months_go_back_over_the_new_year() -> None:
    assert last_months(date(2026, 2, 28), 3) == (date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1))
