from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from donations import acknowledgment, archive, correspondence
from donations.correspondence import Stationery
from donations.database import Database
from donations.gateways.mail import compose
from donations.leases import Lease
from donations.outbox import Owed
from donations.ports import Letter
from donations.tables import OutboxRow, Receipt
from receipts import wording
from tests.clerk_room import BASE_URL, NOON, Giving, numbers, organisation, settle_all, tick
from tests.giving_room import KEYS, settings

_PDF = b"%PDF-1.7 the printed bytes"
_HOSTILE = "<script>alert('x')</script> & \"Co\" {{ 7 * 7 }} {% raw %}"


def _issued(book: Database, giving: Giving | None = None) -> str:
    settle_all(book, giving or Giving())
    tick(book)
    return numbers(book)[0]


def _stated(book: Database) -> str:
    settle_all(book, Giving(), Giving(cents=2_500))
    tick(book)
    book.write(lambda session: acknowledgment.request_statements(session, year=2026, now=NOON))
    tick(book)
    return numbers(book, series="S")[0]


def _write(book: Database, number: str, *, key: str | None = None, promise_is_kept: bool = True) -> Letter:
    owed = Owed(
        lease=Lease(row_id=1, generation=1, tries=1),
        key=key or archive.letter_key(number),
        kind=archive.letter_kind(number),
        subject=number,
    )
    charity = organisation(contact_email="hello@example.org")
    stationery = Stationery(settings=settings(organisation=charity), promise_is_kept=promise_is_kept)
    with book.read() as session:
        return correspondence.write_letter(session, owed, _PDF, stationery, now=NOON + timedelta(minutes=1))


def _verify_url(book: Database, number: str) -> str:
    with book.read() as session:
        token = session.scalars(select(Receipt.verify_token).where(Receipt.number == number)).one()
    return f"{BASE_URL}/v/{token}"


def test_a_receipts_letter_says_what_came_and_brings_the_pdf(book: Database) -> None:
    number = _issued(book, Giving(cents=10_000, fee_cover_cents=330))
    letter = _write(book, number)
    assert letter.to == "alex@example.org"
    assert letter.subject == f"SIMULATED – Your receipt {number} from Desert Wardrobe Foundation"
    assert letter.sent_at == NOON + timedelta(minutes=1)
    ((name, media_type, content),) = [(each.name, each.media_type, each.content) for each in letter.attachments]
    assert (name, media_type, content) == (f"receipt-{number}.pdf", "application/pdf", _PDF)
    link = f"{BASE_URL}/r/{archive.link_token(KEYS, number)}.pdf"
    for body in (letter.text, letter.html):
        for said in ("Alex Example", number, "$103.30", "$100.00", "$3.30", "88-1234567", "hello@example.org"):
            assert said in body, said
        for said in (link, _verify_url(book, number), f"{BASE_URL}/transparency", "1-888-373-7888", "233733"):
            assert said in body, said
        assert "SIMULATED" in body
        assert "fictitious" in body


def test_a_statements_letter_says_the_year_and_its_sum(book: Database) -> None:
    number = _stated(book)
    letter = _write(book, number)
    assert letter.subject == f"SIMULATED – Your 2026 giving statement {number} from Desert Wardrobe Foundation"
    assert letter.attachments[0].name == f"statement-{number}.pdf"
    assert letter.message_id == f"<mail.statement.{number}@give.example.org>"
    for body in (letter.text, letter.html):
        for said in ("2026", "$155.00", number, _verify_url(book, number), "replaces none of them"):
            assert said in body, said


@pytest.mark.parametrize("promise_is_kept", [True, False])
def test_a_letter_says_100_percent_only_while_operations_can_pay_the_fees(
    book: Database, *, promise_is_kept: bool
) -> None:
    letter = _write(book, _issued(book), promise_is_kept=promise_is_kept)
    assert (wording.promise() in letter.text) is promise_is_kept
    for body in (letter.text, letter.html):
        shown = re.sub("<[^>]*>", "", body)
        assert bool(re.search(r"100\s?(%|percent)|every cent", shown, re.IGNORECASE)) is promise_is_kept


def test_what_a_donor_wrote_stays_text_in_every_part_of_a_letter(book: Database) -> None:
    letter = _write(book, _issued(book, Giving(name=_HOSTILE)))
    assert "<script>" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "{{ 7 * 7 }} {% raw %}" in letter.html
    assert f"Dear {_HOSTILE}," in letter.text
    assert _HOSTILE not in letter.subject
    assert compose(letter, sender="gifts@example.org")["To"] == "alex@example.org"


def test_the_same_letter_bears_the_same_message_id_and_one_sent_again_its_own(book: Database) -> None:
    number = _issued(book)
    assert _write(book, number) == _write(book, number)
    first, again = _write(book, number), _write(book, number, key=f"{archive.letter_key(number)}/again/1")
    assert first.message_id == f"<mail.receipt.{number}@give.example.org>"
    assert again.message_id == f"<mail.receipt.{number}.again.1@give.example.org>"
    assert again.attachments == first.attachments
    for body in (again.text, again.html, again.subject):
        assert "copy" in body.casefold()
    assert "byte for byte" in " ".join(again.text.split())
    assert not any("copy" in body.casefold() for body in (first.text, first.html, first.subject))


def test_no_letter_is_kept_only_that_it_is_owed(book: Database) -> None:
    _write(book, _issued(book))
    with book.read() as session:
        rows = session.scalars(select(OutboxRow)).all()
    kept = " ".join(str(value) for row in rows for value in vars(row).values())
    assert "alex@example.org" not in kept
    assert "Alex" not in kept
