"""Room: settlement. What it must know of the book, and a promise that waits for its charge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from donations.clock import day_in_zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What settlement must know of the book it writes in."""

    origin: str
    """Our mark in Stripe's metadata: a charge with another instance's mark keeps none of our promises."""
    zone: ZoneInfo
    livemode: bool
    now: datetime

    def day_of(self, instant: datetime) -> date:
        """Return the book's day of an instant."""
        return day_in_zone(instant, self.zone)


@dataclass(frozen=True, slots=True)
class Promise:
    """A gift that waits for its charge, and what its giver wrote."""

    gift_id: int
    gift_cents: int
    fee_cover_cents: int
    name: str
    email: str
