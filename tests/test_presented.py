"""A gift paid in another currency is acknowledged in that currency; dollars beside it only inform (tax rules R28)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.acknowledgment import (
    Letterhead,
    draft_statement,
    find_presented_text,
    gather_statement,
    list_owed_documents,
    list_refused_gifts,
    read_frozen,
    read_letterhead,
)
from donations.acknowledgment.statements import GatheredStatement
from donations.bank import settling
from donations.bank.suspense import list_held
from donations.database import Database
from donations.invariants import audit, broken_hard_invariants
from donations.offline import OfflineWish
from donations.ports import RefundFacts
from donations.reporting import tie_out
from donations.settlement.presenting import own_minor_units
from donations.tables import PresentedCharge, Receipt, ReceiptEvent
from receipts.facts import AnnualStatement, GiftReceipt, NoticeOfReturn, PresentedAmount
from receipts.numbers import format_number
from tests.bank_room import OFFLINE, TODAY
from tests.clerk_room import NOON, desk, tick
from tests.giving_room import charge, fee_row
from tests.return_facts import refund, row, settle

CAME = fee_row(1, amount_cents=12_960, fee_cents=406)
EUROS = charge(gift=None, amount_cents=12_000, currency="eur", balance_transaction=CAME)
"""€120.00, of which $129.60 reached us."""
_PAID = PresentedAmount(
    currency="EUR", minor_units=12_000, rate="1.08", converted_on=date(2026, 11, 22), source="Stripe"
)
WISH = OfflineWish(kind="wire", amount_cents=12_960, name="Cleo Example", received_on=TODAY)


@pytest.fixture
def given(book: Database) -> Database:
    """Let €120.00 come, be claimed and acknowledged."""
    settle(book, EUROS)
    book.write(lambda session: settling.claim(session, "charge/ch_1", WISH, OFFLINE))
    _advance(book)
    return book


def _advance(book: Database, *, days: int = 0) -> None:
    tick(book, desk(now=NOON + timedelta(days=days)))
    tick(book, desk(now=NOON + timedelta(days=days)))
    with book.read() as session:
        assert broken_hard_invariants(audit(session)) == []


def _give_back(book: Database, euros: int, cents: int, *, name: str = "1", hours: int = 1) -> None:
    settle(book, replace(EUROS, refunds=(_refund(euros, cents, name, hours),)))
    _advance(book, days=hours // 24 + 1)


def _refund(euros: int, cents: int, name: str, hours: int) -> RefundFacts:
    moved = row(f"re_{name}", -cents, hours=hours, source_id=f"re_{name}")
    return refund(name, euros, hours=hours, currency="eur", balance_transaction=moved)


def _receipts(book: Database) -> list[GiftReceipt]:
    with book.read() as session:
        numbers = session.scalars(select(Receipt.number).where(Receipt.series == "R").order_by(Receipt.n)).all()
        documents = [read_frozen(session, number) for number in numbers]
    return [document for document in documents if isinstance(document, GiftReceipt)]


def _letterhead(session: Session) -> Letterhead:
    return read_letterhead(session, desk().organisation, now=NOON, base_url=desk().base_url)


def _events(book: Database) -> list[tuple[str, str]]:
    with book.read() as session:
        return [(one.kind, one.reason_code) for one in session.scalars(select(ReceiptEvent))]


def test_what_was_paid_is_the_amount_and_dollars_stand_beside_it_with_rate_day_and_source(given: Database) -> None:
    (receipt,) = _receipts(given)
    assert receipt.presented == _PAID
    assert receipt.presented.text == "€120.00"
    assert receipt.amount_cents == 12_960
    with given.read() as session:
        assert find_presented_text(session, receipt.number) == "€120.00"


def test_a_gift_charged_in_dollars_is_acknowledged_in_dollars(book: Database) -> None:
    settle(book, charge(gift=None))
    book.write(partial(settling.claim, key="charge/ch_1", wish=replace(WISH, amount_cents=13_000), hand=OFFLINE))
    _advance(book)
    (receipt,) = _receipts(book)
    assert receipt.presented is None
    with book.read() as session:
        assert session.scalars(select(PresentedCharge)).all() == []
        assert find_presented_text(session, receipt.number) is None


def test_who_settles_suspense_sees_what_was_paid(book: Database) -> None:
    settle(book, EUROS, charge(2, gift=None))
    with book.read() as session:
        assert [(one.key, one.presented) for one in list_held(session)] == [
            ("charge/ch_1", "€120.00"),
            ("charge/ch_2", None),
        ]


def test_told_twice_it_is_kept_once(given: Database) -> None:
    settle(given, EUROS)
    with given.read() as session:
        kept = session.scalars(select(PresentedCharge)).one()
        assert (kept.currency, kept.minor_units, kept.cents) == ("EUR", 12_000, 12_960)


def test_of_a_part_that_went_back_the_new_receipt_tells_in_the_currency_that_was_paid(given: Database) -> None:
    _give_back(given, 5_000, 5_450)
    old, new = _receipts(given)
    assert (new.replaces, new.amount_cents, new.returned_cents) == (old.number, 7_510, 5_450)
    assert new.presented is not None
    assert (new.presented.text, new.presented.returned_text) == ("€70.00", "€50.00")
    assert (new.replaces_reason or "").startswith("Of your gift of €120.00, €50.00 was returned to you;")


@pytest.mark.parametrize("cents", [12_700, 12_960, 13_300])
def test_all_of_it_back_is_void_however_many_dollars_that_took(given: Database, cents: int) -> None:
    _give_back(given, 12_000, cents)
    assert _events(given) == [("void", "refund")]
    assert len(_receipts(given)) == 1
    with given.read() as session:
        assert tie_out(session, 2026).difference_cents == 0


def test_what_goes_back_in_a_later_year_is_told_by_a_notice_in_that_currency(given: Database) -> None:
    _give_back(given, 2_000, 2_200, hours=24 * 90)
    with given.read() as session:
        notice = read_frozen(session, session.scalars(select(Receipt.number).where(Receipt.series == "N")).one())
    assert isinstance(notice, NoticeOfReturn)
    assert notice.presented is not None
    assert (notice.presented.text, notice.presented.returned_text) == ("€120.00", "€20.00")
    assert notice.returned_cents == 2_200
    assert _events(given) == []


def test_each_notice_tells_only_what_no_document_told_before(given: Database) -> None:
    _give_back(given, 5_000, 5_450)
    both = (_refund(5_000, 5_450, "1", 1), _refund(2_000, 2_200, "2", 24 * 90))
    settle(given, replace(EUROS, refunds=both))
    _advance(given, days=91)
    settle(given, replace(EUROS, refunds=(*both, _refund(1_000, 1_100, "3", 24 * 95))))
    _advance(given, days=96)
    with given.read() as session:
        numbers = session.scalars(select(Receipt.number).where(Receipt.series == "N").order_by(Receipt.n)).all()
        notices = [read_frozen(session, number) for number in numbers]
    told = [
        (one.presented.text, one.presented.returned_text)
        for one in notices
        if isinstance(one, NoticeOfReturn) and one.presented
    ]
    assert told == [("€70.00", "€20.00"), ("€70.00", "€10.00")]


def test_what_went_back_before_it_was_a_gift_was_never_given(book: Database) -> None:
    settle(book, replace(EUROS, refunds=(_refund(2_000, 2_160, "0", 1),)))
    wish = replace(WISH, amount_cents=10_800)
    book.write(partial(settling.claim, key="charge/ch_1", wish=wish, hand=OFFLINE))
    _advance(book)
    (receipt,) = _receipts(book)
    assert (receipt.presented, receipt.amount_cents) == (replace(_PAID, minor_units=10_000), 10_800)
    both = (_refund(2_000, 2_160, "0", 1), _refund(3_000, 3_240, "1", 2))
    settle(book, replace(EUROS, refunds=both))
    _advance(book, days=1)
    assert _receipts(book)[-1].presented == replace(_PAID, minor_units=7_000, returned_minor_units=3_000)
    settle(book, replace(EUROS, refunds=(*both, _refund(7_000, 7_500, "2", 3))))
    _advance(book, days=2)
    assert _events(book)[-1] == ("void", "refund")


def test_what_a_change_of_rates_left_of_money_all_given_back_is_acknowledged_to_nobody(book: Database) -> None:
    settle(book, replace(EUROS, refunds=(_refund(12_000, 12_700, "0", 1),)), charge(2, gift=None))
    book.write(partial(settling.claim, key="charge/ch_1", wish=replace(WISH, amount_cents=260), hand=OFFLINE))
    book.write(partial(settling.claim, key="charge/ch_2", wish=replace(WISH, amount_cents=13_000), hand=OFFLINE))
    _advance(book)
    (other,) = _receipts(book)
    assert (other.presented, other.amount_cents) == (None, 13_000), "the clerk went on"
    with book.read() as session:
        (refused,) = list_refused_gifts(session, _letterhead(session))
    assert "minor_units" in refused.reasons[0]


@pytest.mark.parametrize(("currency", "amount"), [("usdc", 12_000), ("isk", 99)])
def test_money_of_no_currency_that_can_be_written_is_booked_as_the_dollars_that_came(
    book: Database, currency: str, amount: int
) -> None:
    settle(book, replace(EUROS, currency=currency, amount_cents=amount))
    with book.read() as session:
        assert [(one.parts.children, one.presented) for one in list_held(session)] == [(12_960, None)]


def test_a_refund_that_is_only_promised_is_not_told_yet(given: Database) -> None:
    promised = replace(_refund(3_000, 3_300, "2", 2), status="pending", balance_transaction=None)
    settle(given, replace(EUROS, refunds=(_refund(5_000, 5_450, "1", 1), promised)))
    _advance(given, days=1)
    assert _receipts(given)[-1].presented == replace(_PAID, minor_units=7_000, returned_minor_units=5_000)
    settle(given, replace(EUROS, refunds=(_refund(5_000, 5_450, "1", 1), _refund(3_000, 3_300, "2", 48))))
    _advance(given, days=3)
    assert _receipts(given)[-1].presented == replace(_PAID, minor_units=4_000, returned_minor_units=8_000)


def test_parts_that_went_back_in_two_years_at_once_wait_for_a_person(given: Database) -> None:
    both = (_refund(5_000, 5_450, "1", 1), _refund(2_000, 2_200, "2", 24 * 90))
    settle(given, replace(EUROS, refunds=both))
    _advance(given, days=91)
    with given.read() as session:
        (owed,) = list_owed_documents(session)
    assert owed.need == "replacement"
    assert len(_receipts(given)) == 1


def test_the_statement_lists_it_in_its_currency_and_totals_to_the_ledger(given: Database) -> None:
    with given.read() as session:
        gathered = gather_statement(session, 1, 2026)
        assert isinstance(gathered, GatheredStatement)
        at = _letterhead(session)
        drafted = draft_statement(gathered, at, number=format_number("S", 2026, 1), token="0" * 32)
    assert isinstance(drafted, AnnualStatement)
    (listed,) = drafted.rows
    assert (listed.presented and listed.presented.text, drafted.total_cents) == ("€120.00", 12_960)


@pytest.mark.parametrize(
    ("told", "currency", "written"), [(500, "isk", 5), (500, "ugx", 5), (5, "mga", 500), (500, "jpy", 500)]
)
def test_stripe_s_own_way_to_count_a_few_currencies_is_not_how_they_are_written(
    told: int, currency: str, written: int
) -> None:
    assert own_minor_units(told, currency) == written


def test_nothing_stands_in_the_way_of_such_a_receipt(given: Database) -> None:
    with given.read() as session:
        assert list_refused_gifts(session, _letterhead(session)) == []
