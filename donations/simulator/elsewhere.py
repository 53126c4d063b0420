"""Room: simulator. What else happens on the account: other shops, other currencies, other rows of Stripe's book."""

from __future__ import annotations

from collections.abc import Mapping

from donations.simulator import money_shapes, rows
from donations.simulator.events import tell
from donations.simulator.money_shapes import Move
from donations.simulator.store import Drawer, Json

RATES: Mapping[str, float] = {"eur": 1.08, "gbp": 1.25}
"""By what the simulated Stripe exchanges other currencies into US dollars."""


def sell(
    drawer: Drawer, cents: int, *, currency: str = "usd", metadata: Mapping[str, str] | None = None, at: int
) -> Json:
    """Charge a card without any checkout: an object with other marks, with none, or a second one with ours."""
    session = {"amount_total": cents, "currency": currency}
    intent = drawer.put(money_shapes.payment_intent(session, metadata or {}, now=at))
    tell(drawer, "payment_intent.created", intent, at=at)
    made = money_shapes.charge(intent, None, now=at) | {"_rate": RATES.get(currency)}
    charged = rows.book_charge(drawer, drawer.put(made), at=at)
    intent |= {"status": "succeeded", "amount_received": cents, "latest_charge": charged["id"]}
    tell(drawer, "charge.succeeded", charged, at=at)
    tell(drawer, "payment_intent.succeeded", drawer.put(intent), at=at)
    return charged


def add_row(drawer: Drawer, kind: str, category: str, cents: int, *, at: int) -> Json:
    """Move Stripe's balance by a row that hangs on nothing: a fee, a reserve, a kind never seen before; no event."""
    return rows.move(drawer, Move(kind=kind, category=category, amount_cents=cents, source_id=None), at=at)
