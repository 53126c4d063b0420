"""Letters on what became of a document: replaced, void, a notice, a corrected statement, and where to check it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from donations import acknowledgment, archive, correspondence, outbox
from donations.clerk import void_document
from donations.correspondence import Stationery
from donations.database import Database
from donations.leases import Lease
from donations.outbox import Owed
from donations.ports import Letter
from donations.tables import Receipt
from tests.clerk_room import BASE_URL, NOON, Giving, desk, numbers, settle_all, tick
from tests.giving_room import settings
from tests.returning_room import fail_refund, give_back

_PDF = b"%PDF-1.7 the printed bytes"
_NEXT_YEAR = datetime(2027, 1, 10, 20, 0, tzinfo=UTC)


@pytest.fixture
def number(book: Database) -> str:
    """Issue the receipt of one gift of $130."""
    settle_all(book, Giving())
    (issued,) = tick(book).issued
    return issued


def _owed(number: str, kind: outbox.Kind, key: str | None = None) -> Owed:
    lease = Lease(row_id=1, generation=1, tries=1)
    return Owed(lease=lease, key=key or archive.letter_key(number), kind=kind, subject=number)


def _letter(book: Database, number: str, *, at: datetime = NOON) -> Letter:
    with book.read() as session:
        owed = _owed(number, archive.letter_kind(number))
        return correspondence.write_letter(session, owed, _PDF, _stationery(), now=at)


def _void_letter(book: Database, number: str) -> Letter | None:
    with book.read() as session:
        owed = _owed(number, "mail_void", f"mail/void/{number}")
        return correspondence.write_note(session, owed, _stationery(), now=NOON)


def _stationery() -> Stationery:
    return Stationery(settings=settings(), promise_is_kept=True)


def _says(book: Database, letter: Letter, number: str, *words: str) -> None:
    with book.read() as session:
        token = session.scalars(select(Receipt.verify_token).where(Receipt.number == number)).one()
    assert letter.to == "alex@example.org"
    for body in (letter.text, letter.html):
        told = " ".join(body.split())
        for word in (*words, number, f"{BASE_URL}/v/{token}", "SIMULATED"):
            assert word in told, word


def test_a_replacement_says_what_it_replaces_why_and_what_remains(book: Database, number: str) -> None:
    give_back(book, 1, 3_000)
    (new,) = tick(book).issued
    letter = _letter(book, new)
    _says(book, letter, new, number, "$100.00", "$30.00", "no longer counts")
    assert new in letter.subject
    assert letter.attachments[0].name == f"receipt-{new}.pdf"
    assert "too late" not in letter.text


def test_a_replacement_after_april_warns_that_it_may_come_too_late(book: Database, number: str) -> None:
    back = give_back(book, 1, 13_000)
    tick(book)
    may = datetime(2027, 5, 2, 20, 0, tzinfo=UTC)
    fail_refund(book, back, at=may)
    (new,) = tick(book, desk(now=may)).issued
    letter = _letter(book, new, at=may)
    _says(book, letter, new, number, "$130.00", "stayed with us after all", "too late")


def test_a_notice_names_the_receipt_that_stays_and_the_tax_adviser(book: Database, number: str) -> None:
    give_back(book, 1, 3_000, at=_NEXT_YEAR)
    (notice,) = tick(book, desk(now=_NEXT_YEAR)).issued
    letter = _letter(book, notice, at=_NEXT_YEAR)
    _says(book, letter, notice, number, "$30.00", "January 10, 2027", "stays as it is", "tax adviser")
    assert letter.attachments[0].name == f"notice-{notice}.pdf"
    assert letter.message_id.startswith(f"<mail.notice.{notice}@")


def test_a_second_notice_says_that_it_withdraws_the_first(book: Database, number: str) -> None:
    back = give_back(book, 1, 3_000, at=_NEXT_YEAR)
    (first,) = tick(book, desk(now=_NEXT_YEAR)).issued
    fail_refund(book, back, at=_NEXT_YEAR)
    (second,) = tick(book, desk(now=_NEXT_YEAR)).issued
    letter = _letter(book, second, at=_NEXT_YEAR)
    _says(book, letter, second, number, "stayed with us after all", "withdraws")
    assert f"We withdraw notice {first}" in letter.subject


def test_a_void_brings_no_file_and_says_where_to_check_it(book: Database, number: str) -> None:
    give_back(book, 1, 13_000)
    tick(book)
    letter = _void_letter(book, number)
    assert letter is not None
    _says(book, letter, number, "November 22, 2026", "given back to you in full", "never used again")
    assert letter.attachments == ()


@pytest.mark.parametrize(
    ("happen", "word"),
    [
        (partial(give_back, kind="late_return"), "took the payment"),
        (None, "issued in error"),
    ],
)
def test_a_void_says_why(
    book: Database, number: str, happen: Callable[[Database, int, int], int] | None, word: str
) -> None:
    if happen is None:
        book.write(lambda session: void_document(session, desk(), number, "issued_in_error"))
    else:
        happen(book, 1, 13_000)
        tick(book)
    letter = _void_letter(book, number)
    assert letter is not None
    assert word in " ".join(letter.text.split())


def test_a_void_that_a_new_receipt_replaced_meanwhile_is_told_by_that_one_alone(book: Database, number: str) -> None:
    fail_refund(book, give_back(book, 1, 13_000))
    tick(book)
    assert len(numbers(book)) == 2
    assert _void_letter(book, number) is None


def test_a_corrected_statement_says_which_one_it_replaces(book: Database, number: str) -> None:
    ask = partial(acknowledgment.request_statement, donor_id=1, year=2026, now=NOON)
    book.write(ask)
    (old,) = tick(book).issued
    give_back(book, 1, 3_000)
    later = NOON + timedelta(days=1)
    tick(book, desk(now=later))
    book.write(ask)
    (new,) = tick(book, desk(now=later)).issued
    letter = _letter(book, new)
    _says(book, letter, new, old, "corrected statement", "difference sheet", "$100.00")
    assert number not in letter.text
