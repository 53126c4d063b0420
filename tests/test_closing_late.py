"""What is told of a closed year is an adjustment of the open one, and the year's documents are corrected for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from sqlalchemy import select

from donations import ledger
from donations.acknowledgment import request_statements
from donations.database import Database
from donations.invariants import audit, broken_hard_invariants
from donations.ports import ChargeFacts, Family
from donations.reporting import TieOut, tie_out
from donations.settlement import settle_family
from donations.tables import FrozenFacts, Receipt, entry, returned
from receipts.facts import AnnualStatement, thaw
from tests.clerk_room import NOON, desk, tick
from tests.giving_room import books
from tests.money_facts import close_period
from tests.return_facts import dispute, failed, promise, refund, row, settle, told

YEAR: Final = 2026
LAST: Final = date(YEAR, 12, 31)
LOCKED: Final = datetime(YEAR + 1, 1, 20, 20, tzinfo=UTC)
LATER: Final = LOCKED + timedelta(days=20)
BACK_ON: Final = (NOON + timedelta(hours=1)).date()


@pytest.fixture
def charged(book: Database) -> ChargeFacts:
    """Return a gift of $130.00 that was receipted, stated and locked in."""
    fact = told(promise(book))
    settle(book, fact)
    tick(book)
    _state(book, LOCKED)
    close_period(book, LAST, "locked", recorded_at=LOCKED)
    return fact


def _state(book: Database, now: datetime) -> None:
    book.write(lambda session: request_statements(session, year=YEAR, now=now))
    tick(book, desk(now=now))


def _tell(book: Database, charged: ChargeFacts, **facts: Any) -> None:  # noqa: ANN401  # Refunds or disputes.
    family = Family(charges=(replace(charged, **facts),))
    book.write(lambda session: settle_family(session, family, books(now=LATER)))
    tick(book, desk(now=LATER))


def _tied(book: Database, year: int) -> TieOut:
    with book.read() as session:
        return tie_out(session, year)


def _statements(book: Database) -> list[AnnualStatement]:
    with book.read() as session:
        facts = session.scalars(
            select(FrozenFacts.facts)
            .join(Receipt, Receipt.number == FrozenFacts.number)
            .where(Receipt.kind == "annual_statement")
            .order_by(Receipt.n)
        )
        return [one for each in facts if isinstance(one := thaw(each.encode()), AnnualStatement)]


def _broken(book: Database) -> list[str]:
    with book.read() as session:
        return [check.id for check in broken_hard_invariants(audit(session))]


def test_a_late_refund_is_booked_in_the_open_year_and_corrects_the_closed_years_statement(
    book: Database, charged: ChargeFacts
) -> None:
    _tell(book, charged, refunds=(refund("1", 3_000),))
    _state(book, LATER)
    with book.read() as session:
        (back,) = ledger.entries_of(session, "btxn/txn_re_1")
        assert session.scalars(select(returned.c.happened_on)).all() == [BACK_ON]
    assert (back.effective_on, back.happened_at.date()) == (date(YEAR + 1, 1, 1), BACK_ON)
    first, second = _statements(book)
    assert (first.total_cents, second.total_cents, second.replaces) == (13_000, 10_000, first.number)
    closed, open_ = _tied(book, YEAR), _tied(book, YEAR + 1)
    assert (closed.a_cents, closed.c_cents, closed.e_cents) == (10_000, 3_000, 13_000)
    assert (open_.d_cents, open_.e_cents) == (-3_000, -3_000)
    assert closed.difference_cents == open_.difference_cents == 0
    assert closed.untied == open_.untied == ()
    assert [(each.line, each.reason, each.cents) for each in closed.rows if each.line == "C"] == [
        ("C", "booked_after_the_year", 3_000)
    ]
    assert _broken(book) == []


def test_a_late_refund_of_the_whole_gift_voids_its_receipt_and_its_statement(
    book: Database, charged: ChargeFacts
) -> None:
    _tell(book, charged, refunds=(refund("1", 13_000),))
    _state(book, LATER)
    closed = _tied(book, YEAR)
    assert (closed.a_cents, closed.c_cents + closed.b_cents, closed.e_cents) == (0, 13_000, 13_000)
    assert (closed.difference_cents, closed.untied) == (0, ())
    with book.read() as session:
        assert session.scalar(select(Receipt.kind).where(Receipt.series != "R", Receipt.kind.like("notice%"))) is None
    assert _broken(book) == []


def test_a_late_refund_that_fails_after_all_leaves_the_closed_year_as_it_was(
    book: Database, charged: ChargeFacts
) -> None:
    before = _tied(book, YEAR)
    late = refund("1", 13_000)
    _tell(book, charged, refunds=(late,))
    _tell(book, charged, refunds=(failed(late, hours=24 * 80),))
    _state(book, LATER)
    after = _tied(book, YEAR)
    assert (after.a_cents, after.e_cents, after.difference_cents) == (before.a_cents, before.e_cents, 0)
    assert after.untied == ()
    assert _tied(book, YEAR + 1).difference_cents == 0
    assert _broken(book) == []


@pytest.mark.parametrize("is_told_late", [True, False])
def test_a_dispute_of_the_closed_year_that_is_lost_later_ties_both_years(
    book: Database, *, is_told_late: bool
) -> None:
    charged = told(promise(book))
    settle(book, charged)
    tick(book)
    taken = dispute(row("dp_1", -13_000, fee_cents=1_500, type="adjustment"))
    if not is_told_late:
        settle(book, replace(charged, disputes=(taken,)))
        tick(book)
    close_period(book, LAST, "locked", recorded_at=LOCKED)
    _tell(book, charged, disputes=(replace(taken, status="lost"),))
    with book.read() as session:
        lost = session.scalars(select(entry.c.effective_on).where(entry.c.source_key == "dispute/dp_1/lost")).one()
    assert lost == date(YEAR + 1, 1, 1)
    closed, open_ = _tied(book, YEAR), _tied(book, YEAR + 1)
    assert (closed.e_cents, open_.e_cents) == (13_000, -13_000)
    assert closed.difference_cents == open_.difference_cents == 0
    assert closed.untied == ()
    assert _broken(book) == []


def test_a_refund_of_the_next_year_changes_no_document_of_the_closed_one(
    book: Database, charged: ChargeFacts
) -> None:
    before = _tied(book, YEAR)
    _tell(book, charged, refunds=(refund("1", 3_000, hours=24 * 60),))
    _state(book, LATER)
    assert _tied(book, YEAR) == before
    assert len(_statements(book)) == 1


def test_a_refund_of_december_that_fails_in_january_ties_both_years(book: Database) -> None:
    charged = told(promise(book))
    made = refund("1", 3_000)
    settle(book, replace(charged, refunds=(made,)))
    tick(book)
    assert _tied(book, YEAR).a_cents == 10_000
    _tell(book, charged, refunds=(failed(made, hours=24 * 60),))
    closed, open_ = _tied(book, YEAR), _tied(book, YEAR + 1)
    assert (closed.a_cents, closed.c_cents, closed.e_cents) == (13_000, -3_000, 10_000)
    assert (open_.d_cents, open_.e_cents) == (3_000, 3_000)
    assert closed.difference_cents == open_.difference_cents == 0
    assert closed.untied == ()
