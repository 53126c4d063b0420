"""Room: erasure. Words are taken out of rows: a neutral one stands where a name stood, and no address is left."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from donations import outbox, tributes
from donations.erasure.facts import ERASED, Person
from donations.tables import (
    BatchLine,
    Contact,
    DocumentErasure,
    Donor,
    DonorAccount,
    DonorAddress,
    DonorLink,
    DonorSession,
    FrozenFacts,
    Gift,
    GiftNaming,
    ImportedGift,
    NewsWish,
    OfflineGift,
    Pledge,
    PledgeContact,
    Printed,
    ReceiptLink,
    leaf_nonce,
    log_leaf,
)
from donations.tables.messages import MailCode

ADDRESS: Final = ("address_line1", "address_line2", "city", "region", "postal_code", "country")


def forget_visits(session: Session, person: Person, *, until: datetime) -> None:
    """Remove sign-ins, links, proved addresses and permissions to be named."""
    proved = DonorAddress.email_key.in_(person.addresses)
    accounts = session.scalars(select(DonorAddress.account_id).where(proved, DonorAddress.verified_at <= until)).all()
    theirs = or_(DonorLink.account_id.in_(accounts), func.lower(DonorLink.email).in_(person.addresses))
    session.execute(delete(DonorLink).where(theirs, DonorLink.made_at <= until))
    session.execute(delete(DonorSession).where(DonorSession.account_id.in_(accounts)))
    session.execute(delete(DonorAddress).where(DonorAddress.account_id.in_(accounts)))
    session.execute(delete(DonorLink).where(DonorLink.account_id.in_(accounts)))
    session.execute(delete(DonorAccount).where(DonorAccount.id.in_(accounts)))
    session.execute(delete(GiftNaming).where(GiftNaming.gift_id.in_(person.gifts)))
    session.execute(delete(MailCode).where(func.lower(MailCode.email).in_(person.addresses), MailCode.at <= until))


def forget_wishes(session: Session, person: Person, *, now: datetime) -> None:
    """Remove wishes for the month's notes, and what was written in tributes of gifts: receipts hold their own."""
    gifts = session.scalars(select(Gift).where(Gift.id.in_(person.gifts)).order_by(Gift.id)).all()
    promises = [gift.reference for gift in gifts]
    promises += session.scalars(select(Pledge.reference).where(Pledge.id.in_(person.pledges))).all()
    session.execute(delete(NewsWish).where(NewsWish.promise.in_(promises)))
    for gift in gifts:
        _forget_tribute(session, gift, now)


def _forget_tribute(session: Session, promise: Gift | Pledge, now: datetime) -> None:
    if tributes.tribute_of(session, promise) is not None:
        tributes.erase_tribute(session, promise.reference, now=now)


def scrub_gift(session: Session, gift_id: int) -> None:
    """Take the donor's words off a gift, and what ties it to its line of the public books."""
    gone = dict.fromkeys(ADDRESS)
    session.execute(update(Contact).where(Contact.gift_id == gift_id).values(name=ERASED, email="", **gone))
    session.execute(update(BatchLine).where(BatchLine.gift_id == gift_id).values(name=ERASED, email="", adviser=None))
    _untie(session, log_leaf.c.gift_id == gift_id)
    session.execute(update(OfflineGift).where(OfflineGift.gift_id == gift_id).values(adviser=None))


def scrub_pledge(session: Session, pledge_id: int, *, now: datetime) -> None:
    """Take the donor's words off a monthly gift that has ended."""
    gone = dict.fromkeys(ADDRESS)
    where = PledgeContact.pledge_id == pledge_id
    session.execute(update(PledgeContact).where(where).values(name=ERASED, email="", **gone))
    _forget_tribute(session, session.get_one(Pledge, pledge_id), now)


def scrub_donor(session: Session, donor_id: int) -> None:
    """Take name and address off a donor row; its reference stays, and keeps it apart from other erased ones."""
    donor = session.get_one(Donor, donor_id)
    donor.name, donor.email, donor.email_key = ERASED, "", ""
    donor.name_key = f"{ERASED.casefold()} {donor.reference}"
    session.execute(update(ImportedGift).where(ImportedGift.donor_id == donor_id).values(**dict.fromkeys(ADDRESS)))
    session.flush()


def erase_document(session: Session, number: str, *, year: int, now: datetime) -> None:
    """Remove a document's frozen facts and secret links, and owe the removal of its file."""
    session.add(DocumentErasure(number=number, erased_in=year, erased_at=now))
    session.flush()
    session.execute(delete(FrozenFacts).where(FrozenFacts.number == number))
    _untie(session, log_leaf.c.number == number)
    session.execute(delete(ReceiptLink).where(ReceiptLink.number == number))
    if session.get(Printed, number) is not None:
        outbox.owe(session, key=f"remove/{number}", kind="remove_file", subject=number, due_at=now)


def _untie(session: Session, lines: ColumnElement[bool]) -> None:
    """Destroy the nonces of lines of the public books: the lines stand, and nobody can tell whose they are."""
    session.execute(delete(leaf_nonce).where(leaf_nonce.c.idx.in_(select(log_leaf.c.idx).where(lines))))
