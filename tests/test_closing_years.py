"""The close of a year: two entries and a lock in one commit, once; late facts are adjustments of the next year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from donations import approvals, ledger, postings
from donations.audit_log import COMMAND, Actor
from donations.closing import YearClose, YearEnd, YearEndDesk, close_year, look_at_year
from donations.database import Database
from donations.errors import FieldRefusedError
from donations.invariants import audit, broken_hard_invariants
from donations.postings import account_named
from donations.reporting import part_eight, tie_out
from donations.settings import Settings
from donations.staff.desk import add_member
from donations.tables import Approval, AuditAct, OutboxRow, entry, period
from tests.clerk_room import open_funds, tick
from tests.closing_room import StoppedClock, vouch
from tests.money_facts import assert_refused, close_period, gift
from tests.races import meet
from tests.reporting_room import clothe, give, noon_of, open_operations, report_of, take_fee
from tests.return_facts import balances
from tests.simulation.world import simulated_settings

YEAR: Final = 2026
AFTER: Final = datetime(YEAR + 1, 1, 20, 20, tzinfo=UTC)
LAST: Final = date(YEAR, 12, 31)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return a house whose fiscal year is the calendar's."""
    return simulated_settings("sqlite://", tmp_path)


Close = Callable[..., tuple[str, ...]]


@pytest.fixture
def close(book: Database, settings: Settings) -> Close:
    """Return what closes a year of the book by command."""

    def at(year: int = YEAR, *, now: datetime = AFTER, wish: YearClose | None = None) -> tuple[str, ...]:
        asked = wish or YearClose(year=year, actor=COMMAND, by="command")
        return book.write(lambda session: close_year(session, settings, StoppedClock(now), asked))

    return at


def _look(book: Database, settings: Settings, year: int = YEAR) -> YearEnd:
    with book.read() as session:
        return look_at_year(session, settings, year, now=AFTER)


def _a_year(book: Database, year: int = YEAR) -> None:
    """Live a small year: an opening, gifts with fee cover, a fee, clothing bought, all receipted and vouched for."""
    day = date(year, 11, 20)
    if year == YEAR:
        open_funds(book, funds=1)
        open_operations(book, day, 50_000)
    give(book, day, date(year, 12, 1), cents=13_000, fee_cover_cents=330)
    take_fee(book, day, 400)
    tick(book)
    if year == YEAR:
        clothe(book, day, 1, cents=9_000)
    _vouch(book, year)


def _vouch(book: Database, year: int = YEAR) -> None:
    """Write down the bank's word on the last day of a year."""
    vouch(book, date(year, 12, 31))


def _flows(found: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {key: cents for key, cents in found.items() if account_named(key[1]).kind in {"income", "expense"}}


def _broken(book: Database) -> list[str]:
    with book.read() as session:
        return [check.id for check in broken_hard_invariants(audit(session))]


def test_a_year_closes_to_nothing_and_the_next_opens_with_what_it_closed(book: Database, close: Close) -> None:
    _a_year(book)
    before = balances(book)
    assert close() == (f"close/{YEAR}/children", f"close/{YEAR}/operations")
    after = balances(book)
    assert _flows(after) == {}
    assert after["children", "net-assets:with-restriction"] == -26_000 + 9_000
    assert after["operations", "net-assets:without-restriction"] == -50_000 - 660 + 400
    kept = {key: cents for key, cents in before.items() if account_named(key[1]).kind in {"asset", "liability"}}
    assert kept == {key: cents for key, cents in after.items() if not key[1].startswith("net-assets:")}
    assert _broken(book) == []


def test_a_year_closed_again_is_as_it_was(book: Database, close: Close) -> None:
    _a_year(book)
    keys = close()
    stood = balances(book)
    assert close(now=AFTER + timedelta(days=40)) == keys
    assert balances(book) == stood
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(period)) == 1
        assert session.scalar(select(func.count()).where(AuditAct.act == "close_year")) == 1


def test_what_blocks_refuses_the_close_by_its_words_and_nothing_changes(book: Database, close: Close) -> None:
    _a_year(book)
    give(book, date(YEAR, 12, 5))
    stood = balances(book)
    with pytest.raises(FieldRefusedError, match=r"money waits for the clerk \(1\)"):
        close()
    assert balances(book) == stood
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(period)) == 0


def test_the_reports_of_a_closed_year_say_what_they_said_before(
    book: Database, close: Close, settings: Settings
) -> None:
    _a_year(book)

    def told() -> list[object]:
        with book.read() as session:
            form = [tie_out(session, YEAR), part_eight(session, YEAR)]
        figures = report_of(book, str(YEAR), now=AFTER).figures
        return [*form, {name: figure.value for name, figure in figures.items()}]

    before, seen = told(), _look(book, settings)
    close()
    assert told() == before
    found = _look(book, settings)
    assert (found.closed, found.ready, found.obstacles) == (True, False, ())
    assert found.content == seen.content


def test_nothing_enters_a_locked_year_not_even_another_closing_entry(book: Database, close: Close) -> None:
    _a_year(book)
    close()
    for kind in ("gift", "close"):
        late = replace(gift(), effective_on=LAST, kind=kind)
        assert_refused(book, partial(ledger.post, new=late, recorded_at=AFTER), "period of this day is closed")
    with book.read() as session:
        assert ledger.first_open_day(session, LAST) == date(YEAR + 1, 1, 1)
        assert ledger.first_open_day(session, date(YEAR + 1, 3, 1)) == date(YEAR + 1, 3, 1)


def test_a_year_is_closed_after_its_months_and_leaves_later_closed_months_closed(
    book: Database, close: Close
) -> None:
    _a_year(book)
    close_period(book, LAST, recorded_at=AFTER)
    close_period(book, date(YEAR + 1, 1, 31), recorded_at=AFTER)
    later = AFTER + timedelta(days=40)
    close(now=later)
    with book.read() as session:
        assert ledger.locked_through(session) == LAST
        assert ledger.closed_through(session) == date(YEAR + 1, 1, 31)
    close_period(book, date(YEAR + 1, 2, 28), recorded_at=later)
    with pytest.raises(Exception, match="never reopens"):
        close_period(book, date(YEAR, 11, 30), "reopened", approver="grace")
    close_period(book, LAST, "reopened", approver="grace", recorded_at=later)
    with book.read() as session:
        assert ledger.closed_through(session) == LAST
    assert _broken(book) == []


def test_years_are_closed_in_their_order(book: Database, close: Close, settings: Settings) -> None:
    _a_year(book)
    give(book, date(YEAR + 1, 3, 1))
    tick(book)
    _vouch(book, YEAR + 1)
    late = datetime(YEAR + 2, 2, 1, tzinfo=UTC)
    with pytest.raises(FieldRefusedError, match="earlier years are not closed"):
        close(YEAR + 1, now=late)
    assert len(close(YEAR, now=late)) == 2
    assert close(YEAR + 1, now=late) == (f"close/{YEAR + 1}/children",)
    assert _flows(balances(book)) == {}
    assert _look(book, settings).closed
    assert _broken(book) == []


def test_a_year_that_changed_after_it_was_agreed_on_is_not_closed(
    book: Database, close: Close, settings: Settings
) -> None:
    _a_year(book)
    agreed = _look(book, settings).content
    take_fee(book, date(YEAR, 12, 30), 1)
    wish = YearClose(year=YEAR, actor=COMMAND, by="a_1", agreed=agreed)
    with pytest.raises(FieldRefusedError, match="has changed since"):
        close(wish=wish)
    close(wish=replace(wish, agreed=_look(book, settings).content))
    with book.read() as session:
        assert set(session.scalars(select(entry.c.actor).where(entry.c.kind == "close"))) == {"a_1"}


def _hire(book: Database) -> Actor:
    return book.write(
        lambda session: add_member(session, name="Ada", email="ada@example.org", roles=["treasurer"], now=AFTER).actor
    )


def test_a_close_is_asked_for_with_the_figures_frozen_and_only_where_nothing_blocks(
    book: Database, close: Close, settings: Settings
) -> None:
    ada = _hire(book)
    desk = YearEndDesk(database=book, clock=StoppedClock(AFTER), settings=settings)
    _a_year(book)
    reference = desk.ask_close(ada, YEAR)
    with book.read() as session:
        asked = approvals.find(session, reference, now=AFTER)
        assert session.scalars(select(OutboxRow.key)).all().count(f"approved/{reference}") == 0
    assert (asked.act, asked.subject) == ("close_year", str(YEAR))
    assert asked.content == desk.look(YEAR).content
    with pytest.raises(FieldRefusedError, match="is not over"):
        desk.ask_close(ada, YEAR + 1)
    close()
    with pytest.raises(FieldRefusedError, match="closed already"):
        desk.ask_close(ada, YEAR)
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(Approval)) == 1
    assert desk.nearest_year() == YEAR
    assert noon_of(LAST) < AFTER


def test_no_entry_slips_into_a_year_between_its_sums_and_its_lock(book: Database, settings: Settings) -> None:
    if book.is_sqlite:
        return  # There the one writer is the lock.
    _a_year(book)
    wish = YearClose(year=YEAR, actor=COMMAND, by="command")

    def shut(session: Session) -> None:
        close_year(session, settings, StoppedClock(AFTER), wish)

    def slip() -> None:
        with pytest.raises(IntegrityError, match="period of this day is closed"):
            take_fee(book, date(YEAR, 12, 30), 1)

    meet(book, shut, slip)
    assert _flows(balances(book)) == {}
    assert _broken(book) == []


def test_a_close_waits_for_an_entry_on_its_way_and_takes_it_in(book: Database, settings: Settings) -> None:
    if book.is_sqlite:
        return  # There the one writer is the lock.
    _a_year(book)
    late = postings.stripe_fee(txn_id="txn_late", fee_cents=7, happened_at=AFTER, effective_on=date(YEAR, 12, 30))
    assert late is not None
    wish = YearClose(year=YEAR, actor=COMMAND, by="command")
    meet(
        book,
        lambda session: ledger.post(session, late, recorded_at=AFTER),
        lambda: book.write(lambda session: close_year(session, settings, StoppedClock(AFTER), wish)),
    )
    assert _flows(balances(book)) == {}
    with book.read() as session:
        (closing,) = ledger.entries_of(session, f"close/{YEAR}/operations")
    assert {line.cents for line in closing.transfers if line.credit == "expense:processing-fees"} == {407}
    assert _broken(book) == []
