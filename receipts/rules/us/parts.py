"""Room: rules/us. What of a payment is a gift (tax rules R21, R31): the rest never reaches a receipt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

PartClass = Literal[
    "gift", "voluntary_fee_cover", "mandatory_surcharge", "platform_tip", "purchase", "raffle_ticket", "auction_lot"
]
_GIFTS: Final = frozenset[PartClass]({"gift", "voluntary_fee_cover"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPart:
    """One part of what was paid, in cents; `value_cents` is what an auctioned lot is worth."""

    what: PartClass
    cents: int
    value_cents: int = 0


def gift_cents_of(parts: tuple[PaymentPart, ...]) -> int:
    """Return how much of a payment is a gift: gifts and voluntary covers, and an auction's excess over value."""
    whole = sum(part.cents for part in parts if part.what in _GIFTS)
    return whole + sum(max(part.cents - part.value_cents, 0) for part in parts if part.what == "auction_lot")
