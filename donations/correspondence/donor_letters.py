"""Room: correspondence. Letters about a donor's own room: its link, an address added, what was erased."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import visits
from donations.correspondence.stationery import Draft, Stationery, render_letter
from donations.outbox import Owed
from donations.ports import Letter
from donations.tables import Donor, Gift, GiftSettlement
from receipts.wording import Language

DONOR_KINDS: Final = frozenset({"mail_donor_link", "mail_donor_notice"})


def write_donor_letter(session: Session, owed: Owed, stationery: Stationery, *, now: datetime) -> Letter | None:
    """Return the letter, or None: to an address at which nobody is known nothing is sent."""
    if owed.kind == "mail_donor_notice":
        draft = _draft_of_notice(session, owed, stationery)
    else:
        draft = _draft_of_link(session, owed, stationery, now)
    return None if draft is None else render_letter(draft, owed, stationery, now=now)


def write_erasure_letter(
    owed: Owed, to: tuple[str, Language], kept: Mapping[str, object], stationery: Stationery, *, now: datetime
) -> Letter:
    """Return the answer to a donor who asked to be erased: `kept` says what stays, how long and why."""
    address, language = to
    context: dict[str, object] = {"url": f"{stationery.home_url(language)}/me", "kept": kept}
    draft = Draft(to=address, template="donor_erased", context=context, language=language)
    return render_letter(draft, owed, stationery, now=now)


def _draft_of_link(session: Session, owed: Owed, stationery: Stationery, now: datetime) -> Draft | None:
    found = visits.letter_of_link(session, stationery.settings.secret_keys, owed.subject, now=now)
    if found is None:
        return None
    link, token = found
    language = _language_of(session, link.email)
    context: dict[str, object] = {
        "url": f"{stationery.home_url(language)}/me/link/{token}",
        "is_address": link.kind == "address",
    }
    return Draft(to=link.email, template="donor_link", context=context, language=language)


def _draft_of_notice(session: Session, owed: Owed, stationery: Stationery) -> Draft | None:
    account_id, place = (int(part) for part in owed.subject.split(" "))
    addresses = visits.list_addresses(session, account_id)
    if place >= len(addresses):
        return None
    language = _language_of(session, addresses[place])
    context: dict[str, object] = {"url": f"{stationery.home_url(language)}/me"}
    return Draft(to=addresses[place], template="donor_notice", context=context, language=language)


def _language_of(session: Session, email: str) -> Language:
    """Return the language of the latest gift whose receipt goes to an address; English where there is none."""
    newest = (
        select(Gift.language)
        .join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
        .join(Donor, Donor.id == GiftSettlement.donor_id)
        .where(Donor.email_key == email.casefold())
        .order_by(Gift.id.desc())
        .limit(1)
    )
    return session.scalar(newest) or "en"
