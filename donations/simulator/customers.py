"""Room: simulator. What Stripe's API does with customers, their cards, and their mandates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from donations.simulator import cards, pledge_shapes
from donations.simulator.answers import expand, list_of
from donations.simulator.events import tell
from donations.simulator.refusals import no_such
from donations.simulator.store import Drawer, Json
from donations.simulator.subscription_changes import end

_WRITTEN = ("email", "name", "description", "phone")


def create_customer(drawer: Drawer, params: Mapping[str, Any]) -> Json:
    """Make a customer, with the card that is named if one is."""
    made = pledge_shapes.customer(params.get("email"), name=params.get("name"), now=drawer.epoch)
    known = drawer.put(made | {"_gone": False})
    asked = params.get("payment_method")
    if asked is None:
        return _update(drawer, known, params, kind="customer.created")
    kept = cards.attach(drawer, asked, known["id"], param="payment_method")["id"]
    settings = params.get("invoice_settings", {})
    if settings.get("default_payment_method") == asked:
        settings = settings | {"default_payment_method": kept}
    return _update(drawer, known, {**params, "invoice_settings": settings}, kind="customer.created")


def update_customer(drawer: Drawer, customer_id: str, params: Mapping[str, Any]) -> Json:
    """Write what a customer's owner says of them; their subscriptions stay as they are."""
    return _update(drawer, customer_of(drawer, customer_id), params, kind="customer.updated")


def delete_customer(drawer: Drawer, customer_id: str) -> Json:
    """Forget a customer for good: their subscriptions end at once, their charges and invoices stay."""
    known = customer_of(drawer, customer_id)
    for pledged in subscriptions_of(drawer, customer_id):
        end(drawer, pledged, at=drawer.epoch, reason="cancellation_requested")
    tell(drawer, "customer.deleted", known)
    drawer.put({"id": customer_id, "object": "customer", "deleted": True, "_gone": True})
    return {"id": customer_id, "object": "customer", "deleted": True}


def list_customers(drawer: Drawer, params: Mapping[str, Any], url: str) -> Json:
    """Return a page of the customers that were not deleted."""
    page = list_of(drawer, "customer", {**params, "_gone": False}, url)
    return expand(drawer, page, params.get("expand", ()))


def customer_of(drawer: Drawer, customer_id: str, *, param: str = "id") -> Json:
    """Return a customer; refused as Stripe does when there is none or it was deleted."""
    known = drawer.get("customer", customer_id)
    if known is None or known.get("deleted"):
        raise no_such("customer", customer_id, param=param)
    return known


def subscriptions_of(drawer: Drawer, customer_id: str) -> list[Json]:
    """Return every subscription of a customer, newest first."""
    term = ("json_extract(body, '$.customer') = ?", [customer_id])
    return drawer.page("subscription", (term,), limit=-1)


def _update(drawer: Drawer, known: Json, params: Mapping[str, Any], *, kind: str) -> Json:
    known |= {name: params[name] for name in _WRITTEN if name in params}
    known["metadata"] = {**known["metadata"], **params.get("metadata", {})}
    card = params.get("invoice_settings", {}).get("default_payment_method")
    if card is not None:
        cards.method_of(drawer, card, known["id"], param="invoice_settings[default_payment_method]")
        known["invoice_settings"] = known["invoice_settings"] | {"default_payment_method": card}
    tell(drawer, kind, drawer.put(known))
    return expand(drawer, known, params.get("expand", ()))
