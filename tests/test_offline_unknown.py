"""Gifts of which nobody knows who gave them: the children's cents like any other, and never a receipt."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from donations.database import Database
from donations.donors.duplicates import likely_pairs
from donations.errors import FieldRefusedError
from donations.invariants import audit
from donations.offline import Claim, OfflineWish, record_gift
from donations.offline.batches import add_line, open_batch, post_batch
from donations.reporting import export, schedule_b, tie_out
from donations.tables import Donor, Receipt
from tests.clerk_room import tick
from tests.test_offline import CHEQUE, HAND, TODAY

NAMELESS = OfflineWish(kind="cash", amount_cents=41_200, name="", received_on=TODAY, is_donor_unknown=True)
NAMELESS_CHEQUE = replace(CHEQUE, name="", is_donor_unknown=True)


def _count(book: Database, table: type[Donor | Receipt]) -> int:
    with book.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("wish", [NAMELESS, NAMELESS_CHEQUE])
def test_a_gift_of_an_unknown_donor_is_booked_and_ties_out_without_a_receipt(
    book: Database, wish: OfflineWish
) -> None:
    reference = book.write(lambda session: record_gift(session, wish, HAND).reference)
    tick(book)
    with book.read() as session:
        assert [check for check in audit(session) if not check.ok] == []
        tied = tie_out(session, TODAY.year)
    assert (_count(book, Donor), _count(book, Receipt)) == (0, 0)
    assert (tied.b_cents, tied.e_cents, tied.difference_cents) == (wish.amount_cents, wish.amount_cents, 0)
    assert [(row.line, row.reference, row.reason) for row in tied.rows] == [("B", reference, "unknown_donor")]


def test_an_unknown_donor_is_in_a_batch_and_does_not_take_the_number_of_a_known_one(book: Database) -> None:
    reference = book.write(lambda session: open_batch(session, count=2, cents=54_200, hand=HAND).reference)
    for wish in (NAMELESS, CHEQUE):
        book.write(partial(add_line, reference=reference, wish=wish, is_no_duplicate=False, hand=HAND))
    book.write(lambda session: post_batch(session, reference, HAND))
    tick(book)
    with book.read() as session:
        assert session.scalars(select(Receipt.n)).all() == [1]
        assert [check for check in audit(session) if not check.ok] == []


def test_nobody_is_made_of_unknown_donors(book: Database, tmp_path: Path) -> None:
    big = replace(NAMELESS, amount_cents=600_000)
    for _ in range(2):
        book.write(lambda session: record_gift(session, big, HAND))
    tick(book)
    with book.read() as session:
        assert likely_pairs(session, shown=5).count == 0
        sheet = schedule_b(session, TODAY.year)
    assert (sheet.listed, {code: cents for code, _, cents in sheet.rest}["unnamed"]) == ((), 1_200_000)
    assert sheet.difference_cents == 0
    made = export(book.read, "gifts", year=TODAY.year, sheet_format="csv", out=tmp_path / "gifts.csv")
    assert made.rows == 2


@pytest.mark.parametrize(
    "wish",
    [
        replace(NAMELESS, kind="wire"),
        replace(NAMELESS, name="Ada Example"),
        replace(NAMELESS, email="ada@example.org"),
        replace(NAMELESS, is_donor_unknown=False),
        replace(NAMELESS, name="Ada\u202e", is_donor_unknown=False),
        replace(NAMELESS, name="Ada\x07", is_donor_unknown=False),
    ],
)
def test_a_name_is_left_out_only_on_purpose_and_never_unprintable(book: Database, wish: OfflineWish) -> None:
    with pytest.raises(FieldRefusedError) as refused:
        book.write(lambda session: record_gift(session, wish, HAND))
    assert refused.value.field == "name"


def test_money_of_suspense_is_no_gift_of_nobody(book: Database) -> None:
    with pytest.raises(FieldRefusedError, match="stays in suspense"):
        book.write(lambda session: record_gift(session, NAMELESS, HAND, Claim(key="x", n=1)))
