"""A name or address is mended before the first document tells it; what is frozen never changes."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import select

from donations.acknowledgment import request_receipt
from donations.audit_log import COMMAND
from donations.database import Database
from donations.donors import Mended, mend_contact
from donations.errors import FieldRefusedError, NotFoundError
from donations.tables import AuditAct, Contact, Donor, FrozenFacts, Gift, GiftSettlement, Receipt
from receipts.facts import GiftReceipt, thaw
from tests.clerk_room import NOON, Giving, desk, settle_all, tick

NEW = Mended(
    name="Ada Example",
    address={
        "address_line1": "2 New Street",
        "city": "Reno",
        "region": "NV",
        "postal_code": "89501",
        "country": "US",
    },
)


def _reference(book: Database, gift: int) -> str:
    with book.read() as session:
        return session.get_one(Gift, gift).reference


def _mend(book: Database, gift: int, mended: Mended = NEW) -> None:
    book.write(partial(mend_contact, actor=COMMAND, reference=_reference(book, gift), mended=mended, now=NOON))


def _told(book: Database) -> list[GiftReceipt]:
    with book.read() as session:
        documents = [thaw(facts.encode()) for facts in session.scalars(select(FrozenFacts.facts))]
    return [one for one in documents if isinstance(one, GiftReceipt)]


def test_the_first_receipt_tells_what_was_mended_before_it(book: Database) -> None:
    (gift,) = settle_all(book, Giving(name="Ada Exmaple", email="ada@example.org"))
    _mend(book, gift)
    tick(book, desk(now=NOON))
    (told,) = _told(book)
    assert told.donor.name == "Ada Example"
    assert told.donor.address_lines[0] == "2 New Street"
    with book.read() as session:
        assert session.scalars(select(Donor.name)).all() == ["Ada Example"]
        (act,) = session.scalars(select(AuditAct))
    assert (act.act, act.facts) == ("mend_contact", '{"address":true,"name":true}')


def test_once_a_document_tells_it_nothing_is_mended_and_nothing_frozen_changes(book: Database) -> None:
    (gift,) = settle_all(book, Giving(name="Ada Exmaple", email="ada@example.org"))
    tick(book, desk(now=NOON))
    before = _told(book)
    with pytest.raises(FieldRefusedError, match="has a document"):
        _mend(book, gift)
    assert _told(book) == before
    with book.read() as session:
        assert session.scalars(select(Contact.name)).all() == ["Ada Exmaple"]
        assert session.scalars(select(AuditAct)).all() == []


def test_a_donor_whom_a_document_names_keeps_the_name_and_the_new_gift_tells_the_mended_one(book: Database) -> None:
    settle_all(book, Giving(name="Ada Exmaple", email="ada@example.org"))
    tick(book, desk(now=NOON))
    (later,) = settle_all(book, Giving(name="Ada Exmaple", email="ada@example.org"), first=2)
    _mend(book, later)
    tick(book, desk(now=NOON))
    assert [one.donor.name for one in _told(book)] == ["Ada Exmaple", "Ada Example"]
    with book.read() as session:
        assert session.scalars(select(Donor.name)).all() == ["Ada Exmaple"]


def test_a_name_that_is_another_donors_is_told_and_joins_nobody(book: Database) -> None:
    gift, _ = settle_all(
        book, Giving(name="Ada Exmaple", email="ada@example.org"), Giving(name="Ada Example", email="ada@example.org")
    )
    _mend(book, gift)
    with book.read() as session:
        assert sorted(session.scalars(select(Donor.name))) == ["Ada Example", "Ada Exmaple"]
        assert len(set(session.scalars(select(GiftSettlement.donor_id)))) == 2
        assert session.get_one(Contact, gift).name == "Ada Example"


def test_what_is_left_empty_stays_and_what_changes_nothing_is_refused(book: Database) -> None:
    (gift,) = settle_all(book, Giving(name="Ada Exmaple", email="ada@example.org"))
    _mend(book, gift)
    _mend(book, gift, Mended(name="Ada Third", address={}))
    with book.read() as session:
        contact = session.get_one(Contact, gift)
        assert (contact.name, contact.address_line1) == ("Ada Third", "2 New Street")
    with pytest.raises(FieldRefusedError, match="Nothing would be different"):
        _mend(book, gift, Mended(name="", address={}))
    with pytest.raises(NotFoundError):
        book.write(
            partial(mend_contact, actor=COMMAND, reference="g_0000000000000000", mended=NEW, now=NOON),
        )


def test_a_receipt_asked_for_again_tells_the_mended_name_and_is_the_only_one(book: Database) -> None:
    (gift,) = settle_all(book, Giving(name="", email="ada@example.org"))
    tick(book, desk(now=NOON))
    assert _told(book) == []
    _mend(book, gift)
    with book.read() as session:
        donor = session.scalars(select(GiftSettlement.donor_id)).one()
    asked = partial(request_receipt, gift_id=gift, donor_id=donor or 0, year=2026, now=NOON)
    book.write(asked)
    tick(book, desk(now=NOON))
    assert [one.donor.name for one in _told(book)] == ["Ada Example"]
    with book.read() as session:
        assert len(session.scalars(select(Receipt.number)).all()) == 1
