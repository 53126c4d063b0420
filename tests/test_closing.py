"""The dry run of a year's end: what blocks, what warns, the tie-out's lines, and never more than five references."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import spending
from donations.acknowledgment import request_statements
from donations.audit_log import Actor
from donations.bank.agreeing import Assertion, assert_balance
from donations.closing import Obstacle, YearEnd, look_at_year
from donations.closing.obstacle import KINDS
from donations.database import Database
from donations.donors import likely_pairs, suggest_duplicates
from donations.errors import FieldRefusedError
from donations.offline import OfflineWish
from donations.offline.batches import add_line, open_batch
from donations.offline.recording import Hand
from donations.settings import Settings
from donations.spending import Draft, Line
from donations.spending.booking import Moment
from donations.tables import CheckoutAttempt, Dispute, Donor, Gift, Receipt
from tests.clerk_room import ZONE, Giving, desk, open_funds, settle_all, tick
from tests.money_facts import close_period
from tests.reporting_room import give, noon_of, open_operations
from tests.return_facts import promise, told
from tests.return_facts import settle as settle_told
from tests.returning_room import give_back
from tests.simulation.world import simulated_settings

YEAR: Final = 2026
HOME: Final = {"address_line1": "1 Elm Street", "city": "Reno", "region": "NV", "postal_code": "89501"}
DAY: Final = date(YEAR, 11, 20)
AFTER: Final = datetime(YEAR + 1, 1, 20, tzinfo=UTC)
BUYER: Final = Actor(reference="s_buyer", staff_id=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return a house whose fiscal year is the calendar's."""
    return simulated_settings("sqlite://", tmp_path)


Look = Callable[..., YearEnd]


@pytest.fixture
def look(book: Database, settings: Settings) -> Look:
    """Return what looks at a year of the book."""

    def at(year: int = YEAR, *, now: datetime = AFTER) -> YearEnd:
        with book.read() as session:
            return look_at_year(session, settings, year, now=now)

    return at


def _of(found: YearEnd) -> dict[str, Obstacle]:
    return {one.kind: one for one in found.obstacles}


def _gift(book: Database, *, day: date = DAY, **others: Any) -> None:  # noqa: ANN401  # The facts of `Giving`.
    settle_all(book, Giving(charged_at=noon_of(day), **others))


def _references(book: Database, column: Any) -> list[str]:  # noqa: ANN401  # Any mapped reference.
    with book.read() as session:
        return list(session.scalars(select(column)))


def test_a_year_whose_every_gift_is_receipted_is_ready_and_ties_to_nothing(book: Database, look: Look) -> None:
    open_funds(book, funds=1)
    _gift(book, cents=13_000, fee_cover_cents=330, address=HOME)
    tick(book)
    found = look()
    assert found.ready
    assert set(_of(found)) == {"month_open", "statement_missing"}
    assert found.totals == {
        "documents_cents": 13_330,
        "without_document_cents": 0,
        "timing_cents": 0,
        "returns_of_other_years_cents": 0,
        "ledger_cents": 13_330,
        "difference_cents": 0,
        "to_net_assets_with_restriction_cents": 13_000,
        "to_net_assets_without_restriction_cents": 330,
    }


def test_a_year_is_not_over_before_new_year_where_the_charity_is(look: Look) -> None:
    still = datetime(YEAR + 1, 1, 1, 7, 59, tzinfo=UTC)
    assert _of(look(now=still))["year_not_over"].blocks
    assert look(now=still.replace(hour=8, minute=0)).ready


def test_no_kind_shows_more_than_five_examples_and_every_one_is_counted(book: Database, look: Look) -> None:
    givings = [Giving(name=f"Giver {n}", email=f"g{n}@example.org", charged_at=noon_of(DAY)) for n in range(7)]
    settle_all(book, *givings)
    found = _of(look())
    for kind in ("tray", "gift_without_receipt", "missing_address"):
        assert (found[kind].count, len(found[kind].examples)) == (7, 5), kind
    assert found["gift_without_receipt"].examples == tuple(_references(book, Gift.reference)[:5])
    assert found["missing_address"].examples == tuple(_references(book, Donor.reference)[:5])
    assert [kind for kind, one in found.items() if one.blocks] == ["tray"]


def test_a_gift_is_of_the_year_of_its_gift_day_not_of_its_promise(book: Database, look: Look) -> None:
    new_year = noon_of(date(YEAR + 1, 1, 4))
    settle_all(book, Giving(charged_at=noon_of(date(YEAR, 12, 30)), settled_at=new_year))
    assert "gift_without_receipt" not in _of(look())
    assert _of(look(YEAR + 1))["gift_without_receipt"].count == 1


def test_one_address_left_on_any_gift_is_enough(book: Database, look: Look) -> None:
    settle_all(book, Giving(charged_at=noon_of(DAY)), Giving(charged_at=noon_of(DAY), address=HOME))
    assert "missing_address" not in _of(look())


def test_a_debit_on_its_way_warns_only_in_a_year_it_was_begun_in_or_after(book: Database, look: Look) -> None:
    reference = promise(book)
    late = datetime(YEAR + 1, 1, 1, 7, 0, tzinfo=UTC)

    def attempt(session: Session) -> None:
        gift_id = session.scalars(select(Gift.id).where(Gift.reference == reference)).one()
        session.add(
            CheckoutAttempt(gift_id=gift_id, attempt=1, asked_at=late, expires_at=AFTER, outcome="processing")
        )

    book.write(attempt)
    warned = _of(look())["uncleared_debit"]
    assert (warned.count, warned.examples, warned.blocks) == (1, (reference,), False)
    assert "uncleared_debit" not in _of(look(YEAR - 1))
    settle_told(book, told(reference))
    assert "uncleared_debit" not in _of(look())


@pytest.mark.parametrize(
    ("status", "is_open"), [("needs_response", True), ("under_review", True), ("won", False), ("lost", False)]
)
def test_a_dispute_warns_until_it_is_over(book: Database, look: Look, status: str, *, is_open: bool) -> None:
    facts = {"amount_cents": 100, "status": status, "reason": "general", "is_refundable": 0}
    dispute = Dispute(id="dp_1", charge_id="ch_1", created_at=noon_of(date(YEAR, 12, 31)), **facts)
    book.write(lambda session: session.add(dispute))
    assert ("dispute_open" in _of(look())) is is_open
    assert "dispute_open" not in _of(look(YEAR - 1))


def test_money_in_suspense_blocks_the_year_it_came_in_and_not_the_one_before(book: Database, look: Look) -> None:
    settle_told(book, told(None))
    found = _of(look())["suspense"]
    assert (found.count, found.examples, found.blocks) == (1, ("charge/ch_1",), True)
    assert "suspense" not in _of(look(YEAR - 1))


def test_a_purchase_drafted_blocks_until_it_is_decided(book: Database, look: Look) -> None:
    (fund,) = open_funds(book, funds=1)
    _gift(book, address=HOME)
    tick(book)
    draft = Draft(receipt_number="W-1", bought_on=DAY, paid_from="bank", lines=(Line(code=fund.code, cents=9_000),))
    reference = book.write(lambda session: spending.draft_purchase(session, BUYER, draft, now=noon_of(DAY)))
    found = look()
    assert (_of(found)["purchase_draft"].examples, found.ready) == ((reference,), False)
    other = Actor(reference="s_other", staff_id=2)
    moment = Moment(now=noon_of(DAY), zone=ZONE)
    book.write(lambda session: spending.decline_purchase(session, other, reference, moment))
    assert look().ready


def test_documents_and_book_that_differ_block_with_the_gift_that_differs(book: Database, look: Look) -> None:
    give(book, DAY)
    tick(book)
    give_back(book, 1, 1, at=noon_of(DAY))
    found = look()
    assert (_of(found)["tie_out"].examples, _of(found)["tie_out"].blocks) == (
        tuple(_references(book, Gift.reference)),
        True,
    )
    assert found.totals["difference_cents"] == 1


def test_missing_numbers_block_and_the_broken_rule_is_named_beside_it(book: Database, look: Look) -> None:
    _gift(book, address=HOME)
    tick(book)

    def skip_six(session: Session) -> None:
        first = session.scalars(select(Receipt).where(Receipt.series == "R")).one()
        facts = {column.key: getattr(first, column.key) for column in Receipt.__table__.columns}
        again = {"n": 8, "number": "R-2026-forged", "replaces": first.number, "verify_token": "f" * 32}
        session.add(Receipt(**{**facts, **again}))

    book.write(skip_six)
    found = _of(look())
    missing = found["receipt_gap"].examples
    assert (found["receipt_gap"].count, len(missing), found["receipt_gap"].blocks) == (6, 5, True)
    assert "2026-000002" in missing[0]
    assert "I11" in found["invariant_broken"].examples
    assert next(iter(found)) == "invariant_broken"


def test_a_bank_account_blocks_until_the_bank_says_what_the_book_says_on_the_last_day(
    book: Database, look: Look
) -> None:
    open_operations(book, DAY, 50_000)
    assert _of(look())["bank_assertion_missing"].examples == ("operations",)
    on = date(YEAR, 12, 31)
    for cents, blocks in ((49_999, True), (50_000, False)):
        told = Assertion(account="operations", on=on, cents=cents)
        book.write(lambda session, told=told: assert_balance(session, BUYER, told, ZONE, now=AFTER))  # type: ignore[misc]
        found = _of(look())
        assert "bank_assertion_missing" not in found
        assert ("bank_differs" in found) is blocks


def test_months_that_are_open_warn_and_those_closed_do_not(book: Database, look: Look) -> None:
    _gift(book, address=HOME)
    tick(book)
    warned = _of(look())["month_open"]
    assert (warned.examples, warned.blocks) == (("2026-11", "2026-12"), False)
    assert warned.steps[0].address == "/treasury/months?month=2026-12"
    close_period(book, date(YEAR, 11, 30), recorded_at=AFTER)
    assert _of(look())["month_open"].examples == ("2026-12",)


def test_an_open_batch_blocks_the_year_its_gifts_are_of(book: Database, look: Look) -> None:
    new_year = datetime(YEAR + 1, 1, 4, 20, tzinfo=UTC)
    hand = Hand(actor=BUYER, now=new_year, zone=ZONE, control_version="control-2026-1")
    reference = book.write(lambda session: open_batch(session, count=1, cents=2_500, hand=hand).reference)
    assert "batch_open" not in _of(look())
    line = OfflineWish(kind="cash", amount_cents=2_500, name="Ada", received_on=date(YEAR, 12, 30))
    book.write(lambda session: add_line(session, reference, line, is_no_duplicate=True, hand=hand))
    found = _of(look())["batch_open"]
    assert (found.examples, found.blocks) == ((reference,), True)
    assert "batch_open" not in _of(look(YEAR - 1))


def test_a_donor_without_a_statement_warns_until_it_is_written(book: Database, look: Look) -> None:
    _gift(book, address=HOME)
    tick(book)
    warned = _of(look())["statement_missing"]
    assert (warned.examples, warned.blocks) == (tuple(_references(book, Donor.reference)), False)
    book.write(lambda session: request_statements(session, year=YEAR, now=AFTER))
    tick(book, desk(now=AFTER))
    assert "statement_missing" not in _of(look())


def test_likely_duplicates_are_counted_beyond_what_the_desk_lists_and_only_warn(book: Database, look: Look) -> None:
    givings = [
        Giving(name=f"Giver {letter}", email=f"{n}@example.org", charged_at=noon_of(DAY), address=HOME)
        for n, letter in enumerate("AABBCCDDEEFFGG")
    ]
    settle_all(book, *givings)
    with book.read() as session:
        pairs, listed = likely_pairs(session, shown=5), suggest_duplicates(session, limit=3)
        assert len(suggest_duplicates(session)) == pairs.count
    assert pairs.examples[:3] == tuple((each.one.reference, each.other.reference) for each in listed)
    found = _of(look())["likely_duplicate"]
    assert (found.count, len(found.examples), found.blocks) == (pairs.count, 5, False)
    assert pairs.count >= 7


def test_only_a_calendar_year_is_looked_at(book: Database, settings: Settings) -> None:
    organisation = msgspec.structs.replace(settings.organisation, fiscal_year_start="07-01")
    with book.read() as session, pytest.raises(FieldRefusedError):
        look_at_year(session, dataclasses.replace(settings, organisation=organisation), YEAR, now=AFTER)


def test_every_kind_says_what_to_do_and_names_the_year_where_a_command_wants_it(look: Look) -> None:
    assert all(steps for _, _, steps in KINDS.values())
    blocking = [blocks for blocks, _, _ in KINDS.values()]
    assert blocking == sorted(blocking, reverse=True), "what blocks stands before what warns"
    assert look().year == YEAR
