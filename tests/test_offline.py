"""Gifts that came to the desk: booked once, receipted by the clerk, posted in batches only when they agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations import archive
from donations.audit_log import COMMAND
from donations.database import Database, open_database
from donations.errors import DonationError, FieldRefusedError
from donations.invariants import audit
from donations.ledger import found_book
from donations.offline import OfflineWish, slip_of
from donations.offline.batches import add_line, open_batch, post_batch, read_batch, remove_line
from donations.offline.recording import Hand, record_gift
from donations.tables import FrozenFacts, OutboxRow, Receipt, entry
from receipts.facts import GiftReceipt, thaw
from tests.clerk_room import NOON, ZONE, tick
from tests.databases import Foundry, fresh_database_url

TODAY = date(2026, 11, 22)
HAND = Hand(actor=COMMAND, now=NOON, zone=ZONE, control_version="control-2026-1")
CASH = OfflineWish(kind="cash", amount_cents=2_500, name="Ada Example", received_on=TODAY)
CHEQUE = OfflineWish(
    kind="cheque",
    amount_cents=13_000,
    name="Bea Example",
    received_on=TODAY,
    cheque_number="1042",
    postmarked_on=date(2026, 11, 18),
)


def _assert_sound(book: Database) -> None:
    with book.read() as session:
        assert [check for check in audit(session) if not check.ok] == []


def _receipts(book: Database) -> list[GiftReceipt]:
    with book.read() as session:
        thawed = [thaw(facts.encode()) for facts in session.scalars(select(FrozenFacts.facts))]
    return [document for document in thawed if isinstance(document, GiftReceipt)]


def _entries(book: Database) -> int:
    with book.read() as session:
        return session.scalar(select(func.count()).select_from(entry)) or 0


def test_a_mailed_cheque_is_receipted_with_its_number_and_both_days(book: Database) -> None:
    book.write(lambda session: record_gift(session, CHEQUE, HAND))
    tick(book)
    _assert_sound(book)
    (receipt,) = _receipts(book)
    assert (receipt.method, receipt.cheque_number, receipt.amount_cents) == ("cheque", "1042", 13_000)
    assert (receipt.gift_on, receipt.gift_on_basis) == (date(2026, 11, 18), "postmark")
    assert receipt.received_on == TODAY


def test_a_cheque_mailed_in_the_old_year_counts_there_and_its_receipt_says_so(book: Database) -> None:
    wish = replace(CHEQUE, postmarked_on=date(2025, 12, 30), received_on=date(2026, 1, 4))
    book.write(lambda session: record_gift(session, wish, HAND))
    tick(book)
    _assert_sound(book)
    (receipt,) = _receipts(book)
    assert (receipt.tax_year, receipt.straddles) == (2025, True)


@pytest.mark.parametrize(
    ("kind", "method", "basis"),
    [
        ("cash", "cash", "received"),
        ("wire", "wire", "received"),
        ("payroll", "payroll", "payroll"),
        ("employer_match", "other", "received"),
    ],
)
def test_each_kind_gets_its_receipt_dated_by_its_own_basis(
    book: Database, kind: str, method: str, basis: str
) -> None:
    wish = OfflineWish(kind=kind, amount_cents=2_500, name="Ada Example", received_on=TODAY)  # type: ignore[arg-type]
    book.write(lambda session: record_gift(session, wish, HAND))
    tick(book)
    _assert_sound(book)
    (receipt,) = _receipts(book)
    assert (receipt.method, receipt.gift_on_basis, receipt.cheque_number) == (method, basis, "")


def test_no_letter_is_owed_to_a_donor_without_an_email_address(book: Database) -> None:
    book.write(lambda session: record_gift(session, CASH, HAND))
    book.write(lambda session: record_gift(session, replace(CHEQUE, email="bea@example.org"), HAND))
    tick(book)

    def owe(session: Session) -> list[str]:
        for number in session.scalars(select(Receipt.number).order_by(Receipt.n)).all():
            archive.owe_letter(session, number, now=NOON)
        return list(session.scalars(select(OutboxRow.subject).where(OutboxRow.kind == "mail_receipt")))

    mailed = book.write(owe)
    assert len(_receipts(book)) == 2
    assert len(mailed) == 1


def test_two_donors_of_one_name_without_an_address_are_not_taken_for_one_person(book: Database) -> None:
    for _ in range(2):
        book.write(lambda session: record_gift(session, CASH, HAND))
    tick(book)
    with book.read() as session:
        assert session.scalar(select(func.count(func.distinct(Receipt.donor_id)))) == 2


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (replace(CHEQUE, cheque_number=None), "cheque_number"),
        (replace(CHEQUE, postmarked_on=None), "postmarked_on"),
        (replace(CHEQUE, postmarked_on=date(2026, 11, 23)), "postmarked_on"),
        (replace(CASH, cheque_number="7"), "cheque_number"),
        (replace(CASH, received_on=date(2026, 11, 23)), "received_on"),
        (replace(CASH, amount_cents=0), "amount"),
        (replace(CASH, name=" "), "name"),
        (replace(CASH, email="nobody"), "email"),
    ],
)
def test_a_gift_without_the_facts_of_its_kind_changes_nothing(book: Database, wish: OfflineWish, field: str) -> None:
    with pytest.raises(FieldRefusedError) as refused:
        book.write(lambda session: record_gift(session, wish, HAND))
    assert refused.value.field == field
    assert _entries(book) == 0


def _fill(session: Session, wishes: list[OfflineWish], *, count: int, cents: int) -> str:
    reference = open_batch(session, count=count, cents=cents, hand=HAND).reference
    for wish in wishes:
        add_line(session, reference, wish, is_no_duplicate=True, hand=HAND)
    return reference


@given(amounts=st.lists(st.integers(1, 50_000), min_size=1, max_size=4), data=st.data())
def test_any_lines_post_if_and_only_if_count_and_total_agree(
    foundry: Foundry, amounts: list[int], data: st.DataObject
) -> None:
    count = len(amounts) + data.draw(st.sampled_from([0, 0, 1]))
    cents = sum(amounts) + data.draw(st.sampled_from([0, 0, 1]))
    agrees = (count, cents) == (len(amounts), sum(amounts))
    with fresh_database_url(foundry) as url:
        book = open_database(url)
        try:
            book.write(_found)
            wishes = [replace(CASH, amount_cents=amount) for amount in amounts]
            reference = book.write(lambda session: _fill(session, wishes, count=count, cents=cents))
            if agrees:
                book.write(lambda session: post_batch(session, reference, HAND))
            else:
                with pytest.raises(DonationError, match="does not agree"):
                    book.write(lambda session: post_batch(session, reference, HAND))
            assert _entries(book) == (len(amounts) if agrees else 0)
            _assert_sound(book)
        finally:
            book.close()


def _found(session: Session) -> None:
    found_book(
        session,
        origin="almoner.example",
        zone="America/Los_Angeles",
        mode="simulated",
        fiscal_year_start="01-01",
    )


def test_a_posted_batch_is_locked_and_its_slip_lists_each_cheque(book: Database) -> None:
    reference = book.write(lambda session: _fill(session, [CHEQUE, CASH], count=2, cents=15_500))
    posted = book.write(lambda session: post_batch(session, reference, HAND))
    slip = slip_of(posted)
    assert (slip["cheques"], slip["cash_cents"]) == ([{"cheque_number": "1042", "amount_cents": 13_000}], 2_500)
    assert (slip["count"], slip["total_cents"]) == (2, 15_500)
    with pytest.raises(DonationError, match="locked"):
        book.write(lambda session: post_batch(session, reference, HAND))
    with pytest.raises(DonationError, match="locked"):
        book.write(lambda session: remove_line(session, reference, posted.lines[0].reference))
    assert _entries(book) == 2


def test_a_likely_duplicate_must_be_ticked_away_and_is_never_dropped(book: Database) -> None:
    reference = book.write(lambda session: _fill(session, [CHEQUE], count=2, cents=26_000))
    for again in (replace(CHEQUE, received_on=date(2026, 11, 19)), replace(CHEQUE, cheque_number="1043")):
        with pytest.raises(FieldRefusedError) as refused:
            _add(book, reference, again, ticked=False)
        assert refused.value.field == "not_duplicate"
    _add(book, reference, CHEQUE, ticked=True)
    with book.read() as session:
        assert read_batch(session, reference).is_agreed


def _add(book: Database, reference: str, wish: OfflineWish, *, ticked: bool) -> None:
    book.write(lambda session: add_line(session, reference, wish, is_no_duplicate=ticked, hand=HAND))
