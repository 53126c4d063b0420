"""Room: correspondence. The texts that states ask for in a letter, where the charity is registered (tax rules §9)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.settings import Organisation
from donations.tables import Contact, Receipt
from receipts.facts import StateDisclosure
from receipts.rules import us


def mail_disclosures(
    session: Session, number: str, organisation: Organisation, *, on: date
) -> tuple[StateDisclosure, ...]:
    """Return the texts for the letter that brings a document: the donor's state's, or all if it is not known."""
    return us.disclosures(
        "mail",
        registered={row.state: row.registration_number for row in organisation.states_registered},
        values=us.DisclosureValues(
            legal_name=organisation.legal_name,
            state_of_formation=organisation.state_of_formation,
            purpose=organisation.purpose,
        ),
        on=on,
        donor_state=_donor_state(session, number),
    )


def _donor_state(session: Session, number: str) -> str | None:
    """Return two letters, "" for a place abroad, None where the gift's own form did not say."""
    found = session.execute(
        select(Contact.region, Contact.country)
        .join(Receipt, Receipt.gift_id == Contact.gift_id)
        .where(Receipt.number == number)
    ).one_or_none()
    if found is None:
        return None
    if found.country not in {None, "", "US"}:
        return ""
    state = (found.region or "").upper()
    return state if len(state) == len("NV") else None
