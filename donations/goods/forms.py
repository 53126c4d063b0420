"""Room: goods. Reminders of the forms that follow property of much value (tax rules R12, R13).

They rest on the value in our own book, which no document tells: whether a donor claims as much is the donor's matter.
Securities are left out: those that are publicly traded need neither form, and no others should be taken in unasked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from sqlalchemy import exists, func, not_, select
from sqlalchemy.orm import Session

from donations import alarms
from donations.donors import leader_of, members_of
from donations.goods.on_hand import Shelf
from donations.tables import Alarm, Gift, GiftSettlement, GoodsGift, GoodsItem, entry
from receipts.rules import us

if TYPE_CHECKING:
    from donations.goods.taking_in import Hand


def remind_of_8283(session: Session, donor_id: int, given_on: date, hand: Hand) -> None:
    """Remind, of each gift of goods of one donor and year, that its donor may ask us to sign until their tax day.

    Items alike count together, however often they came (Form 8283, instructions, Section B): here all are clothing.
    """
    values = _goods_of(session, donor_id, given_on.year)
    if not us.may_want_signature(sum(values.values()), given_on, hand.own_thresholds):
        return
    due_at = _noon(us.tax_day(given_on.year), hand)
    for gift in values:
        alarms.raise_alarm(session, "form_8283", gift, now=hand.now, due_at=due_at)


def remind_of_8282(session: Session, reference: str, gone: Iterable[Shelf], out_on: date, hand: Hand) -> None:
    """Remind of the form that is owed for property we may have signed for and disposed of by `reference`.

    Each disposal owes its own form, so each is a reminder of its own.
    """
    for gift, came_on in {shelf.gift: shelf.came_on for shelf in gone}.items():
        due_on = us.form_8282_due_on(came_on, out_on)
        is_watched = session.scalar(select(exists().where(Alarm.kind == "form_8283", Alarm.subject == gift)))
        if due_on is not None and is_watched:
            due_at = _noon(due_on, hand)
            alarms.raise_alarm(session, "form_8282", f"{gift}/{reference}", now=hand.now, due_at=due_at)


def _goods_of(session: Session, donor_id: int, year: int) -> dict[str, int]:
    """Return the book value of each gift of goods of a person in a year, by reference; cents."""
    is_taken_out = exists().where(entry.c.reverses == GiftSettlement.entry_id)
    found = session.execute(
        select(Gift.reference, func.sum(GoodsItem.value_cents).label("cents"))
        .join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
        .join(GoodsGift, GoodsGift.gift_id == Gift.id)
        .join(GoodsItem, GoodsItem.gift_id == Gift.id)
        .where(
            GiftSettlement.donor_id.in_(members_of(session, leader_of(session, donor_id))),
            GiftSettlement.gift_on.between(date(year, 1, 1), date(year, 12, 31)),
            GoodsGift.kind == "goods",
            not_(is_taken_out),
        )
        .group_by(Gift.reference)
    )
    return {row.reference: int(row.cents) for row in found}


def _noon(day: date, hand: Hand) -> datetime:
    return datetime.combine(day, time(12), tzinfo=hand.zone)
