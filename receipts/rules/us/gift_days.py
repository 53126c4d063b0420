"""Room: rules/us. Which day dates a gift, by the way it came (Pub. 526 "Time of making contribution"; tax rules §5).

Instants are UTC and become days in the organisation's zone, once; what is printed beside the day is said here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from receipts.wording import Basis, Method

Carrier = Literal["us_mail", "courier", "by_hand"]


class UndatedGiftError(ValueError):
    """A gift whose day cannot be told: the fact that dates it is missing, so nothing may be issued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftMoments:
    """Everything that is known about when; instants end in `_at`, days in `_on`."""

    charged_at: datetime | None = None
    initiated_at: datetime | None = None
    settled_at: datetime | None = None
    sent_at: datetime | None = None
    paid_on: date | None = None
    """The day an institution or an employer paid."""
    postmarked_on: date | None = None
    received_on: date | None = None
    dated_on: date | None = None
    """The date written on a cheque."""
    handed_over_on: date | None = None
    carrier: Carrier = "us_mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftDay:
    """The day of a gift and what it rests on; the other days are those printed beside it, if any."""

    gift_on: date
    basis: Basis
    initiated_on: date | None = None
    received_on: date | None = None

    @property
    def tax_year(self) -> int:
        """Return the year in which the gift counts."""
        return self.gift_on.year

    @property
    def straddles(self) -> bool:
        """Return whether a day printed beside the gift's falls in another year."""
        return any(day is not None and day.year != self.tax_year for day in (self.initiated_on, self.received_on))


def resolve_gift_day(method: Method, moments: GiftMoments, zone: ZoneInfo) -> GiftDay:
    """Return the day of a gift and its basis; raises `UndatedGiftError` naming the fact that is missing."""
    if method == "cheque":
        return _cheque_day(moments)
    if method == "ach":
        settled = _needed(_day(moments.settled_at, zone), "the instant the funds settled")
        return GiftDay(gift_on=settled, basis="settled", initiated_on=_day(moments.initiated_at, zone))
    if method in {"card", "other"}:
        return GiftDay(gift_on=_needed(_day(moments.charged_at, zone), "the instant of the charge"), basis="charged")
    if method == "text_message":
        return GiftDay(gift_on=_needed(_day(moments.sent_at, zone), "the instant it was sent"), basis="sent")
    return _day_told(method, moments)


def _day_told(method: Method, moments: GiftMoments) -> GiftDay:
    if method == "bill_pay":
        return GiftDay(gift_on=_needed(moments.paid_on, "the day the bank paid"), basis="paid_by_institution")
    if method == "payroll":
        return GiftDay(gift_on=_needed(moments.paid_on, "the pay day"), basis="payroll")
    if method == "in_kind":
        handed = _needed(moments.handed_over_on, "the day the goods were handed over")
        return GiftDay(gift_on=handed, basis="handed_over")
    return GiftDay(gift_on=_needed(moments.received_on, "the day it was received"), basis="received")


def _cheque_day(moments: GiftMoments) -> GiftDay:
    """Return the postmark's day for mail, the day received otherwise; a later date on the cheque wins over both."""
    received = _needed(moments.received_on, "the day it was received")
    if moments.dated_on is not None and moments.dated_on > received:
        return GiftDay(gift_on=moments.dated_on, basis="post_dated", received_on=received)
    if moments.carrier != "us_mail":
        return GiftDay(gift_on=received, basis="received")
    mailed = _needed(moments.postmarked_on, "the day of the postmark")
    if mailed > received:
        raise UndatedGiftError("A postmark cannot be later than the day the cheque was received.")
    return GiftDay(gift_on=mailed, basis="postmark", received_on=received)


def _day(instant: datetime | None, zone: ZoneInfo) -> date | None:
    return None if instant is None else instant.astimezone(zone).date()


def _needed(day: date | None, what: str) -> date:
    if day is None:
        raise UndatedGiftError(f"This gift cannot be dated: {what} is missing.")
    return day
