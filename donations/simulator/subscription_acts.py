"""Room: simulator. What Stripe's API does with subscriptions and invoices when it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from donations.simulator import invoices, pledge_shapes, subscription_begins, subscriptions
from donations.simulator.answers import expand, list_of
from donations.simulator.refusals import StateRefusal, StripeRefusal, no_such
from donations.simulator.store import Drawer, Json
from donations.simulator.subscription_changes import change, end, period_of

_PLAYED = frozenset(
    {
        "cancel_at",
        "cancel_at_period_end",
        "default_payment_method",
        "expand",
        "items",
        "metadata",
        "pause_collection",
        "proration_behavior",
        "trial_end",
    }
)


def list_subscriptions(drawer: Drawer, params: Mapping[str, Any], url: str) -> Json:
    """Return a page of subscriptions: without `status` all that have not ended, as Stripe does."""
    asked = dict(params)
    status = asked.pop("status", "")
    if "customer" in asked and drawer.get("customer", asked["customer"]) is None:
        raise no_such("customer", asked["customer"], param="customer")
    if status in {"", "ended"}:
        asked["_ended"] = status == "ended"
    elif status != "all":
        asked["status"] = status
    return expand(drawer, list_of(drawer, "subscription", asked, url), params.get("expand", ()))


def list_invoices(drawer: Drawer, params: Mapping[str, Any], url: str) -> Json:
    """Return a page of invoices; which subscription one is for stands deep in its parent."""
    asked = {"_subscription" if name == "subscription" else name: value for name, value in params.items()}
    return expand(drawer, list_of(drawer, "invoice", asked, url), params.get("expand", ()))


def list_invoice_payments(drawer: Drawer, params: Mapping[str, Any], url: str) -> Json:
    """Return a page of invoice payments, by invoice or by payment intent."""
    asked = dict(params)
    payment = asked.pop("payment", None)
    if payment is not None:
        if payment["type"] != "payment_intent" or "payment_intent" not in payment:
            raise StripeRefusal(400, "The simulated Stripe looks for payment intents only.", param="payment[type]")
        asked["_payment_intent"] = payment["payment_intent"]
    return expand(drawer, list_of(drawer, "invoice_payment", asked, url), params.get("expand", ()))


def update_subscription(drawer: Drawer, subscription_id: str, params: Mapping[str, Any]) -> Json:
    """Change amounts, pause or take up the collection, or set when it ends; a month in progress stays as paid."""
    for name in params:
        if name not in _PLAYED:
            raise StripeRefusal(400, f"The simulated Stripe does not play {name}.", param=name)
    pledged = _living(drawer, subscription_id)
    changes: Json = {}
    if "metadata" in params:
        changes["metadata"] = {**pledged["metadata"], **params["metadata"]}
    if "default_payment_method" in params:
        changes["default_payment_method"] = params["default_payment_method"]
    if "items" in params:
        changes["items"] = _items(drawer, pledged, params)
    if "pause_collection" in params:
        changes["pause_collection"] = _pause(drawer, pledged, params["pause_collection"])
    change(drawer, pledged, changes, at=drawer.epoch)
    _set_end(drawer, pledged, params)
    if params.get("trial_end") is not None:
        if params["trial_end"] == "now":
            subscription_begins.end_trial(drawer, pledged)
        else:
            subscription_begins.wait_until(drawer, pledged, params)
        pledged = drawer.get("subscription", subscription_id) or pledged
    return expand(drawer, pledged, params.get("expand", ()))


def cancel_subscription(drawer: Drawer, subscription_id: str, params: Mapping[str, Any]) -> Json:
    """End a subscription now; Stripe knows one that has ended no more."""
    pledged = _living(drawer, subscription_id)
    end(drawer, pledged, at=drawer.epoch, reason="cancellation_requested")
    billed = invoices.open_invoice_of(drawer, pledged)
    if billed is not None:
        drawer.put(billed | {"auto_advance": False, "next_payment_attempt": None})
    return expand(drawer, pledged, params.get("expand", ()))


def pause_subscription(drawer: Drawer, subscription_id: str, params: Mapping[str, Any]) -> Json:
    """Put a subscription to sleep."""
    pledged = _living(drawer, subscription_id)
    if pledged["status"] == "paused":
        raise StateRefusal(400, "This subscription is already paused.")
    subscriptions.pause(drawer, pledged, at=drawer.epoch)
    return expand(drawer, pledged, params.get("expand", ()))


def resume_subscription(drawer: Drawer, subscription_id: str, params: Mapping[str, Any]) -> Json:
    """Wake a paused subscription, by a new anchor unless asked otherwise."""
    pledged = _living(drawer, subscription_id)
    if pledged["status"] != "paused":
        raise StateRefusal(400, "This subscription is not paused.")
    anchor = params.get("billing_cycle_anchor", {}).get("type", "now")
    subscriptions.resume(drawer, pledged, anchored_now=anchor == "now", at=drawer.epoch)
    return expand(drawer, pledged, params.get("expand", ()))


def _living(drawer: Drawer, subscription_id: str) -> Json:
    pledged = drawer.get("subscription", subscription_id)
    if pledged is None or pledged["_ended"]:
        raise no_such("subscription", subscription_id)
    return pledged


def _items(drawer: Drawer, pledged: Json, params: Mapping[str, Any]) -> Json:
    """Return the items with new prices; without proration only the next month's invoice knows of them."""
    if params.get("proration_behavior") != "none":
        message = "The simulated Stripe plays proration_behavior=none only."
        raise StripeRefusal(400, message, param="proration_behavior")
    parts = {part["id"]: part for part in pledged["items"]["data"]}
    for asked in params["items"]:
        if "id" not in asked:
            part = _new_item(drawer, pledged, asked)
            parts[part["id"]] = part
        elif asked["id"] not in parts:
            raise no_such("subscription item", asked["id"], param="items[0][id]")
        elif asked.get("deleted"):
            del parts[asked["id"]]
        else:
            known = parts[asked["id"]]
            fresh = _new_item(drawer, pledged, {"quantity": known["quantity"], **asked})
            parts[asked["id"]] = known | {name: fresh[name] for name in ("price", "plan", "quantity")}
    if not parts:
        raise StateRefusal(400, "A subscription must have at least one active plan.", param="items")
    items: Json = pledged["items"]
    return items | {"data": list(parts.values())}


def _new_item(drawer: Drawer, pledged: Json, asked: Mapping[str, Any]) -> Json:
    data = asked.get("price_data", {})
    if not {"product", "unit_amount", "recurring"} <= set(data) or data["recurring"]["interval"] != "month":
        message = "The simulated Stripe sells items of monthly price_data."
        raise StripeRefusal(400, message, param="items[0][price_data]")
    if drawer.get("product", data["product"]) is None:
        raise no_such("product", data["product"], param="items[0][price_data][product]")
    sold = drawer.put(pledge_shapes.price(data, now=drawer.epoch))
    quantity = asked.get("quantity", 1)
    return pledge_shapes.item(pledged["id"], sold, quantity=quantity, period=period_of(pledged), now=drawer.epoch)


def _pause(drawer: Drawer, pledged: Json, asked: Mapping[str, Any] | str) -> Json | None:
    if isinstance(asked, str):
        return None
    resumes_at = asked.get("resumes_at")
    if resumes_at is not None:
        drawer.plan(resumes_at, "pledge_collects", pledged["id"])
    return {"behavior": asked["behavior"], "resumes_at": resumes_at}


def _set_end(drawer: Drawer, pledged: Json, params: Mapping[str, Any]) -> None:
    at = drawer.epoch
    if "cancel_at_period_end" in params:
        ends = period_of(pledged)[1] if params["cancel_at_period_end"] else None
        subscriptions.cancel_later(drawer, pledged, ends, at=at)
    elif "cancel_at" in params:
        asked = params["cancel_at"]
        if isinstance(asked, int) and asked <= at:
            raise StripeRefusal(400, "`cancel_at` must be in the future.", param="cancel_at")
        subscriptions.cancel_later(drawer, pledged, asked if isinstance(asked, int) else None, at=at)
