"""Room: gateways. What is asked of Stripe when a donor changes a monthly gift; nothing is ever charged for a change.

A new amount counts from the next month's invoice on (no proration). A new day is a trial that lasts until then:
so Stripe moves the day on which months begin, and asks for nothing meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from donations.gateways.stripe_facts import id_of
from donations.ports import PledgeOrder

if TYPE_CHECKING:
    import stripe
    from stripe.params import SubscriptionUpdateParams, SubscriptionUpdateParamsItem


def change_of(
    told: stripe.Subscription, order: PledgeOrder, products: Mapping[str, str]
) -> SubscriptionUpdateParams | None:
    """Return what makes a subscription stand as ordered; None if it does already."""
    until = None if order.until is None else int(order.until.timestamp())
    if order.kind == "amount":
        items = _items(told, order, products)
        return {"items": items, "proration_behavior": "none"} if items else None
    if order.kind == "day":
        return None if told.trial_end == until else {"trial_end": until or "now", "proration_behavior": "none"}
    pause = told.pause_collection
    if order.kind == "resume":
        return None if pause is None else {"pause_collection": ""}
    if pause is not None and pause.resumes_at == until:
        return None
    return {"pause_collection": {"behavior": "void", "resumes_at": until or 0}}


def _items(
    told: stripe.Subscription, order: PledgeOrder, products: Mapping[str, str]
) -> list[SubscriptionUpdateParamsItem]:
    """Return the items that differ from the order, by fund: a new price, one more item, or one taken away."""
    wanted = {"children": order.amount_cents, "operations": order.fee_cover_cents}
    named = {fund: product for product, fund in products.items()}
    changed: list[SubscriptionUpdateParamsItem] = []
    for part in told["items"].data:
        fund = products.get(str(id_of(part.price.product)))
        if fund is None:
            continue
        cents = wanted.pop(fund, 0)
        if cents == 0:
            changed.append({"id": part.id, "deleted": True})
        elif cents != part.price.unit_amount:
            changed.append({"id": part.id, **_priced(named[fund], cents)})
    changed.extend(_priced(named[fund], cents) for fund, cents in wanted.items() if cents)
    return changed


def _priced(product: str, cents: int) -> SubscriptionUpdateParamsItem:
    return {
        "price_data": {
            "currency": "usd",
            "product": product,
            "recurring": {"interval": "month"},
            "unit_amount": cents,
        }
    }
