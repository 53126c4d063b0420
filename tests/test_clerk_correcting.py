"""What a person decides about a document: void, replaced, moved to the true donor; and a reason for each number."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from donations import acknowledgment, archive
from donations.acknowledgment import account_for_numbers, list_owed_documents, read_frozen, trace
from donations.clerk import Correction, replace_receipt, void_document
from donations.database import Database
from donations.errors import DonationError
from donations.tables import Donor, OutboxRow, Receipt
from receipts.facts import GiftReceipt
from receipts.numbers import format_number
from tests.clerk_room import NOON, Giving, desk, numbers, settle_all, tick
from tests.returning_room import broken, events, give_back

_LATER = NOON + timedelta(days=3)
_TRUE = Correction(reason="wrong_donor", name="Blake Example", email="Blake@example.org")


@pytest.fixture
def number(book: Database) -> str:
    """Issue the receipt of one gift."""
    settle_all(book, Giving(address={"address_line1": "5 Sample Street"}))
    (issued,) = tick(book).issued
    return issued


def _replace(book: Database, number: str, wish: Correction) -> str:
    return book.write(lambda session: replace_receipt(session, desk(now=_LATER), number, wish))


def _void(book: Database, number: str) -> None:
    book.write(lambda session: void_document(session, desk(now=_LATER), number, "issued_in_error"))


def _facts(book: Database, number: str) -> GiftReceipt:
    with book.read() as session:
        document = read_frozen(session, number)
    assert isinstance(document, GiftReceipt)
    return document


def _owed(book: Database, kind: str) -> list[str]:
    with book.read() as session:
        return list(session.scalars(select(OutboxRow.subject).where(OutboxRow.kind == kind)))


def test_a_void_keeps_its_number_and_is_told_to_its_donor_once(book: Database, number: str) -> None:
    _void(book, number)
    assert events(book) == [(1, "void", "issued_in_error")]
    assert _owed(book, "mail_void") == [number]
    with pytest.raises(DonationError, match="void already"):
        _void(book, number)
    settle_all(book, Giving(), first=2)
    assert tick(book).issued == (format_number("R", 2026, 2),)
    assert broken(book) == []


def test_what_a_person_voided_no_fact_about_money_brings_back(book: Database, number: str) -> None:
    _void(book, number)
    give_back(book, 1, 3_000)
    tick(book)
    assert numbers(book) == [number]
    with book.read() as session:
        assert list_owed_documents(session) == []
    assert broken(book) == []


def test_a_misspelt_name_is_mended_by_a_new_receipt_of_today_with_the_old_gift_day(
    book: Database, number: str
) -> None:
    new = _replace(book, number, Correction(reason="misspelt_name", name="Alexandra Example"))
    old, mended = _facts(book, number), _facts(book, new)
    assert (mended.donor.name, mended.donor.address_lines) == ("Alexandra Example", old.donor.address_lines)
    assert (mended.replaces, mended.gift_on, mended.issued_on) == (number, old.gift_on, date(2026, 11, 25))
    assert mended.amount_cents == old.amount_cents
    with book.read() as session:
        links = trace(session, number).links
    assert [(link.number, link.status, link.reason) for link in links] == [
        (number, "replaced", "misspelt_name"),
        (new, "valid", None),
    ]
    assert broken(book) == []


def test_a_gift_moved_to_its_true_donor_is_void_for_the_other_and_on_the_statement_of_one_alone(
    book: Database, number: str
) -> None:
    new = _replace(book, number, _TRUE)
    with book.read() as session:
        assert archive.stand_of(session, archive.find_document(session, number)).status == "void"
        assert archive.stand_of(session, archive.find_document(session, number)).newest_number == new
        moved = archive.find_document(session, new)
        assert session.get_one(Donor, moved.donor_id).email == "Blake@example.org"
    assert _facts(book, new).donor.address_lines == ()
    for donor in (1, 2):
        book.write(partial(acknowledgment.request_statement, donor_id=donor, year=2026, now=_LATER))
    (statement,) = tick(book, desk(now=_LATER)).issued
    with book.read() as session:
        document = read_frozen(session, statement)
    assert getattr(document, "donor").name == "Blake Example"  # noqa: B009  A document of any kind.
    assert _owed(book, "mail_void") == [number]
    assert broken(book) == []


def test_a_part_returned_after_a_correction_replaces_the_corrected_receipt_for_the_same_donor(
    book: Database, number: str
) -> None:
    new = _replace(book, number, _TRUE)
    give_back(book, 1, 3_000, at=_LATER)
    (newest,) = tick(book, desk(now=_LATER)).issued
    facts = _facts(book, newest)
    assert (facts.replaces, facts.donor.name, facts.amount_cents) == (new, "Blake Example", 10_000)
    assert broken(book) == []


def test_a_correction_under_dispute_is_held_as_the_old_one_was(book: Database, number: str) -> None:
    give_back(book, 1, 13_000, key="wd_1", kind="dispute")
    tick(book)
    new = _replace(book, number, Correction(reason="misspelt_name", name="Alexandra Example"))
    with book.read() as session:
        assert archive.stand_of(session, archive.find_document(session, new)).status == "disputed"


@pytest.mark.parametrize(
    ("wish", "word"),
    [
        (Correction(reason="correction"), "what is to be different"),
        (Correction(reason="wrong_donor", name="Blake Example"), "name and e-mail"),
        (Correction(reason="wrong_donor", name="Alex Example", email="alex@example.org"), "issued to"),
        (Correction(reason="misspelt_name", name="\u202eB"), "donor"),
    ],
)
def test_a_correction_that_says_too_little_takes_no_number(
    book: Database, number: str, wish: Correction, word: str
) -> None:
    with pytest.raises(DonationError, match=word):
        _replace(book, number, wish)
    assert (numbers(book), events(book)) == ([number], [])


def test_what_was_replaced_or_never_given_cannot_be_corrected_again(book: Database, number: str) -> None:
    wish = Correction(reason="misspelt_name", name="Alexandra Example")
    new = _replace(book, number, wish)
    for wrong, word in ((number, new), ("R-2026-999999-9", "no document")):
        with pytest.raises(DonationError, match=word):
            _replace(book, wrong, wish)
        with pytest.raises(DonationError, match=word):
            _void(book, wrong)


def test_every_number_has_a_reason_and_one_that_is_missing_is_seen(book: Database, number: str) -> None:
    settle_all(book, *[Giving(cents=700)] * 3, first=2)
    _, third, fourth = tick(book).issued
    _void(book, third)
    new = _replace(book, fourth, Correction(reason="misspelt_name", name="Alexandra Example"))
    assert _lines(book)[0][0] == number
    assert [line[1:] for line in _lines(book, series="R", year=2026)] == [
        ("valid", None, None),
        ("valid", None, None),
        ("void", "issued_in_error", None),
        ("replaced", "misspelt_name", new),
        ("valid", None, None),
    ]
    assert _lines(book, series="R", year=2027) == []
    with book.read() as session:
        last = session.scalars(select(Receipt).where(Receipt.number == new)).one()
    copy: dict[str, Any] = {name.key: getattr(last, name.key) for name in Receipt.__table__.columns}
    gap = copy | {"n": 9, "number": format_number("R", 2026, 9), "replaces": new, "verify_token": "f" * 32}
    book.write(lambda session: session.add(Receipt(**gap)))
    assert [line[1] for line in _lines(book)][5:] == ["missing"] * 3 + ["valid"]


def _lines(book: Database, **chosen: Any) -> list[tuple[str, str, str | None, str | None]]:  # noqa: ANN401
    with book.read() as session:
        return [
            (line.number, line.status, line.reason, line.replaced_by)
            for line in account_for_numbers(session, **chosen)
        ]


def test_two_hands_that_correct_at_once_leave_one_chain_and_no_gap(book: Database, number: str) -> None:
    settle_all(book, *[Giving(cents=100)] * 20, first=2)

    def correct(name: str) -> str:
        try:
            return _replace(book, number, Correction(reason="misspelt_name", name=name))
        except DonationError as refused:
            return refused.sentence

    with ThreadPoolExecutor(4) as pool:
        ticks = pool.submit(lambda: tick(book))
        said = list(pool.map(correct, ["Ada Example", "Bea Example", "Cy Example"]))
        ticks.result()
    while tick(book).remaining:
        pass
    assert sum(sentence.startswith("R-") and len(sentence) == len(number) for sentence in said) == 1
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(Receipt)) == 22
        assert session.scalar(select(func.max(Receipt.n))) == 22
    assert broken(book) == []
