"""The letter of a grant or a distribution follows its money, as a receipt does: void, notice, and a new one (§8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from donations import acknowledgment, archive, correspondence
from donations.bank.accepting import Saying
from donations.correspondence import Stationery
from donations.database import Database
from donations.leases import Lease
from donations.offline import OfflineWish, record_gift
from donations.outbox import Owed
from donations.ports import Letter
from donations.tables import OutboxRow, Receipt
from tests.bank_files import Told
from tests.bank_room import OFFLINE, TODAY, accept, assert_sound, take
from tests.clerk_room import NOON, desk, tick
from tests.giving_room import settings
from tests.test_bank_undoing import undo
from tests.test_offline_letters import DISTRIBUTION, GRANT

NEXT_YEAR = date(2027, 2, 3)
LATER = NOON.replace(year=2027, month=2, day=4)
BOTH = [
    pytest.param(replace(GRANT, cheque_number="900", received_on=TODAY), "L", id="grant"),
    pytest.param(replace(DISTRIBUTION, cheque_number="901", received_on=TODAY), "R", id="distribution"),
]


def _returned(book: Database, wish: OfflineWish, *, on: date = TODAY) -> None:
    """Deposit the cheque of a letter, and let the bank tell that it came back."""
    gift = book.write(lambda session: record_gift(session, wish, OFFLINE).reference)
    tick(book)
    take(book, Told(fitid="1", on=TODAY, cents=wish.amount_cents))
    accept(book, Saying(act="deposit", subjects=(gift,)))
    take(book, Told(fitid="2", on=on, cents=-wish.amount_cents))
    accept(book, Saying(act="returned_cheque", subjects=(gift,)))


def _standings(book: Database) -> list[tuple[str, str]]:
    with book.read() as session:
        receipts = session.scalars(select(Receipt).order_by(Receipt.series, Receipt.year, Receipt.n)).all()
        return [(receipt.series, archive.stand_of(session, receipt).status) for receipt in receipts]


def _void_letter(book: Database) -> Letter:
    with book.read() as session:
        (subject,) = session.scalars(select(OutboxRow.subject).where(OutboxRow.kind == "mail_void"))
        owed = Owed(
            lease=Lease(row_id=1, generation=1, tries=1),
            key=f"mail/void/{subject}",
            kind="mail_void",
            subject=subject,
        )
        note = correspondence.write_note(
            session, owed, Stationery(settings=settings(), promise_is_kept=True), now=NOON
        )
    assert note is not None
    return note


@pytest.mark.parametrize(("wish", "series"), BOTH)
def test_the_letter_of_a_cheque_that_came_back_is_void_and_its_reader_is_told(
    book: Database, wish: OfflineWish, series: str
) -> None:
    _returned(book, wish)
    tick(book)
    assert _standings(book) == [(series, "void")]
    note = _void_letter(book)
    assert note.to == wish.email
    for text in (note.text, note.html):
        assert "back in full" in " ".join(text.split())
        assert "deduct" not in text.lower()
        assert ("your taxes" in " ".join(text.split())) is (series == "R")
    assert_sound(book)


@pytest.mark.parametrize(("wish", "series"), BOTH)
def test_when_the_cheque_never_came_back_another_letter_is_issued(
    book: Database, wish: OfflineWish, series: str
) -> None:
    _returned(book, wish)
    tick(book)
    undo(book)
    tick(book)
    tick(book)
    status = "replaced" if series == "R" else "void"
    assert _standings(book) == [(series, status), (series, "valid")]
    with book.read() as session:
        assert acknowledgment.list_owed_documents(session) == []
    assert_sound(book)


def test_in_a_later_year_the_letter_of_a_distribution_stands_and_a_notice_tells_of_the_return(book: Database) -> None:
    wish = replace(DISTRIBUTION, cheque_number="901", received_on=TODAY)
    _returned(book, wish, on=NEXT_YEAR)
    tick(book, desk(now=LATER))
    assert _standings(book) == [("N", "valid"), ("R", "valid")]
    undo(book)
    tick(book, desk(now=LATER))
    assert _standings(book) == [("N", "replaced"), ("N", "valid"), ("R", "valid")]
    assert_sound(book)


def test_in_a_later_year_too_thanks_for_a_grant_are_void_for_they_tell_nothing_for_tax(book: Database) -> None:
    wish = replace(GRANT, cheque_number="900", received_on=TODAY)
    _returned(book, wish, on=NEXT_YEAR)
    tick(book, desk(now=LATER))
    assert _standings(book) == [("L", "void")]
    assert_sound(book)
