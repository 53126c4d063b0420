"""Room: disclosures. Which texts of states stand on a page, a letter or a receipt of this charity (tax rules §9)."""

from __future__ import annotations

from datetime import date

from donations.settings import Organisation
from receipts.facts import StateDisclosure
from receipts.rules import us
from receipts.rules.us.states import Surface

_STATE_LETTERS = 2


def texts_of_states(
    organisation: Organisation, surface: Surface, *, on: date, donor_state: str | None = None
) -> tuple[StateDisclosure, ...]:
    """Return the texts that the donor's state asks for, where we are registered; of all if it is not known."""
    return us.disclosures(
        surface,
        registered={row.state: row.registration_number for row in organisation.states_registered},
        values=us.DisclosureValues(
            legal_name=organisation.legal_name,
            state_of_formation=organisation.state_of_formation,
            purpose=organisation.purpose,
            own_texts=organisation.own_texts,
        ),
        on=on,
        donor_state=donor_state,
    )


def donor_state(*, region: str | None, country: str | None) -> str | None:
    """Return the two letters of the donor's state, "" abroad, None if not known: all texts are shown then."""
    if country not in {None, "", "US"}:
        return ""
    state = (region or "").upper()
    return state if len(state) == _STATE_LETTERS else None
