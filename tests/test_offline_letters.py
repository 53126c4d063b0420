"""Grants of donor-advised funds and distributions from an IRA: their own letter, and never a receipt (R23, R24)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select

from donations import acknowledgment, archive, correspondence
from donations.bank.awaited import list_awaited
from donations.clerk import void_document
from donations.clerk.correcting import Correction, replace_receipt
from donations.correspondence import Stationery
from donations.database import Database
from donations.errors import FieldRefusedError
from donations.goods import GoodsWish, ItemWish
from donations.goods.taking_in import Hand as GoodsHand
from donations.goods.taking_in import take_in
from donations.invariants import audit
from donations.leases import Lease
from donations.offline import OfflineWish, record_gift, slip_of
from donations.offline.batches import add_line, open_batch, post_batch
from donations.outbox import Owed
from donations.ports import Letter
from donations.reporting import schedule_b, tie_out
from donations.tables import FrozenFacts, Gift, GiftSettlement
from receipts.facts import DafThankYou, Document, QcdLetter, thaw
from tests.clerk_room import BASE_URL, NOON, desk, organisation, tick
from tests.giving_room import settings
from tests.test_offline import CHEQUE, HAND, TODAY

IN_HAND = GoodsHand(actor=HAND.actor, now=HAND.now, zone=HAND.zone, control_version=HAND.control_version)
GRANT = OfflineWish(
    kind="donor_advised_fund",
    amount_cents=300_000,
    name="Sagebrush Giving Fund",
    adviser="Ada Example",
    email="grants@example.org",
    received_on=TODAY,
)
DISTRIBUTION = OfflineWish(
    kind="ira_distribution",
    amount_cents=500_000,
    name="Bea Example",
    custodian="Example Trust Company",
    email="bea@example.org",
    received_on=TODAY,
)


def _documents(book: Database) -> list[Document]:
    with book.read() as session:
        return [thaw(facts.encode()) for facts in session.scalars(select(FrozenFacts.facts))]


def _assert_sound(book: Database) -> None:
    with book.read() as session:
        assert [check for check in audit(session) if not check.ok] == []


def _letter(book: Database, number: str) -> Letter:
    with book.read() as session:
        owed = Owed(
            lease=Lease(row_id=1, generation=1, tries=1),
            key=archive.letter_key(number),
            kind=archive.letter_kind(number),
            subject=number,
        )
        stationery = Stationery(settings=settings(), promise_is_kept=True)
        return correspondence.write_letter(session, owed, b"%PDF-1.7", stationery, now=NOON)


def test_the_sponsor_of_a_grant_is_thanked_without_a_tax_document(book: Database) -> None:
    reference = book.write(lambda session: record_gift(session, GRANT, HAND).reference)
    tick(book)
    _assert_sound(book)
    (thanks,) = _documents(book)
    assert isinstance(thanks, DafThankYou)
    assert (thanks.number[:2], thanks.sponsor, thanks.adviser) == ("L-", "Sagebrush Giving Fund", "Ada Example")
    assert (thanks.amount_cents, thanks.received_on) == (300_000, TODAY)
    with book.read() as session:
        tied = tie_out(session, TODAY.year)
        head = acknowledgment.read_letterhead(session, organisation(), now=NOON, base_url=BASE_URL)
        assert acknowledgment.list_refused_gifts(session, head) == []
    assert [(row.line, row.reference, row.reason) for row in tied.rows] == [("B", reference, "sponsor_grant")]
    assert tied.difference_cents == 0


def test_the_owner_of_an_ira_gets_the_letter_that_names_the_custodian(book: Database) -> None:
    book.write(lambda session: record_gift(session, DISTRIBUTION, HAND))
    tick(book)
    _assert_sound(book)
    (letter,) = _documents(book)
    assert isinstance(letter, QcdLetter)
    assert (letter.number[:2], letter.custodian, letter.donor.name) == ("R-", "Example Trust Company", "Bea Example")
    with book.read() as session:
        tied = tie_out(session, TODAY.year)
        (donor_id,) = session.scalars(select(GiftSettlement.donor_id))
        assert donor_id is not None
        assert acknowledgment.gather_statement(session, donor_id, TODAY.year) is None
    assert (tied.a_cents, tied.b_cents, tied.difference_cents, tied.untied) == (500_000, 0, 0, ())


@pytest.mark.parametrize(
    ("wish", "words"),
    [(GRANT, "not a tax acknowledgment"), (DISTRIBUTION, "Example Trust Company")],
)
def test_the_mail_that_brings_the_letter_speaks_of_no_deduction(
    book: Database, wish: OfflineWish, words: str
) -> None:
    book.write(lambda session: record_gift(session, wish, HAND))
    (number,) = tick(book).issued
    letter = _letter(book, number)
    assert letter.to == wish.email
    for text in (letter.text, letter.html):
        assert words in text
        assert "deduct" not in text.lower()
    assert letter.attachments[0].name.endswith(f"{number}.pdf")


def test_a_letter_issued_in_error_is_void_and_its_donor_told(book: Database) -> None:
    for wish in (GRANT, DISTRIBUTION):
        book.write(partial(record_gift, wish=wish, hand=HAND))
    for number in tick(book).issued:
        book.write(partial(void_document, desk=desk(), number=number, reason="issued_in_error"))
        lease = Lease(row_id=1, generation=1, tries=1)
        owed = Owed(lease=lease, key=f"mail/void/{number}", kind="mail_void", subject=number)
        with book.read() as session:
            stationery = Stationery(settings=settings(), promise_is_kept=True)
            note = correspondence.write_note(session, owed, stationery, now=NOON)
        assert note is not None
        assert number in note.text
    _assert_sound(book)


def test_all_grants_of_one_sponsor_are_one_donors_whoever_advised_them(book: Database) -> None:
    for adviser in ("Ada Example", ""):
        wish = replace(GRANT, email="", adviser=adviser)
        book.write(partial(record_gift, wish=wish, hand=HAND))
    tick(book)
    with book.read() as session:
        sheet = schedule_b(session, TODAY.year)
    assert [(one.gifts, one.total_cents) for one in sheet.listed] == [(2, 600_000)]


def test_a_letter_refused_when_it_was_filed_is_issued_once_when_it_is_asked_for(book: Database) -> None:
    book.write(lambda session: record_gift(session, GRANT, HAND))
    assert tick(book, desk(public_charity=False)).issued == ()
    for expected in (1, 0):
        with book.read() as session:
            gift_id, donor_id = session.execute(
                select(Gift.id, GiftSettlement.donor_id).join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
            ).one()
        assert donor_id is not None
        book.write(
            partial(acknowledgment.request_receipt, gift_id=gift_id, donor_id=donor_id, year=TODAY.year, now=NOON)
        )
        assert len(tick(book).issued) == expected


def test_a_grant_that_came_as_a_cheque_lies_on_the_slip_beside_the_other_cheques(book: Database) -> None:
    on_paper = replace(GRANT, cheque_number="900")
    wishes = (CHEQUE, on_paper, DISTRIBUTION)
    cents = sum(wish.amount_cents for wish in wishes)
    reference = book.write(lambda session: open_batch(session, count=3, cents=cents, hand=HAND).reference)
    for wish in wishes:
        book.write(partial(add_line, reference=reference, wish=wish, is_no_duplicate=False, hand=HAND))
    posted = book.write(lambda session: post_batch(session, reference, HAND))
    slip = slip_of(posted)
    assert [one["cheque_number"] for one in slip["cheques"]] == ["1042", "900"]
    with book.read() as session:
        awaited = {one.name: one.cents for one in list_awaited(session)}
    assert awaited[f"Batch {reference}"] == slip["total_cents"] == 313_000
    assert sorted(awaited.values()) == [313_000, 500_000]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (replace(DISTRIBUTION, custodian=""), "custodian"),
        (replace(GRANT, custodian="Example Trust Company"), "custodian"),
        (replace(DISTRIBUTION, adviser="Ada Example"), "adviser"),
        (replace(GRANT, adviser="Ada\u202e"), "adviser"),
        (replace(GRANT, name=""), "name"),
        (replace(GRANT, is_donor_unknown=True, name="", email=""), "name"),
        (replace(GRANT, postmarked_on=TODAY), "cheque_number"),
    ],
)
def test_a_grant_or_distribution_without_its_facts_is_refused(book: Database, wish: OfflineWish, field: str) -> None:
    with pytest.raises(FieldRefusedError) as refused:
        book.write(lambda session: record_gift(session, wish, HAND))
    assert refused.value.field == field


def test_the_letter_of_a_distribution_is_replaced_for_a_misspelt_name_and_its_mail_says_so(book: Database) -> None:
    book.write(lambda session: record_gift(session, DISTRIBUTION, HAND))
    (old,) = tick(book).issued
    wish = Correction(reason="misspelt_name", name="Bea Exemplar")
    new = book.write(lambda session: replace_receipt(session, desk(), old, wish))
    assert [(one.number, one.replaces) for one in _documents(book) if isinstance(one, QcdLetter)][1:] == [(new, old)]
    letter = _letter(book, new)
    for text in (letter.text, letter.html):
        told = " ".join(text.split())
        assert old in told
        assert "no longer counts" in told
        assert "The name was misspelt." in told
    with book.read() as session:
        assert tie_out(session, TODAY.year).untied == ()
    _assert_sound(book)


def test_the_mail_of_goods_names_them_tells_no_value_and_says_what_it_replaces(book: Database) -> None:
    coats = ItemWish(description="Winter coats", count=1_200, condition="new", value_cents=4_800_000)
    told = {"email": "cy@example.org", "handed_over_on": TODAY, "place": "The workroom"}
    wish = GoodsWish(kind="goods", name="Cy Example", items=(coats,), **told)  # type: ignore[arg-type]  # Its fields.
    book.write(lambda session: take_in(session, wish, IN_HAND))
    (old,) = tick(book).issued
    correction = Correction(reason="misspelt_name", name="Cy Exemplar")
    new = book.write(lambda session: replace_receipt(session, desk(), old, correction))
    for number, words in ((old, "what it is worth is for you to say"), (new, f"replaces {old}, which no longer")):
        letter = _letter(book, number)
        assert (letter.to, letter.attachments[0].name) == ("cy@example.org", f"acknowledgment-{number}.pdf")
        for text in (letter.text, letter.html.replace("<strong>", "").replace("</strong>", "")):
            flat = " ".join(text.split())
            assert words in flat
            assert "1,200 × Winter coats" in flat
            assert "$" not in flat
    book.write(lambda session: void_document(session, desk(), new, "issued_in_error"))
    with book.read() as session:
        owed = Owed(
            lease=Lease(row_id=1, generation=1, tries=1), key=f"mail/void/{new}", kind="mail_void", subject=new
        )
        stationery = Stationery(settings=settings(), promise_is_kept=True)
        void = correspondence.write_note(session, owed, stationery, now=NOON)
    assert void is not None
    assert "issued in error" in void.text
    assert "$" not in void.text
