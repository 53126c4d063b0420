"""Laws of the close: whatever happened in two years, each closes to 0.00 and the next opens with what it closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from typing import Final, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from donations import ledger
from donations.audit_log import COMMAND
from donations.closing import YearClose, YearEnd, close_year, look_at_year
from donations.database import Database, open_database
from donations.invariants import audit, broken_hard_invariants
from donations.ledger import AsOf, found_book
from donations.postings import CHART, FundName, account_named
from donations.settings import Settings
from donations.tables import clothing_fund, entry, transfer
from tests.clerk_room import Giving, desk, open_funds, settle_all, tick
from tests.closing_room import StoppedClock, vouch
from tests.databases import Foundry, fresh_database_url
from tests.reporting_room import clothe, noon_of, open_operations, take_fee
from tests.returning_room import give_back
from tests.simulation.world import simulated_settings

YEARS: Final = (2026, 2027)
_FLOWS: Final = tuple(account.number for account in CHART if account.kind in {"income", "expense"})
_NET_ASSETS: Final[dict[FundName, str]] = {
    "children": "net-assets:with-restriction",
    "operations": "net-assets:without-restriction",
}
Happening = tuple[Literal["gift", "refund", "fee", "buy"], int, int, int]
"""What, cents, another number, and the day of its year."""
_CENTS = st.integers(1, 30_000)
_HAPPENINGS = st.tuples(
    st.sampled_from(["gift", "gift", "refund", "fee", "buy"]), _CENTS, st.integers(0, 500), st.integers(1, 360)
)
_LIVES = st.tuples(*(st.lists(_HAPPENINGS, max_size=6) for _ in YEARS))
_EXAMPLES: Final = max(settings().max_examples // 4, 6)


@contextmanager
def _book(foundry: Foundry) -> Iterator[Database]:
    with fresh_database_url(foundry) as url:
        book = open_database(url)
        try:
            zone = "America/Los_Angeles"
            book.write(
                partial(found_book, origin="a.example", zone=zone, mode="simulated", fiscal_year_start="01-01")
            )
            open_operations(book, date(YEARS[0], 1, 1), 9_000_000)
            open_funds(book, funds=2)
            yield book
        finally:
            book.close()


def _live(book: Database, year: int, happenings: list[Happening], gifts: list[tuple[int, int]]) -> None:
    """Let a year happen; `gifts` holds (gift, cents not given back) and grows with it."""
    for number, (what, cents, other, day) in enumerate(sorted(happenings, key=lambda one: one[3])):
        on = date.fromordinal(date(year, 1, 1).toordinal() + day)
        if what == "gift":
            giving = Giving(cents=cents, fee_cover_cents=other, charged_at=noon_of(on))
            (gift,) = settle_all(book, giving, first=year * 100 + number)
            gifts.append((gift, cents))
        elif what == "fee":
            take_fee(book, on, cents)
        elif what == "refund" and gifts:
            place = other % len(gifts)
            gift, left = gifts.pop(place)
            give_back(book, gift, min(cents, left), key=f"re_{year}_{number}", at=noon_of(on))
            if cents < left:
                gifts.append((gift, left - cents))
        elif what == "buy":
            _buy(book, on, cents)
        tick(book, desk(now=noon_of(on)))


def _buy(book: Database, on: date, cents: int) -> None:
    with book.read() as session:
        fund = clothing_fund.c
        free = session.scalars(select(fund.designated_cents - fund.spent_cents).where(fund.queue_no == 1)).one()
    if free:
        clothe(book, on, 1, cents=min(cents, free))


def _moved(book: Database, year: int) -> dict[FundName, int]:
    """Return what income less expense of a year was, per fund, straight from its transfers."""
    funds: dict[FundName, int] = {"children": 0, "operations": 0}
    with book.read() as session:
        for side, sign in ((transfer.c.credit_id, 1), (transfer.c.debit_id, -1)):
            rows = session.execute(
                select(transfer.c.fund_id, func.sum(transfer.c.cents))
                .join(entry, entry.c.id == transfer.c.entry_id)
                .where(side.in_(_FLOWS), entry.c.kind != "close")
                .where(entry.c.effective_on.between(date(year, 1, 1), date(year, 12, 31)))
                .group_by(transfer.c.fund_id)
            )
            for fund_id, cents in rows:
                funds["children" if fund_id == 1 else "operations"] += sign * int(cents)
    return funds


def _balances(book: Database, on: date, *, before_close: bool = False) -> dict[tuple[FundName, str], int]:
    with book.read() as session:
        lines = ledger.trial_balance(session, AsOf(effective_on=on, is_before_close=before_close))
    return {(line.fund, line.account): line.balance_cents for line in lines if line.balance_cents}


def _close(book: Database, house: Settings, year: int) -> YearEnd:
    """Write down the bank's word, then close; return what was looked at before."""
    last, now = date(year, 12, 31), datetime(year + 1, 2, 1, 20, tzinfo=UTC)
    vouch(book, last)
    with book.read() as session:
        found = look_at_year(session, house, year, now=now)
    wish = YearClose(year=year, actor=COMMAND, by="a_1", agreed=found.content)
    book.write(lambda session: close_year(session, house, StoppedClock(now), wish))
    return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return a house whose fiscal year is the calendar's."""
    return simulated_settings("sqlite://", tmp_path_factory.mktemp("house"))


@settings(max_examples=_EXAMPLES)
@given(lives=_LIVES)
def test_any_year_closes_to_nothing_and_the_next_opens_with_what_it_closed(
    foundry: Foundry, house: Settings, lives: tuple[list[Happening], ...]
) -> None:
    gifts: list[tuple[int, int]] = []
    with _book(foundry) as book:
        for year, happenings in zip(YEARS, lives, strict=True):
            last = date(year, 12, 31)
            _live(book, year, happenings, gifts)
            moved, stood = _moved(book, year), _balances(book, last)
            found = _close(book, house, year)
            closed = _balances(book, last)
            assert not [path for _, path in closed if account_named(path).kind in {"income", "expense"}]
            assert closed == _balances(book, date(year + 1, 1, 1))
            assert stood == _balances(book, last, before_close=True)
            assert moved["children"] == found.totals["to_net_assets_with_restriction_cents"]
            assert moved["operations"] == found.totals["to_net_assets_without_restriction_cents"]
            for fund, path in _NET_ASSETS.items():
                assert closed.get((fund, path), 0) == stood.get((fund, path), 0) - moved[fund]
            assert found.totals["difference_cents"] == 0
            with book.read() as session:
                assert broken_hard_invariants(audit(session)) == []
                assert look_at_year(session, house, year, now=noon_of(date(2028, 3, 1))).content == found.content
