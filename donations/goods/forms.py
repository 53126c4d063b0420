"""Room: goods. Reminders of the forms that follow property of much value (tax rules R12, R13).

They rest on the value in our own book, which no document tells: whether a donor claims as much is the donor's matter.
Securities are left out: those that are publicly traded need neither form, and no others should be taken in unasked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from donations import alarms
from donations.goods.facts import GoodsWish
from donations.goods.on_hand import Shelf
from donations.tables import Alarm
from receipts.rules import us

_TAX_DAY = (4, 15)


def remind_of_8283(session: Session, gift: str, wish: GoodsWish, *, now: datetime) -> None:
    """Remind that the donor may ask for our signature, until their tax day."""
    if wish.kind == "goods" and us.may_want_signature(wish.value_cents, wish.handed_over_on):
        due = date(wish.handed_over_on.year + 1, *_TAX_DAY)
        alarms.raise_alarm(session, "form_8283", gift, now=now, due_at=_noon(due))


def remind_of_8282(session: Session, gone: Iterable[Shelf], out_on: date, *, now: datetime) -> None:
    """Remind of the form that is owed for property a donor may have had signed for, and that we disposed of."""
    for gift, came_on in {shelf.gift: shelf.came_on for shelf in gone}.items():
        due = us.form_8282_due_on(came_on, out_on)
        is_watched = session.scalar(select(exists().where(Alarm.kind == "form_8283", Alarm.subject == gift)))
        if due is not None and is_watched:
            alarms.raise_alarm(session, "form_8282", gift, now=now, due_at=_noon(due))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(20), tzinfo=UTC)
