"""Room: acknowledgment. What every document of one sitting of the clerk has in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.clock import day_in_zone
from donations.disclosures import texts_of_states
from donations.settings import Organisation
from donations.tables import book
from receipts.facts import Issuer, StateDisclosure


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who issues, when (the clock's now and its day in the book's zone), and where the document can be checked."""

    organisation: Organisation
    issued_at: datetime
    issued_on: date
    time_zone: str
    simulated: bool
    base_url: str

    @property
    def issuer(self) -> Issuer:
        """Return the charity as it stands on the document; may raise `receipts.facts.DocumentRefusedError`."""
        return issuer_of(self.organisation)

    def verify_url(self, token: str) -> str:
        """Return the address of the verification page."""
        return f"{self.base_url}/v/{token}"

    def disclosures(self, donor_state: str | None) -> tuple[StateDisclosure, ...]:
        """Return the texts that the donor's state asks for on a receipt, where the charity is registered."""
        return texts_of_states(self.organisation, "receipt", on=self.issued_on, donor_state=donor_state)


def read_letterhead(session: Session, organisation: Organisation, *, now: datetime, base_url: str) -> Letterhead:
    """Return today's letterhead of this book; a book that is not live says so on every document."""
    found = session.execute(select(book.c.zone, book.c.mode)).one()
    return Letterhead(
        organisation=organisation,
        issued_at=now.astimezone(UTC),
        issued_on=day_in_zone(now, ZoneInfo(found.zone)),
        time_zone=found.zone,
        simulated=found.mode != "live",
        # Scheme and host mean the same in any case; a document spells them one way.
        base_url=base_url.lower(),
    )


@lru_cache(maxsize=8)
def issuer_of(organisation: Organisation) -> Issuer:
    """Return the charity as documents name it; `receipts.facts.DocumentRefusedError` if it cannot issue any."""
    address = organisation.address
    return Issuer(
        legal_name=organisation.legal_name,
        ein=organisation.ein,
        address_lines=address_lines(
            line1=address.line1,
            line2=address.line2,
            place=place_line(city=address.city, region=address.region, postal_code=address.postal_code),
            country=address.country,
        ),
        tax_status=organisation.tax_status,
        trade_name=organisation.trade_name,
        contact=" · ".join(part for part in (organisation.contact_phone, organisation.contact_email) if part),
        signatory_name=organisation.signatory_name,
        signatory_title=organisation.signatory_title,
        fictitious=organisation.fictitious,
        is_sponsor=organisation.fiscal_sponsor,
    )


def place_line(*, city: str | None, region: str | None, postal_code: str | None) -> str:
    """Return "Las Vegas, NV 89101" from whatever of it was given."""
    after = " ".join(part for part in (region, postal_code) if part)
    return ", ".join(part for part in (city, after) if part)


def address_lines(*, line1: str | None, line2: str | None, place: str, country: str | None) -> tuple[str, ...]:
    """Return the lines that were given, without blank ones; the United States is not written out."""
    abroad = country if country != "US" else None
    return tuple(line for line in (line1, line2, place, abroad) if line)
