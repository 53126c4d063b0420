"""Room: own_room. A donor's data as one file: what they wrote, gave and were told; nothing secret."""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import tributes
from donations.own_room.facts import OwnGift, OwnPledge, OwnRoom
from donations.own_room.reading import own_donors, own_gifts, own_pledges
from donations.tables import Contact, Donor, FrozenFacts, ImportedGift, PledgeContact, Receipt, Tribute

_ADDRESS = ("address_line1", "address_line2", "city", "region", "postal_code", "country")
_TRIBUTE = ("kind", "name", "notify_name", "notify_email", "message", "card")


def export_room(session: Session, account_id: int, room: OwnRoom) -> dict[str, object]:
    """Return all personal data of an account; amounts in cents, days and instants in ISO 8601.

    Links and their secrets are left out: who holds the file must not be able to act.
    """
    donors = own_donors(session, account_id)
    rows = session.scalars(select(Donor).where(Donor.id.in_(donors)).order_by(Donor.id))
    contacts = {
        gift.reference: _written(session.get_one(Contact, gift.id), tributes.tribute_of(session, gift))
        for gift in own_gifts(session, account_id)
    }
    promised = {
        pledge.reference: _written(session.get_one(PledgeContact, pledge.id), tributes.tribute_of(session, pledge))
        for pledge in own_pledges(session, account_id)
    }
    return {
        "addresses": list(room.addresses),
        "donor_records": [{"reference": row.reference, "name": row.name, "email": row.email} for row in rows],
        "gifts": [_gift(gift) | {"written": contacts[gift.standing.reference]} for gift in room.gifts],
        "monthly_gifts": [_pledge(one) | {"written": promised[one.standing.reference]} for one in room.pledges],
        "earlier_gifts": _earlier(session, donors),
        "documents": _documents(session, donors),
    }


def _written(contact: Contact | PledgeContact, tribute: Tribute | None) -> dict[str, object]:
    """Return what the donor wrote; of who was told by a card, only what is still there."""
    told = {name: getattr(contact, name) for name in ("name", "email", *_ADDRESS)}
    if tribute is None:
        return told
    return told | {"tribute": {name: getattr(tribute, name) for name in _TRIBUTE}}


def _gift(gift: OwnGift) -> dict[str, object]:
    standing = gift.standing
    return {
        "reference": standing.reference,
        "state": standing.state,
        "day": None if standing.gift_on is None else standing.gift_on.isoformat(),
        "amount_cents": standing.amount_cents,
        "fee_cover_cents": standing.fee_cover_cents,
        "went_back_cents": standing.back_cents,
        "preference": standing.preference,
        "receipt": standing.receipt_number,
        "may_be_named_publicly": gift.is_named,
    }


def _pledge(pledge: OwnPledge) -> dict[str, object]:
    standing = pledge.standing
    days = {"next_day": standing.next_on, "ends_on": standing.ends_on, "paused_until": standing.paused_until}
    return {
        "reference": standing.reference,
        "state": standing.state,
        "amount_cents": standing.amount_cents,
        "fee_cover_cents": standing.fee_cover_cents,
        **{name: None if day is None else day.isoformat() for name, day in days.items()},
    }


def _earlier(session: Session, donors: list[int]) -> list[dict[str, object]]:
    found = session.scalars(
        select(ImportedGift).where(ImportedGift.donor_id.in_(donors)).order_by(ImportedGift.given_on, ImportedGift.id)
    )
    return [
        {
            "reference": row.reference,
            "source": row.source,
            "day": row.given_on.isoformat(),
            "amount_cents": row.amount_cents,
            "refunded_cents": row.refunded_cents,
            **{name: getattr(row, name) for name in _ADDRESS},
        }
        for row in found
    ]


def _documents(session: Session, donors: list[int]) -> list[dict[str, object]]:
    """Return every document with the facts it was frozen with."""
    found = session.scalars(
        select(Receipt).where(Receipt.donor_id.in_(donors)).order_by(Receipt.issued_at, Receipt.number)
    ).all()
    numbers = [receipt.number for receipt in found]
    frozen = {
        row.number: row.facts for row in session.scalars(select(FrozenFacts).where(FrozenFacts.number.in_(numbers)))
    }
    return [
        {
            "number": receipt.number,
            "kind": receipt.kind,
            "tax_year": receipt.tax_year,
            "issued_on": receipt.issued_on.isoformat(),
            "amount_cents": receipt.amount_cents,
            "facts": json.loads(frozen[receipt.number]) if receipt.number in frozen else None,
        }
        for receipt in found
    ]
