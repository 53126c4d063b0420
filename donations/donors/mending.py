"""Room: donors. A name or address that was written wrongly is mended while no document tells it.

Once a document was issued its facts are frozen: then another is put in its place, and this refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from donations import audit_log, filing
from donations.audit_log import Actor
from donations.errors import FieldRefusedError, NotFoundError
from donations.tables import Contact, Donor, Gift, GiftSettlement, Receipt

ADDRESS: Final = ("address_line1", "address_line2", "city", "region", "postal_code", "country")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """A name and address as they should be; an empty name, or no address at all, leaves what stands."""

    name: str
    address: Mapping[str, str | None]


def mend_contact(session: Session, actor: Actor, reference: str, mended: Mended, *, now: datetime) -> None:
    """Correct whom a gift's first document will name; raises `FieldRefusedError` once there is one, `NotFoundError`.

    The donor's own row takes the name too, unless a document of another gift tells it or it is another donor's.
    """
    filing.await_clerks_lock(session)
    gift = session.scalars(select(Gift).where(Gift.reference == reference)).one_or_none()
    contact = None if gift is None else session.get(Contact, gift.id)
    if gift is None or contact is None:
        raise NotFoundError("No gift with a donor's name is under that reference.", field="reference")
    if session.scalar(select(exists().where(Receipt.gift_id == gift.id))):
        raise FieldRefusedError("This gift has a document: ask for another in its place.", field="name")
    before = [getattr(contact, name) for name in ("name", *ADDRESS)]
    if any(mended.address.values()):
        if not (mended.address.get("address_line1") and mended.address.get("city")):
            raise FieldRefusedError(
                "An address is written anew as a whole: its street and city are needed.", field="address_line1"
            )
        for field in ADDRESS:
            setattr(contact, field, mended.address.get(field))
    if mended.name:
        contact.name = mended.name
        _rename_donor(session, gift.id, mended.name)
    after = [getattr(contact, name) for name in ("name", *ADDRESS)]
    if before == after:
        raise FieldRefusedError("Nothing would be different: write the name or the address anew.", field="name")
    facts = {"name": before[0] != after[0], "address": before[1:] != after[1:]}
    audit_log.record(session, actor, "mend_contact", at=now, subject=reference, facts=facts)


def _rename_donor(session: Session, gift_id: int, name: str) -> None:
    donor = session.scalars(
        select(Donor)
        .join(GiftSettlement, GiftSettlement.donor_id == Donor.id)
        .where(GiftSettlement.gift_id == gift_id, ~exists().where(Receipt.donor_id == Donor.id))
    ).one_or_none()
    if donor is None:
        return
    key = name.casefold()
    other = exists().where(Donor.id != donor.id, Donor.email_key == donor.email_key, Donor.name_key == key)
    if not session.scalar(select(other)):
        donor.name, donor.name_key = name, key
