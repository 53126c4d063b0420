"""Room: correspondence. Letters about a donor's own room: the link that opens it, and that an address was added."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from donations import visits
from donations.correspondence.stationery import Draft, Stationery, render_letter
from donations.outbox import Owed
from donations.ports import Letter

DONOR_KINDS: Final = frozenset({"mail_donor_link", "mail_donor_notice"})


def write_donor_letter(session: Session, owed: Owed, stationery: Stationery, *, now: datetime) -> Letter | None:
    """Return the letter, or None: to an address at which nobody is known nothing is sent."""
    if owed.kind == "mail_donor_notice":
        draft = _draft_of_notice(session, owed, stationery)
    else:
        draft = _draft_of_link(session, owed, stationery, now)
    return None if draft is None else render_letter(draft, owed, stationery, now=now)


def _draft_of_link(session: Session, owed: Owed, stationery: Stationery, now: datetime) -> Draft | None:
    found = visits.letter_of_link(session, stationery.settings.secret_keys, owed.subject, now=now)
    if found is None:
        return None
    link, token = found
    context: dict[str, object] = {
        "url": f"{stationery.settings.base_url}/me/link/{token}",
        "is_address": link.kind == "address",
    }
    return Draft(to=link.email, template="donor_link", context=context)


def _draft_of_notice(session: Session, owed: Owed, stationery: Stationery) -> Draft | None:
    account_id, place = (int(part) for part in owed.subject.split(" "))
    addresses = visits.list_addresses(session, account_id)
    if place >= len(addresses):
        return None
    context: dict[str, object] = {"url": f"{stationery.settings.base_url}/me"}
    return Draft(to=addresses[place], template="donor_notice", context=context)
