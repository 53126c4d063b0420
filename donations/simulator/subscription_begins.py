"""Room: simulator. A subscription that Stripe's API begins without any checkout: its first month, and its trial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from donations.simulator import invoices, pledge_shapes, subscriptions
from donations.simulator.anchors import next_renewal
from donations.simulator.answers import expand
from donations.simulator.calls import check_metadata
from donations.simulator.cards import card_of, method_of
from donations.simulator.catalogue import price_of
from donations.simulator.customers import customer_of
from donations.simulator.events import tell
from donations.simulator.invoices import DAY
from donations.simulator.refusals import StripeRefusal
from donations.simulator.store import Drawer, Json
from donations.simulator.subscription_changes import change, with_period

_PLAYED = frozenset(
    {"customer", "default_payment_method", "description", "expand", "items", "metadata"}
    | {"trial_end", "trial_period_days", "trial_settings"}
)
_EXPIRES_SECONDS = 23 * 3_600
"""For so long Stripe waits for the first month to be paid."""
_WARNED_DAYS = 3


def create_subscription(drawer: Drawer, params: Mapping[str, Any]) -> Json:
    """Begin a subscription to monthly prices: by a trial that costs nothing, or by a first month that is tried now.

    A first month that is not paid leaves it `incomplete` for 23 hours, as Stripe's `allow_incomplete` does.
    """
    _check(params)
    at = drawer.epoch
    owner = customer_of(drawer, params["customer"], param="customer")
    trial_end = _trial_end(params, at)
    lines = [_line(drawer, asked) for asked in params["items"]]
    period = (at, next_renewal(at, at) if trial_end is None else trial_end)
    card = {"customer": owner["id"], "id": _method(drawer, params, owner)}
    made = pledge_shapes.subscription(lines, params.get("metadata", {}), card=card, period=period) | {
        "description": params.get("description"),
        "status": "incomplete" if trial_end is None else "trialing",
        "_ended": False,
    }
    if trial_end is None and card_of(drawer, made) is None:
        message = (
            "This customer has no attached payment source or default payment method. "
            "Please consider adding a default payment method."
        )
        raise StripeRefusal(400, message, code="resource_missing", param="customer")
    _begin(drawer, drawer.put(made | _trial(params, at, trial_end)), period)
    begun = drawer.get("subscription", made["id"]) or made
    return expand(drawer, begun, params.get("expand", ()))


def end_trial(drawer: Drawer, pledged: Json) -> None:
    """End a trial now instead of later: the first month begins, or without a card the subscription sleeps."""
    at = drawer.epoch
    if pledged["status"] != "trialing":
        raise StripeRefusal(400, "The simulated Stripe ends trials only.", param="trial_end")
    items = pledged["items"] | {"data": [part | {"current_period_end": at} for part in pledged["items"]["data"]]}
    change(drawer, pledged, {"items": items, "trial_end": at}, at=at)
    subscriptions.renew(drawer, pledged["id"], at)


def wait_until(drawer: Drawer, pledged: Json, params: Mapping[str, Any]) -> None:
    """Let nothing be asked for until an instant, from which months are counted then; the wait's invoice is of $0."""
    at = drawer.epoch
    if params.get("proration_behavior") != "none":
        message = "The simulated Stripe plays proration_behavior=none only."
        raise StripeRefusal(400, message, param="proration_behavior")
    if pledged["status"] not in {"active", "trialing"}:
        raise StripeRefusal(400, "The simulated Stripe moves the day of what is active.", param="trial_end")
    trial_end = _trial_end(params, at)
    if trial_end is None:
        raise StripeRefusal(400, "Invalid timestamp: must be in the future.", param="trial_end")
    period = (at, trial_end)
    changes = _trial(params, at, trial_end) | {
        "status": "trialing",
        "items": with_period(pledged, period),
        "trial_settings": pledged["trial_settings"],
    }
    change(drawer, pledged, changes, at=at)
    billed, _ = invoices.draft(drawer, pledged, reason="subscription_update", period=period, at=at)
    invoices.finalize(drawer, billed, at=at)
    invoices.attempt(drawer, billed, at=at)
    drawer.plan(max(at, trial_end - _WARNED_DAYS * DAY), "pledge_trial_warns", pledged["id"])
    drawer.plan(trial_end, "pledge_renews", pledged["id"])


def _begin(drawer: Drawer, pledged: Json, period: tuple[int, int]) -> None:
    at = period[0]
    billed, _ = invoices.draft(drawer, pledged, reason="subscription_create", period=period, at=at)
    invoices.finalize(drawer, billed, at=at)
    tell(drawer, "customer.subscription.created", pledged, at=at)
    if pledged["status"] == "trialing":
        warned_at = max(at, period[1] - _WARNED_DAYS * DAY)
        drawer.plan(warned_at, "pledge_trial_warns", pledged["id"])
    else:
        drawer.plan(at + _EXPIRES_SECONDS, "pledge_expires", pledged["id"])
    drawer.plan(period[1], "pledge_renews", pledged["id"])
    invoices.attempt(drawer, billed, at=at)


def _check(params: Mapping[str, Any]) -> None:
    for name in params:
        if name not in _PLAYED:
            raise StripeRefusal(400, f"The simulated Stripe does not play {name}.", param=name)
    for name in ("customer", "items"):
        if not params.get(name):
            raise StripeRefusal(400, f"Missing required param: {name}.", code="parameter_missing", param=name)
    if {"trial_end", "trial_period_days"} <= set(params):
        raise StripeRefusal(400, "You may only specify one of trial_end and trial_period_days.", param="trial_end")
    check_metadata(params)


def _trial_end(params: Mapping[str, Any], at: int) -> int | None:
    """Return when the trial asked for ends; None where none is asked for."""
    ends = params.get("trial_end", at + params.get("trial_period_days", 0) * DAY)
    if ends in {"now", at}:
        return None
    if ends < at:
        raise StripeRefusal(400, "Invalid timestamp: must be in the future.", param="trial_end")
    return int(ends)


def _trial(params: Mapping[str, Any], at: int, trial_end: int | None) -> Json:
    if trial_end is None:
        return {}
    ends: Json = {"missing_payment_method": "create_invoice"}
    asked = params.get("trial_settings", {}).get("end_behavior", ends)
    return {
        "billing_cycle_anchor": trial_end,
        "trial_start": at,
        "trial_end": trial_end,
        "trial_settings": {"end_behavior": dict(asked)},
    }


def _line(drawer: Drawer, asked: Mapping[str, Any]) -> Json:
    if "price" not in asked:
        raise StripeRefusal(400, "The simulated Stripe subscribes to prices.", param="items[0][price]")
    sold = price_of(drawer, asked["price"], param="items[0][price]")
    rhythm = sold["recurring"]
    if rhythm is None:
        message = "The price specified is set to `type=one_time` but this field only accepts prices with recurring."
        raise StripeRefusal(400, message, param="items[0][price]")
    if (rhythm["interval"], rhythm["interval_count"]) != ("month", 1):
        raise StripeRefusal(400, "The simulated Stripe renews every month.", param="items[0][price]")
    return {"price": sold, "quantity": asked.get("quantity", 1)}


def _method(drawer: Drawer, params: Mapping[str, Any], owner: Json) -> str | None:
    asked = params.get("default_payment_method")
    if asked is not None:
        method_of(drawer, asked, owner["id"], param="default_payment_method")
    return asked
