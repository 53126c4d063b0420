"""A cheque that never came back, though a line was booked so, is a gift again: two people undo the match."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from donations import archive
from donations.bank.accepting import Saying
from donations.bank.accounts import PATHS
from donations.bank.returned_cheques import find_deposited_cheques
from donations.database import Database
from donations.errors import FieldRefusedError
from donations.filing import list_clothing_funds
from donations.giving import gift_dossier
from donations.offline.correcting import check_correction
from donations.offline.recording import record_gift
from donations.tables import Receipt
from tests.bank_files import Told
from tests.bank_room import CHEQUE, OFFLINE, TODAY, accept, assert_sound, balance, take
from tests.clerk_room import NOON, desk, open_funds, spend, tick
from tests.reporting_room import open_operations
from tests.test_bank_undoing import undo

NEXT_YEAR = date(2027, 2, 3)


def _returned(book: Database, *, on: date = TODAY) -> str:
    """Deposit a cheque, and say of a line of the bank that it came back."""
    gift = book.write(lambda session: record_gift(session, CHEQUE, OFFLINE).reference)
    tick(book)
    take(book, Told(fitid="1", on=TODAY, cents=13_000))
    accept(book, Saying(act="deposit", subjects=(gift,)))
    take(book, Told(fitid="2", on=on, cents=-13_000))
    accept(book, Saying(act="returned_cheque", subjects=(gift,)))
    return gift


def _standings(book: Database) -> list[tuple[str, str]]:
    with book.read() as session:
        receipts = session.scalars(select(Receipt).order_by(Receipt.series, Receipt.n)).all()
        return [(receipt.series, archive.stand_of(session, receipt).status) for receipt in receipts]


def _designated(book: Database) -> int:
    with book.read() as session:
        return sum(found.designated_cents for found in list_clothing_funds(session))


def _state(book: Database, gift: str) -> str:
    with book.read() as session:
        return str(gift_dossier(session, gift)["state"])


def test_the_gift_stands_again_its_cents_find_a_place_and_another_receipt_replaces_the_void_one(
    book: Database,
) -> None:
    open_funds(book, funds=1)
    gift = _returned(book)
    tick(book, desk(now=NOON))
    assert (_standings(book), _designated(book)) == ([("R", "void")], 0)
    undo(book)
    tick(book, desk(now=NOON))
    assert (_standings(book), _designated(book)) == ([("R", "replaced"), ("R", "valid")], 13_000)
    assert _state(book, gift) == "settled"
    assert balance(book, "children", "income:chargebacks") == 0
    assert balance(book, "children", PATHS["children"]) == 13_000
    assert_sound(book)


def test_what_was_spent_already_is_the_gifts_again_and_operations_gets_its_own_back(book: Database) -> None:
    open_operations(book, TODAY, 50_000)
    (fund,) = open_funds(book, funds=1)
    gift = book.write(lambda session: record_gift(session, CHEQUE, OFFLINE).reference)
    tick(book)
    book.write(lambda session: spend(session, code=fund.code, cents=13_000, reference="x_1"))
    take(book, Told(fitid="1", on=TODAY, cents=13_000))
    accept(book, Saying(act="deposit", subjects=(gift,)))
    take(book, Told(fitid="2", on=TODAY, cents=-13_000))
    accept(book, Saying(act="returned_cheque", subjects=(gift,)))
    tick(book)
    assert balance(book, "operations", "net-assets:interfund") == 13_000
    undo(book)
    tick(book)
    assert balance(book, "operations", "net-assets:interfund") == 0
    assert_sound(book)


def test_told_in_a_later_year_the_notice_is_withdrawn_and_the_receipt_was_valid_all_along(book: Database) -> None:
    _returned(book, on=NEXT_YEAR)
    later = desk(now=NOON.replace(year=2027, month=2, day=4))
    tick(book, later)
    assert _standings(book) == [("N", "valid"), ("R", "valid")]
    undo(book)
    tick(book, later)
    tick(book, later)
    assert dict(_standings(book))["R"] == "valid"
    assert next(status for series, status in _standings(book) if series == "N") == "replaced"
    assert_sound(book)


def test_before_the_clerk_has_filed_what_came_back_nothing_is_undone(book: Database) -> None:
    _returned(book)
    with pytest.raises(FieldRefusedError, match="clerk has not filed"):
        undo(book)
    tick(book)
    undo(book)
    with pytest.raises(FieldRefusedError, match="not in the book"):
        undo(book, entry_key="x")
    tick(book)
    assert_sound(book)


def test_a_cheque_that_truly_comes_back_afterwards_is_returned_once_more(book: Database) -> None:
    gift = _returned(book)
    for _ in range(2):
        tick(book)
        undo(book)
        tick(book)
        assert _state(book, gift) == "settled"
        with book.read() as session:
            assert find_deposited_cheques(session, {13_000}) == {13_000: [gift]}
        accept(book, Saying(act="returned_cheque", subjects=(gift,)))
    tick(book)
    assert _standings(book)[-1] == ("R", "void")
    with book.read() as session:
        assert find_deposited_cheques(session, {13_000}) == {}
    assert_sound(book)


def test_once_its_deposit_is_undone_too_the_gift_itself_can_be_taken_out(book: Database) -> None:
    gift = _returned(book)
    tick(book)
    with pytest.raises(FieldRefusedError, match="rests on this match"):
        undo(book, nth=1)
    undo(book)
    tick(book)
    undo(book, nth=1)
    with book.read() as session:
        assert check_correction(session, gift).gift.reference == gift
