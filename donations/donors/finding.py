"""Room: donors. Finds donors by what a letter, a bank line or a caller gives: a name, an address, a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from donations.donors.merging import identity_of
from donations.errors import NotFoundError
from donations.tables import Contact, Donor, Gift, GiftSettlement, ImportedGift, Receipt

_GIFT: Final = re.compile(r"g_[0-9a-z]{16}", re.ASCII)
_HISTORY: Final = re.compile(r"h_[0-9a-z]{16}", re.ASCII)
_DONOR: Final = re.compile(r"d_[0-9a-z]{16}", re.ASCII)
_NUMBER: Final = re.compile(r"[RSNL]-[0-9]{4}-[0-9]{6,12}-[0-9]", re.ASCII | re.IGNORECASE)
_POSTAL: Final = re.compile(r"[0-9]{5}(-[0-9]{4})?", re.ASCII)
_QUERY_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDonor:
    """One donor row that answers; `leader` is the reference of the identity it belongs to."""

    reference: str
    leader: str
    name: str
    email: str
    gifts: int
    last_gift_on: date | None
    """The last day of a gift in the book; history from elsewhere does not count."""


def find_donors(session: Session, query: str, *, limit: int = 50) -> list[FoundDonor]:
    """Return the donor rows that answer to a name, e-mail, ZIP code, gift or document number, by name."""
    wanted = query.strip()[:_QUERY_MAX]
    if not wanted:
        return []
    leader = aliased(Donor)
    found = session.execute(_listed(leader).where(_answers(wanted)).order_by(Donor.name_key, Donor.id).limit(limit))
    return [FoundDonor(**row) for row in found.mappings()]


def list_donors(session: Session, *, limit: int, before: str | None = None) -> list[FoundDonor]:
    """Return the donor rows written last, or those before one, the newest first; raises `NotFoundError`."""
    chosen = _listed(aliased(Donor)).order_by(Donor.id.desc()).limit(limit)
    if before is not None:
        found = session.scalar(select(Donor.id).where(Donor.reference == before))
        if found is None:
            raise NotFoundError(f"There is no donor {before}.", field="reference")
        chosen = chosen.where(Donor.id < found)
    return [FoundDonor(**row) for row in session.execute(chosen).mappings()]


def list_by_ids(session: Session, ids: list[int]) -> dict[int, FoundDonor]:
    """Return donor rows by their ids."""
    found = session.execute(_listed(aliased(Donor)).add_columns(Donor.id).where(Donor.id.in_(ids))).mappings()
    return {row["id"]: FoundDonor(**{name: row[name] for name in row if name != "id"}) for row in found}


def _listed(leader: type[Donor]) -> Select[Any]:
    mine = GiftSettlement.donor_id == Donor.id
    return select(
        Donor.reference,
        leader.reference.label("leader"),
        Donor.name,
        Donor.email,
        select(func.count()).select_from(GiftSettlement).where(mine).scalar_subquery().label("gifts"),
        select(func.max(GiftSettlement.gift_on)).where(mine).scalar_subquery().label("last_gift_on"),
    ).join(leader, leader.id == identity_of(Donor.id))


def _answers(wanted: str) -> ColumnElement[bool]:
    numbered = _is_numbered(wanted)
    if numbered is not None:
        return numbered
    if "@" in wanted:
        return Donor.email_key.startswith(wanted.casefold(), autoescape=True)
    words = wanted.casefold().split()
    return and_(*(Donor.name_key.contains(word, autoescape=True) for word in words))


def _is_numbered(wanted: str) -> ColumnElement[bool] | None:
    """Return the donor behind a reference, a document's number or a ZIP code; None for other words."""
    gifts = select(GiftSettlement.donor_id).join(Gift, Gift.id == GiftSettlement.gift_id)
    ways = (
        (_DONOR, Donor.reference == wanted),
        (_GIFT, Donor.id.in_(gifts.where(Gift.reference == wanted))),
        (_HISTORY, Donor.id.in_(select(ImportedGift.donor_id).where(ImportedGift.reference == wanted))),
        (_NUMBER, Donor.id.in_(select(Receipt.donor_id).where(Receipt.number == wanted.upper()))),
        (_POSTAL, _lives_at(wanted)),
    )
    return next((answer for pattern, answer in ways if pattern.fullmatch(wanted)), None)


def _lives_at(postal_code: str) -> ColumnElement[bool]:
    written = select(GiftSettlement.donor_id).join(Contact, Contact.gift_id == GiftSettlement.gift_id)
    return or_(
        Donor.id.in_(written.where(Contact.postal_code.startswith(postal_code))),
        Donor.id.in_(select(ImportedGift.donor_id).where(ImportedGift.postal_code.startswith(postal_code))),
    )
