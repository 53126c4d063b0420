"""Room: own_room. What belongs to an account: only what came under an address that it has proved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from donations import archive, correspondence, visits
from donations.donors import leader_of, members_of
from donations.giving.pledges import stand_of_pledge
from donations.giving.standing import stand_of
from donations.own_room.facts import OwnDocument, OwnGift, OwnPledge, OwnRoom, PastGift
from donations.tables import (
    CheckoutAttempt,
    Contact,
    Donor,
    Gift,
    GiftNaming,
    GiftSettlement,
    ImportedGift,
    Pledge,
    PledgeContact,
    Printed,
    Receipt,
)


def own_donors(session: Session, account_id: int) -> list[int]:
    """Return the donor rows that are an account's: those under an address it proved, where letters go to now.

    A row that a person of the staff joined to one of them counts too, if it has no address by which anybody could
    prove it; one with another address waits until that address is proved.
    """
    addresses = visits.list_addresses(session, account_id)
    own = list(session.scalars(select(Donor.id).where(func.lower(Donor.email).in_(addresses)).order_by(Donor.id)))
    joined = {member for id_ in own for member in members_of(session, leader_of(session, id_))} - set(own)
    silent = session.scalars(select(Donor.id).where(Donor.id.in_(joined), Donor.email == "").order_by(Donor.id))
    return [*own, *silent]


def own_gifts(session: Session, account_id: int) -> list[Gift]:
    """Return the gifts of an account, those on their way first, then by their day."""
    addresses = visits.list_addresses(session, account_id)
    coming = session.scalars(
        select(Gift)
        .join(CheckoutAttempt, CheckoutAttempt.gift_id == Gift.id)
        .join(Contact, Contact.gift_id == Gift.id)
        .where(
            CheckoutAttempt.outcome == "processing",
            func.lower(Contact.email).in_(addresses),
            ~exists().where(GiftSettlement.gift_id == Gift.id),
        )
        .order_by(Gift.id.desc())
    )
    settled = session.scalars(
        select(Gift)
        .join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
        .where(GiftSettlement.donor_id.in_(own_donors(session, account_id)))
        .order_by(GiftSettlement.gift_on.desc(), Gift.id.desc())
    )
    return [*dict.fromkeys(coming), *settled]


def own_pledges(session: Session, account_id: int) -> Sequence[Pledge]:
    """Return the monthly gifts of an account that have begun or are on their way, the newest first."""
    addresses = visits.list_addresses(session, account_id)
    return session.scalars(
        select(Pledge)
        .join(PledgeContact, PledgeContact.pledge_id == Pledge.id)
        .where(func.lower(PledgeContact.email).in_(addresses), Pledge.status.is_not(None))
        .order_by(Pledge.id.desc())
    ).all()


def read_room(session: Session, keys: Sequence[bytes], account_id: int, *, now: datetime, zone: ZoneInfo) -> OwnRoom:
    """Return everything the holder of an account may see."""
    donors = own_donors(session, account_id)
    return OwnRoom(
        addresses=tuple(visits.list_addresses(session, account_id)),
        gifts=tuple(_own_gift(session, keys, gift, now) for gift in own_gifts(session, account_id)),
        past=tuple(_past(session, donors)),
        pledges=tuple(
            OwnPledge(
                standing=stand_of_pledge(session, keys, pledge, now=now, zone=zone),
                token=correspondence.pledge_token(keys, pledge.reference, now=now),
            )
            for pledge in own_pledges(session, account_id)
        ),
        documents=tuple(_documents(session, donors)),
    )


def own_document(session: Session, account_id: int, number: str) -> str | None:
    """Return a document's number if it is this account's and printed, else None."""
    return session.scalar(
        select(Receipt.number)
        .join(Printed, Printed.number == Receipt.number)
        .where(Receipt.number == number, Receipt.donor_id.in_(own_donors(session, account_id)))
    )


def _own_gift(session: Session, keys: Sequence[bytes], gift: Gift, now: datetime) -> OwnGift:
    standing = stand_of(session, keys, gift, now=now)
    naming = session.get(GiftNaming, gift.id)
    number = standing.receipt_number
    return OwnGift(
        standing=standing,
        is_named=naming is not None and bool(naming.is_named),
        is_printed=number is not None and session.get(Printed, number) is not None,
    )


def _past(session: Session, donors: list[int]) -> list[PastGift]:
    found = session.execute(
        select(ImportedGift.given_on, ImportedGift.amount_cents, ImportedGift.refunded_cents, ImportedGift.source)
        .where(ImportedGift.donor_id.in_(donors))
        .order_by(ImportedGift.given_on.desc(), ImportedGift.id.desc())
    )
    return [PastGift(**row) for row in found.mappings()]


def _documents(session: Session, donors: list[int]) -> list[OwnDocument]:
    """Return the papers that are not the receipt of one gift."""
    found = session.scalars(
        select(Receipt)
        .where(Receipt.donor_id.in_(donors), Receipt.series != "R")
        .order_by(Receipt.tax_year.desc(), Receipt.issued_at.desc(), Receipt.number.desc())
    ).all()
    return [
        OwnDocument(
            number=receipt.number,
            kind=receipt.kind,
            year=receipt.tax_year,
            amount_cents=receipt.amount_cents,
            issued_on=receipt.issued_on,
            status=archive.stand_of(session, receipt).status,
            is_printed=session.get(Printed, receipt.number) is not None,
        )
        for receipt in found
    ]
