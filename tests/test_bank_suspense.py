"""Money of suspense finds its place: a gift with its receipt, a cost of operations; never twice, never too much."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from donations import ledger, postings
from donations.alarms import list_open_alarms
from donations.audit_log import WORKER
from donations.bank import settling
from donations.bank.accepting import Saying
from donations.bank.suspense import list_held
from donations.database import Database
from donations.errors import DonationError, FieldRefusedError, NotFoundError
from donations.invariants import audit, broken_hard_invariants
from donations.offline import GiftCorrection, OfflineWish, correct_gift, record_gift
from donations.tables import GiftSettlement, Receipt, ReceiptEvent
from tests.bank_files import Told
from tests.bank_room import CHEQUE, OFFLINE, TODAY, accept, balance, take
from tests.clerk_room import NOON, tick
from tests.money_facts import close_period

WIRE = OfflineWish(kind="wire", amount_cents=13_000, name="Cleo Example", received_on=TODAY)
KEY = "bank/children/1"


@pytest.fixture
def waiting(book: Database) -> Database:
    """Let $130.00 of a stranger wait in suspense."""
    take(book, Told(fitid="1", on=TODAY, cents=13_000))
    accept(book, Saying(act="suspense"))
    return book


def _held(book: Database) -> list[tuple[str, int, int]]:
    with book.read() as session:
        return [(one.key, one.parts.children, one.parts.operations) for one in list_held(session)]


def _clear(book: Database, as_what: settling.ClearedAs) -> None:
    book.write(lambda session: settling.clear(session, KEY, as_what, OFFLINE))


def _claim(book: Database, wish: OfflineWish, key: str = KEY) -> str:
    return book.write(lambda session: settling.claim(session, key, wish, OFFLINE))


def _assert_sound(book: Database) -> None:
    tick(book)
    with book.read() as session:
        assert broken_hard_invariants(audit(session)) == []


def test_a_claimed_deposit_is_a_gift_with_a_receipt_and_stays_at_the_bank(waiting: Database) -> None:
    _claim(waiting, WIRE)
    _assert_sound(waiting)
    assert _held(waiting) == []
    assert balance(waiting, "children", "assets:bank:children") == 13_000
    assert balance(waiting, "children", "income:gifts") == -13_000
    with waiting.read() as session:
        assert session.scalars(select(Receipt.amount_cents)).all() == [13_000]


def test_a_claim_that_was_wrong_is_taken_out_and_its_money_waits_again_for_the_right_one(waiting: Database) -> None:
    wrong = _claim(waiting, WIRE)
    _assert_sound(waiting)
    wish = GiftCorrection(reference=wrong, reason="wrong_facts", asked_by="s_ada", approved_by="s_ben")
    waiting.write(lambda session: correct_gift(session, WORKER, wish, now=NOON))
    _assert_sound(waiting)
    assert _held(waiting) == [(KEY, 13_000, 0)]
    _claim(waiting, replace(WIRE, name="Dora Example"))
    _assert_sound(waiting)
    assert _held(waiting) == []
    assert balance(waiting, "children", "income:gifts") == -13_000
    with waiting.read() as session:
        voided = session.scalars(select(ReceiptEvent.number)).all()
        numbers = session.scalars(select(Receipt.number).order_by(Receipt.n)).all()
    assert voided == numbers[:1]
    assert len(numbers) == 2


def test_of_one_deposit_several_gifts_are_claimed_and_never_more_than_it_brought(waiting: Database) -> None:
    _claim(waiting, replace(WIRE, amount_cents=5_000))
    with pytest.raises(FieldRefusedError, match=r"Only \$80\.00 of it waits"):
        _claim(waiting, WIRE)
    _claim(waiting, replace(WIRE, amount_cents=8_000, name="Dora Example"))
    with pytest.raises(DonationError, match="Nothing waits"):
        _claim(waiting, replace(WIRE, amount_cents=1))
    _assert_sound(waiting)
    assert balance(waiting, "children", "liabilities:suspense") == 0


def test_a_claimed_charge_is_given_on_the_day_it_was_charged_and_only_whole(book: Database) -> None:
    charged_at = NOON - timedelta(days=20)
    new = postings.unclaimed_charge(charge_id="ch_1", cents=13_000, happened_at=charged_at, effective_on=TODAY)
    book.write(lambda session: ledger.post(session, new, recorded_at=NOON))
    with pytest.raises(FieldRefusedError, match="one gift"):
        _claim(book, replace(WIRE, amount_cents=1), "charge/ch_1")
    _claim(book, WIRE, "charge/ch_1")
    _assert_sound(book)
    with book.read() as session:
        settled = session.scalars(select(GiftSettlement)).one()
        assert (settled.charge_id, settled.method, settled.gift_on_basis) == ("ch_1", "card", "charged")
        assert settled.gift_on == date(2026, 11, 2)
        assert isinstance(settled.charged_at, datetime)


def test_what_left_without_a_reason_is_cleared_as_the_cost_it_was(book: Database) -> None:
    take(book, Told(fitid="1", on=TODAY, cents=-900))
    accept(book, Saying(act="suspense"))
    with pytest.raises(FieldRefusedError, match="Only money that came for the children"):
        _claim(book, replace(WIRE, amount_cents=900))
    book.write(lambda session: settling.clear(session, KEY, "bank_charge", OFFLINE))
    assert balance(book, "operations", "expense:bank-charges") == 900
    assert _held(book) == []
    _assert_sound(book)


def test_what_was_no_cost_after_all_waits_again_and_can_be_cleared_once_more(book: Database) -> None:
    take(book, Told(fitid="1", on=TODAY, cents=-900))
    accept(book, Saying(act="suspense"))
    for as_what, account in settling.CLEARED_AS.items():
        with pytest.raises(NotFoundError, match="cleared as a cost"):
            book.write(lambda session: settling.wait_again(session, KEY, OFFLINE))
        _clear(book, as_what)
        with book.read() as session:
            assert [(one.key, one.cents) for one in settling.list_cleared(session)] == [(KEY, -900)]
        assert balance(book, "operations", account) == 900
        book.write(lambda session: settling.wait_again(session, KEY, OFFLINE))
        assert balance(book, "operations", account) == 0
        assert _held(book) == [(KEY, 0, -900)]
        with book.read() as session:
            assert settling.list_cleared(session) == []
            assert ("suspense", KEY) in {(one.kind, one.subject) for one in list_open_alarms(session)}
    _clear(book, "bank_charge")
    _assert_sound(book)
    close_period(book, TODAY)
    with pytest.raises(FieldRefusedError, match="is closed"):
        book.write(lambda session: settling.wait_again(session, KEY, OFFLINE))


def test_what_waits_for_the_children_is_never_a_cost(waiting: Database) -> None:
    with pytest.raises(FieldRefusedError, match="never a cost"):
        waiting.write(lambda session: settling.clear(session, KEY, "bank_charge", OFFLINE))
    assert _held(waiting) == [(KEY, 13_000, 0)]


def test_a_cheque_the_bank_takes_back_returns_its_gift_and_voids_its_receipt(book: Database) -> None:
    gift = book.write(lambda session: record_gift(session, CHEQUE, OFFLINE).reference)
    tick(book)
    take(book, Told(fitid="1", on=TODAY, cents=13_000))
    accept(book, Saying(act="deposit", subjects=(gift,)))
    take(book, Told(fitid="2", on=TODAY, cents=-13_000), Told(fitid="3", on=TODAY, cents=-13_000))
    accept(book, Saying(act="returned_cheque", subjects=(gift,)))
    _assert_sound(book)
    assert balance(book, "children", "income:chargebacks") == 13_000
    assert balance(book, "children", "assets:bank:children") == 0
    with book.read() as session:
        assert session.scalars(select(ReceiptEvent.kind)).all() == ["void"]
    with pytest.raises(DonationError):
        accept(book, Saying(act="returned_cheque", subjects=(gift,)))


def test_only_a_deposited_cheque_comes_back(book: Database) -> None:
    gift = book.write(lambda session: record_gift(session, CHEQUE, OFFLINE).reference)
    take(book, Told(fitid="2", on=TODAY, cents=-13_000))
    with pytest.raises(FieldRefusedError, match="no cheque that was deposited"):
        accept(book, Saying(act="returned_cheque", subjects=(gift,)))
