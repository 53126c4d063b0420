"""Room: simulator. Checkouts of monthly gifts: what may be asked for, and what happens when the donor pays.

As at Stripe, the subscription is made when its first charge has succeeded, never before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from donations.simulator import money_shapes, pledge_shapes, subscriptions
from donations.simulator.card_charges import debit_account, decline_card, take_card
from donations.simulator.events import tell
from donations.simulator.refusals import StripeRefusal
from donations.simulator.store import Drawer, Json

_PAYMENT_ONLY = ("payment_intent_data", "customer_creation")


def check_modes(params: Mapping[str, Any]) -> None:
    """Refuse what belongs to the other mode: monthly prices when paying once, and once-only parameters monthly."""
    is_monthly = params["mode"] == "subscription"
    prices = [line.get("price_data", {}) for line in params["line_items"]]
    if any(("recurring" in price) != is_monthly for price in prices):
        message = "Every line of a simulated subscription recurs, and none of a payment does."
        raise StripeRefusal(400, message, param="line_items[0][price_data][recurring]")
    for price in prices:
        recurring = price.get("recurring", {"interval": "month"})
        if recurring["interval"] != "month" or recurring.get("interval_count", 1) != 1:
            raise StripeRefusal(400, "The simulated Stripe renews every month.", param="line_items")
    for name in _PAYMENT_ONLY if is_monthly else ("subscription_data",):
        if name in params:
            modes = "`payment`" if is_monthly else "`subscription`"
            raise StripeRefusal(400, f"You can only use `{name}` in {modes} mode.", param=name)


def recurring_line(drawer: Drawer, line: Json, data: Mapping[str, Any]) -> Json:
    """Return a line of a checkout with the monthly price that is made for it."""
    return line | {"price": drawer.put(pledge_shapes.price(data, now=drawer.epoch))}


def accept(drawer: Drawer, session: Json, *, at: int) -> tuple[str, list[str]]:
    """Pay a monthly checkout with a good card; returns the charge and the events, the checkout's own last."""
    intent, events = _intent(drawer, session, at=at)
    charged, told = take_card(drawer, intent, email=session["customer_email"], at=at)
    events += told + subscriptions.start(drawer, session, intent, charged, at=at)
    session |= {"status": "complete", "payment_status": "paid", "url": None}
    events.append(tell(drawer, "checkout.session.completed", drawer.put(session), at=at))
    return str(charged["id"]), events


def debit(drawer: Drawer, session: Json, *, at: int) -> tuple[str, list[str]]:
    """Pay a monthly checkout by bank debit: it completes unpaid, and the pledge begins at once."""
    intent, events = _intent(drawer, session, at=at)
    charged, told = debit_account(drawer, intent, email=session["customer_email"], at=at)
    events += told + subscriptions.start(drawer, session, intent, charged, at=at)
    session |= {"status": "complete", "url": None}
    events.append(tell(drawer, "checkout.session.completed", drawer.put(session), at=at))
    return str(charged["id"]), events


def decline(drawer: Drawer, session: Json, code: str, *, at: int) -> tuple[str, list[str]]:
    """Try a card that is declined; the checkout stays open, and no subscription begins."""
    intent, events = _intent(drawer, session, at=at)
    charged, told = decline_card(drawer, intent, code, email=session["customer_email"], at=at)
    return str(charged["id"]), events + told


def _intent(drawer: Drawer, session: Json, *, at: int) -> tuple[Json, list[str]]:
    """Return the intent of the first month, made at the first try; the checkout itself never tells it."""
    if "_first_intent" in session:
        return drawer.get("payment_intent", session["_first_intent"]) or {}, []
    owner, events = subscriptions.customer_for(drawer, session, at=at)
    intent = money_shapes.payment_intent(session, {}, now=at)
    drawer.put(intent | {"customer": owner["id"], "setup_future_usage": "off_session"})
    session["_first_intent"] = intent["id"]
    drawer.put(session)
    made = drawer.get("payment_intent", intent["id"]) or {}
    return made, [*events, tell(drawer, "payment_intent.created", made, at=at)]
