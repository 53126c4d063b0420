"""Room: donors. The row of somebody who gives at the desk: found by e-mail and name, or written down now."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import tokens
from donations.database import insert_once
from donations.tables import Donor

_SPONSOR: Final = "sponsor"
"""Stands where an e-mail address would, and is none."""


def find_or_write_donor(session: Session, *, name: str, email: str, is_sponsor: bool = False) -> int:
    """Return the donor of this exact e-mail and name; without an address a new one: names are shared.

    The sponsor of a donor-advised fund is known by its name: its grants are one donor's, whoever advised them (R23).
    """
    reference, name = tokens.draw_reference("d"), name.strip()
    unshared = _SPONSOR if is_sponsor else reference
    keys = {"email_key": email.casefold() or unshared, "name_key": name.casefold()}
    values = {"reference": reference, "name": name, "email": email, **keys}
    insert_once(session, Donor, values, key=("email_key", "name_key"))
    return session.scalars(select(Donor.id).filter_by(**keys)).one()
