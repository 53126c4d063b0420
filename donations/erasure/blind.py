"""Room: erasure. Blind ids: HMACs of an address or a donor's reference, by which only this house finds them again."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import tokens
from donations.erasure.facts import Person
from donations.tables import Contact, Donor, DonorAddress, PledgeContact


def blind_id(key: bytes, text: str) -> str:
    """Return the HMAC-SHA256 of a text under the key of this one use, as 64 hex digits."""
    return hmac.digest(tokens.derive_key(key, "erasure"), text.encode("utf-8"), "sha256").hex()


def blind_ids_of(session: Session, key: bytes, person: Person) -> list[str]:
    """Return a blind id for each address and each donor row of a person."""
    references = session.scalars(select(Donor.reference).where(Donor.id.in_(person.donors)).order_by(Donor.id))
    return [blind_id(key, text) for text in (*map(_address, person.addresses), *map(_donor, references))]


def every_address(session: Session) -> Iterator[tuple[str, str]]:
    """Yield every address the book knows, case-folded, with the text its blind id is made of."""
    columns = (Donor.email, Contact.email, PledgeContact.email, DonorAddress.email_key)
    found = {email.casefold() for column in columns for email in session.scalars(select(column).distinct()) if email}
    yield from ((email, _address(email)) for email in sorted(found))


def every_donor(session: Session) -> Iterator[tuple[int, str]]:
    """Yield every donor row with the text its blind id is made of."""
    rows = session.execute(select(Donor.id, Donor.reference).order_by(Donor.id))
    yield from ((id_, _donor(reference)) for id_, reference in rows)


def _address(email: str) -> str:
    return f"address/{email}"


def _donor(reference: str) -> str:
    return f"donor/{reference}"
