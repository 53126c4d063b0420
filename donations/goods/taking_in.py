"""Room: goods. A gift in kind is written down, booked at its fair value and laid before the clerk, in one commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from donations import audit_log, filing, ledger, postings, tokens
from donations.audit_log import Actor
from donations.clock import day_in_zone
from donations.donors import find_or_write_donor
from donations.goods.facts import METHODS, GoodsWish, check_wish
from donations.goods.forms import remind_of_8283
from donations.tables import Contact, Gift, GiftSettlement, GoodsGift, GoodsItem, tray
from receipts.rules import us


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who acts, when, and what the book's days and words are."""

    actor: Actor
    now: datetime
    zone: ZoneInfo
    control_version: str
    own_thresholds: tuple[us.Threshold, ...] = ()
    """Figures of the law that the charity has verified itself."""


def take_in(session: Session, wish: GoodsWish, hand: Hand) -> str:
    """Book a gift in kind and return its reference; the clerk acknowledges it without a value (R10).

    Raises `FieldRefusedError` and changes nothing.
    """
    check_wish(wish, today=day_in_zone(hand.now, hand.zone))
    gift = _write_gift(session, wish, hand)
    moments = us.GiftMoments(handed_over_on=wish.handed_over_on, received_on=wish.handed_over_on)
    day = us.resolve_gift_day(METHODS[wish.kind], moments, hand.zone)
    new = postings.goods_received(
        reference=gift.reference,
        value_cents=wish.value_cents,
        happened_at=hand.now,
        effective_on=filing.first_open_day(session, day.gift_on),
        actor=hand.actor.reference,
    )
    posted = ledger.post(session, new, recorded_at=hand.now)
    donor_id = find_or_write_donor(session, name=wish.name, email=wish.email)
    settled = GiftSettlement(
        gift_id=gift.id,
        source_key=new.source_key,
        entry_id=posted.entry_id,
        donor_id=donor_id,
        method=METHODS[wish.kind],
        gift_on=day.gift_on,
        gift_on_basis=day.basis,
        charged_at=hand.now,
        settled_at=hand.now,
    )
    session.add(settled)
    session.flush()
    session.execute(insert(tray).values(entry_id=posted.entry_id))
    remind_of_8283(session, donor_id, day.gift_on, hand)
    _note(session, gift, wish, hand)
    return gift.reference


def _note(session: Session, gift: Gift, wish: GoodsWish, hand: Hand) -> None:
    facts: dict[str, str | int | bool | None] = {
        "kind": wish.kind,
        "cents": wish.value_cents,
        "count": sum(item.count for item in wish.items),
    }
    audit_log.record(session, hand.actor, "goods.taken_in", subject=gift.reference, facts=facts, at=hand.now)


def _write_gift(session: Session, wish: GoodsWish, hand: Hand) -> Gift:
    gift = Gift(
        reference=tokens.draw_reference("g"),
        amount_cents=wish.value_cents,
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
    session.add(GoodsGift(gift_id=gift.id, kind=wish.kind, place=wish.place.strip()))
    session.flush()
    session.add_all(
        GoodsItem(
            gift_id=gift.id,
            n=n,
            description=item.description.strip(),
            count=item.count,
            condition=item.condition,
            note=item.note.strip(),
            value_cents=item.value_cents,
        )
        for n, item in enumerate(wish.items, start=1)
    )
    session.flush()
    return gift
