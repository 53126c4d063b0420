"""Room: offline. A gift that came to the desk is written down, booked and laid before the clerk, in one commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from donations import audit_log, filing, ledger, postings, tokens
from donations.audit_log import Actor
from donations.clock import day_in_zone
from donations.database import insert_once
from donations.offline.facts import OfflineWish, check_wish, resolve_day
from donations.tables import Contact, Donor, Gift, GiftSettlement, OfflineGift, tray


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who records, when, and what the book's days and words are."""

    actor: Actor
    now: datetime
    zone: ZoneInfo
    control_version: str


def record_gift(session: Session, wish: OfflineWish, hand: Hand) -> Gift:
    """Book a gift of the desk and lay it before the clerk, who receipts it; cents wait undeposited for the bank."""
    check_wish(wish, today=day_in_zone(hand.now, hand.zone))
    gift = _write_gift(session, wish, hand)
    new = postings.offline_gift(
        reference=gift.reference,
        cents=wish.amount_cents,
        happened_at=hand.now,
        effective_on=filing.first_open_day(session, wish.received_on),
        actor=hand.actor.reference,
    )
    posted = ledger.post(session, new, recorded_at=hand.now)
    day = resolve_day(wish, hand.zone)
    session.add(
        GiftSettlement(
            gift_id=gift.id,
            charge_id=None,
            source_key=new.source_key,
            entry_id=posted.entry_id,
            donor_id=_find_or_write_donor(session, wish),
            method=wish.method,
            gift_on=day.gift_on,
            gift_on_basis=day.basis,
            charged_at=hand.now,
            settled_at=hand.now,
        )
    )
    session.flush()
    session.execute(insert(tray).values(entry_id=posted.entry_id))
    facts: dict[str, str | int | bool | None] = {"kind": wish.kind, "cents": wish.amount_cents}
    audit_log.record(session, hand.actor, "gift.recorded", subject=gift.reference, facts=facts, at=hand.now)
    return gift


def _write_gift(session: Session, wish: OfflineWish, hand: Hand) -> Gift:
    gift = Gift(
        reference=tokens.draw_reference("g"),
        amount_cents=wish.amount_cents,
        fee_cover_cents=0,
        anonymous=0,
        control_statement_version=hand.control_version,
        origin="desk",
        promised_at=hand.now,
    )
    session.add(gift)
    session.flush()
    session.add(Contact(gift_id=gift.id, name=wish.name.strip(), email=wish.email))
    session.add(
        OfflineGift(
            gift_id=gift.id,
            kind=wish.kind,
            cheque_number=wish.cheque_number,
            received_on=wish.received_on,
            postmarked_on=wish.postmarked_on,
            dated_on=wish.dated_on,
        )
    )
    session.flush()
    return gift


def _find_or_write_donor(session: Session, wish: OfflineWish) -> int:
    """Return the donor of this exact e-mail and name; without an address a new one: names are shared."""
    reference, name = tokens.draw_reference("d"), wish.name.strip()
    keys = {"email_key": wish.email.casefold() or reference, "name_key": name.casefold()}
    values = {"reference": reference, "name": name, "email": wish.email, **keys}
    insert_once(session, Donor, values, key=("email_key", "name_key"))
    return session.scalars(select(Donor.id).filter_by(**keys)).one()
