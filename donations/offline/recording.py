"""Room: offline. A gift that came to the desk is written down, booked and laid before the clerk, in one commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from donations import audit_log, filing, ledger, postings, tokens, tributes
from donations.audit_log import Actor
from donations.clock import day_in_zone
from donations.donors import find_or_write_donor
from donations.errors import FieldRefusedError
from donations.offline.facts import OfflineWish, check_wish, resolve_day
from donations.tables import Contact, Gift, GiftSettlement, OfflineGift, tray


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who records, when, and what the book's days and words are."""

    actor: Actor
    now: datetime
    zone: ZoneInfo
    control_version: str
    keys: tuple[bytes, ...] = ()
    """By which the address of who is told is known again; needed for a tribute alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedCharge:
    """A charge of Stripe's whose money waited in suspense: the gift was given when it was charged."""

    charge_id: str
    charged_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Money of suspense that is a gift after all: its key, and the how-manieth part of it this is."""

    key: str
    n: int
    charge: ClaimedCharge | None = None


def record_gift(session: Session, wish: OfflineWish, hand: Hand, claim: Claim | None = None) -> Gift:
    """Book a gift of the desk and lay it before the clerk, who receipts it.

    A gift of an unknown donor is laid there too, for its cents are the children's; it gets no receipt.
    Its cents wait undeposited for the bank; those of a claim are there already, and only leave suspense.
    """
    check_wish(wish, today=day_in_zone(hand.now, hand.zone))
    if claim is not None and wish.is_donor_unknown:
        raise FieldRefusedError("Money stays in suspense until it is known who gave it.", field="name")
    charge = None if claim is None else claim.charge
    gift = _write_gift(session, wish, hand, is_offline=charge is None)
    if wish.tribute is not None:
        tributes.record_tribute(session, hand.keys, gift, wish.tribute)
    new = _entry_of(session, gift, wish, hand, claim)
    posted = ledger.post(session, new, recorded_at=hand.now)
    session.add(
        GiftSettlement(
            gift_id=gift.id,
            charge_id=None if charge is None else charge.charge_id,
            source_key=new.source_key,
            entry_id=posted.entry_id,
            donor_id=None if wish.is_donor_unknown else _donor_of(session, wish),
            **_manner(wish, hand, charge),
            settled_at=hand.now,
        )
    )
    session.flush()
    session.execute(insert(tray).values(entry_id=posted.entry_id))
    facts: dict[str, str | int | bool | None] = {"kind": wish.kind, "cents": wish.amount_cents}
    audit_log.record(session, hand.actor, "gift.recorded", subject=gift.reference, facts=facts, at=hand.now)
    return gift


def _entry_of(session: Session, gift: Gift, wish: OfflineWish, hand: Hand, claim: Claim | None) -> postings.NewEntry:
    if claim is None:
        return postings.offline_gift(
            reference=gift.reference,
            cents=wish.amount_cents,
            happened_at=hand.now,
            effective_on=filing.first_open_day(session, wish.received_on),
            actor=hand.actor.reference,
        )
    return postings.claimed_suspense(
        suspense_key=claim.key,
        n=claim.n,
        gift_cents=wish.amount_cents,
        fee_cover_cents=0,
        place="assets:stripe",
        happened_at=hand.now,
        effective_on=filing.first_open_day(session, day_in_zone(hand.now, hand.zone)),
        actor=hand.actor.reference,
    )


def _manner(wish: OfflineWish, hand: Hand, charge: ClaimedCharge | None) -> dict[str, Any]:
    """Return how and on which tax day the gift was given."""
    if charge is None:
        day = resolve_day(wish, hand.zone)
        return {
            "method": wish.method,
            "gift_on": day.gift_on,
            "gift_on_basis": day.basis,
            "charged_at": hand.now,
        }
    return {
        "method": "card",
        "gift_on": day_in_zone(charge.charged_at, hand.zone),
        "gift_on_basis": "charged",
        "charged_at": charge.charged_at,
    }


def _write_gift(session: Session, wish: OfflineWish, hand: Hand, *, is_offline: bool) -> Gift:
    gift = Gift(
        reference=tokens.draw_reference("g"),
        amount_cents=wish.amount_cents,
        fee_cover_cents=0,
        anonymous=0,
        control_statement_version=hand.control_version,
        origin="desk",
        language=wish.language,
        promised_at=hand.now,
    )
    session.add(gift)
    session.flush()
    session.add(Contact(gift_id=gift.id, name=wish.name.strip(), email=wish.email))
    if not is_offline:
        return gift
    session.add(
        OfflineGift(
            gift_id=gift.id,
            kind=wish.kind,
            cheque_number=wish.cheque_number,
            received_on=wish.received_on,
            postmarked_on=wish.postmarked_on,
            dated_on=wish.dated_on,
            custodian=wish.custodian or None,
            adviser=wish.adviser or None,
        )
    )
    session.flush()
    return gift


def _donor_of(session: Session, wish: OfflineWish) -> int:
    is_sponsor = wish.kind == "donor_advised_fund"
    return find_or_write_donor(session, name=wish.name, email=wish.email, is_sponsor=is_sponsor)
