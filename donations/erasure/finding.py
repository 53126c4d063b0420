"""Room: erasure. What is one donor's: rows where letters go to their addresses, and what was promised under them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from donations.donors import leader_of, members_of
from donations.donors.merging import donor_of
from donations.erasure.facts import Person
from donations.tables import Contact, Donor, Gift, GiftSettlement, Pledge, PledgeContact


def find_person(session: Session, donors: Sequence[int], addresses: Sequence[str], *, until: datetime) -> Person:
    """Return all that is a donor's and was promised up to an instant: what they give later begins anew."""
    settled = session.scalars(
        select(Gift.id)
        .join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
        .where(GiftSettlement.donor_id.in_(donors), Gift.promised_at <= until)
        .order_by(Gift.id)
    )
    promised = session.scalars(
        select(Gift.id)
        .join(Contact, Contact.gift_id == Gift.id)
        .where(
            func.lower(Contact.email).in_(addresses),
            ~exists().where(GiftSettlement.gift_id == Gift.id),
            Gift.promised_at <= until,
        )
        .order_by(Gift.id)
    )
    pledges = session.scalars(
        select(Pledge.id)
        .join(PledgeContact, PledgeContact.pledge_id == Pledge.id)
        .where(func.lower(PledgeContact.email).in_(addresses), Pledge.promised_at <= until)
        .order_by(Pledge.id)
    )
    return Person(
        addresses=tuple(addresses), donors=tuple(donors), gifts=(*settled, *promised), pledges=tuple(pledges)
    )


def person_of_donor(session: Session, reference: str, *, until: datetime) -> Person:
    """Return all that is the donor's who is known by a reference, joined rows too; raises `NotFoundError`."""
    donors = members_of(session, leader_of(session, donor_of(session, reference).id))
    emails = session.scalars(select(Donor.email).where(Donor.id.in_(donors), Donor.email != "").order_by(Donor.id))
    return find_person(session, donors, tuple(dict.fromkeys(one.casefold() for one in emails)), until=until)
