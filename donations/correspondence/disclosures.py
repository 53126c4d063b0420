"""Room: correspondence. The texts that states ask for in a letter, where the charity is registered (tax rules §9)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.disclosures import donor_state, texts_of_states
from donations.settings import Organisation
from donations.tables import Contact, Receipt
from receipts.facts import StateDisclosure


def mail_disclosures(
    session: Session, number: str, organisation: Organisation, *, on: date
) -> tuple[StateDisclosure, ...]:
    """Return the texts for the letter that brings a document: the donor's state's, or all if it is not known."""
    return texts_of_states(organisation, "mail", on=on, donor_state=_donor_state(session, number))


def _donor_state(session: Session, number: str) -> str | None:
    """Return two letters, "" for a place abroad, None where the gift's own form did not say."""
    found = session.execute(
        select(Contact.region, Contact.country)
        .join(Receipt, Receipt.gift_id == Contact.gift_id)
        .where(Receipt.number == number)
    ).one_or_none()
    if found is None:
        return None
    return donor_state(region=found.region, country=found.country)
