"""Room: donors. Everything the book knows of one donor: rows, gifts, history, documents, merges."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from donations.donors.merging import donor_of, leader_of, members_of
from donations.tables import (
    Contact,
    Donor,
    DonorMerge,
    DonorUnmerge,
    Gift,
    GiftSettlement,
    ImportedGift,
    Receipt,
    ReceiptEvent,
)

_ADDRESS = ("address_line1", "address_line2", "city", "region", "postal_code", "country")


def donor_dossier(session: Session, reference: str) -> dict[str, Any]:
    """Return a donor's identity with names and addresses; raises `NotFoundError`."""
    asked = donor_of(session, reference)
    leader_id = leader_of(session, asked.id)
    members = members_of(session, leader_id)
    leader = session.get_one(Donor, leader_id)
    rows = session.scalars(select(Donor).where(Donor.id.in_(members)).order_by(Donor.id)).all()
    return {
        "reference": leader.reference,
        "name": leader.name,
        "email": leader.email,
        "rows": [{"reference": row.reference, "name": row.name, "email": row.email} for row in rows],
        "addresses": _addresses(session, members),
        "gifts": _gifts(session, members),
        "history": _history(session, members),
        "documents": _documents(session, members),
        "merges": _merges(session, members),
    }


def _addresses(session: Session, members: list[int]) -> list[str]:
    """Return each address once, as one line, the newest first."""
    written = (
        select(*(getattr(Contact, name) for name in _ADDRESS))
        .join(GiftSettlement, GiftSettlement.gift_id == Contact.gift_id)
        .where(GiftSettlement.donor_id.in_(members), Contact.address_line1.is_not(None))
        .order_by(GiftSettlement.gift_on.desc(), Contact.gift_id.desc())
    )
    told = (
        select(*(getattr(ImportedGift, name) for name in _ADDRESS))
        .where(ImportedGift.donor_id.in_(members), ImportedGift.address_line1.is_not(None))
        .order_by(ImportedGift.given_on.desc(), ImportedGift.id.desc())
    )
    lines = [", ".join(part for part in row if part) for found in (written, told) for row in session.execute(found)]
    return list(dict.fromkeys(lines))


def _gifts(session: Session, members: list[int]) -> list[dict[str, Any]]:
    found = session.execute(
        select(Gift.reference, GiftSettlement.gift_on, Gift.amount_cents, Donor.reference.label("donor"))
        .join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
        .join(Donor, Donor.id == GiftSettlement.donor_id)
        .where(GiftSettlement.donor_id.in_(members))
        .order_by(GiftSettlement.gift_on.desc(), Gift.id.desc())
    )
    return [dict(row) for row in found.mappings()]


def _history(session: Session, members: list[int]) -> list[dict[str, Any]]:
    found = session.execute(
        select(
            ImportedGift.reference,
            ImportedGift.source,
            ImportedGift.given_on,
            ImportedGift.amount_cents,
            ImportedGift.refunded_cents,
            Donor.reference.label("donor"),
        )
        .join(Donor, Donor.id == ImportedGift.donor_id)
        .where(ImportedGift.donor_id.in_(members))
        .order_by(ImportedGift.given_on.desc(), ImportedGift.id.desc())
    )
    return [dict(row) for row in found.mappings()]


def _documents(session: Session, members: list[int]) -> list[dict[str, Any]]:
    later = aliased(Receipt)
    is_void = exists().where(ReceiptEvent.number == Receipt.number, ReceiptEvent.kind == "void")
    found = session.execute(
        select(
            Receipt.number,
            Receipt.kind,
            Receipt.tax_year,
            Receipt.issued_on,
            Receipt.amount_cents,
            Gift.reference.label("gift"),
            later.number.label("replaced_by"),
            is_void.label("is_void"),
        )
        .outerjoin(Gift, Gift.id == Receipt.gift_id)
        .outerjoin(later, later.replaces == Receipt.number)
        .where(Receipt.donor_id.in_(members))
        .order_by(Receipt.issued_at.desc(), Receipt.number.desc())
    )
    return [dict(row) | {"is_void": bool(row["is_void"])} for row in found.mappings()]


def _merges(session: Session, members: list[int]) -> list[dict[str, Any]]:
    """Return the merges these rows took part in, the newest first; `undone_at` where one was taken back."""
    one, other = aliased(Donor), aliased(Donor)
    found = session.execute(
        select(
            DonorMerge.reference,
            one.reference.label("donor"),
            other.reference.label("into"),
            DonorMerge.reason_code,
            DonorMerge.actor,
            DonorMerge.recorded_at,
            DonorUnmerge.recorded_at.label("undone_at"),
        )
        .join(one, one.id == DonorMerge.donor_id)
        .join(other, other.id == DonorMerge.into_id)
        .outerjoin(DonorUnmerge, DonorUnmerge.merge_id == DonorMerge.id)
        .where(DonorMerge.donor_id.in_(members) | DonorMerge.into_id.in_(members))
        .order_by(DonorMerge.id.desc())
    )
    return [dict(row) for row in found.mappings()]
