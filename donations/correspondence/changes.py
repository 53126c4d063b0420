"""Room: correspondence. The letter that tells what was changed in a monthly gift, to the address on file."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.clock import day_in_zone
from donations.correspondence.stationery import Draft, Stationery
from donations.outbox import Owed
from donations.tables import Pledge, PledgeChange, PledgeContact


def draft_of_change(session: Session, owed: Owed, stationery: Stationery, now: datetime) -> Draft | None:
    """Return the letter of a change that was done; None once the monthly gift has ended."""
    change = session.scalars(select(PledgeChange).where(PledgeChange.reference == owed.subject)).one()
    pledge = session.get_one(Pledge, change.pledge_id)
    if pledge.status == "canceled":
        return None
    contact = session.get_one(PledgeContact, pledge.id)
    until = None if change.until is None else day_in_zone(change.until, stationery.settings.zone)
    context: dict[str, object] = {
        "name": contact.name,
        "kind": change.kind,
        "cents": (change.amount_cents or 0) + (change.fee_cover_cents or 0),
        "until": until,
        "pledge_url": stationery.pledge_url(pledge.reference, now),
    }
    return Draft(to=contact.email, template="pledge_changed", context=context, language=pledge.language)
