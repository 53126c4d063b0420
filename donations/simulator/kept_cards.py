"""Room: simulator. What Stripe's API does with means of payment: made of a test card, attached, detached, named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from donations.simulator.answers import expand
from donations.simulator.calls import check_metadata
from donations.simulator.cards import attach, made_of
from donations.simulator.customers import customer_of
from donations.simulator.events import tell
from donations.simulator.refusals import StateRefusal, StripeRefusal, no_such
from donations.simulator.store import Drawer, Json


def create_method(drawer: Drawer, params: Mapping[str, Any]) -> Json:
    """Make a means of payment of a test card's token; it belongs to nobody yet."""
    token = params.get("card", {}).get("token", "")
    if params.get("type") != "card" or not token.startswith("tok_"):
        raise StripeRefusal(400, "The simulated Stripe makes cards of test tokens only.", param="card[token]")
    check_metadata(params)
    made = made_of(drawer, token.removeprefix("tok_"), token, param="card[token]")
    return expand(drawer, _named(drawer, made, params), params.get("expand", ()))


def attach_method(drawer: Drawer, method_id: str, params: Mapping[str, Any]) -> Json:
    """Keep a means of payment for a customer; a test card's name gives a fresh one each time, as at Stripe."""
    if "customer" not in params:
        raise StripeRefusal(400, "Missing required param: customer.", code="parameter_missing", param="customer")
    owner = customer_of(drawer, params["customer"], param="customer")
    kept = attach(drawer, method_id, owner["id"])
    return expand(drawer, kept, params.get("expand", ()))


def detach_method(drawer: Drawer, method_id: str, params: Mapping[str, Any]) -> Json:
    """Take a means of payment from its customer for good."""
    known = _method(drawer, method_id)
    if known["customer"] is None:
        message = "The payment method you provided is not attached to a customer so detachment is impossible."
        raise StateRefusal(400, message)
    owner = customer_of(drawer, known["customer"], param="customer")
    if owner["invoice_settings"]["default_payment_method"] == method_id:
        drawer.put(owner | {"invoice_settings": owner["invoice_settings"] | {"default_payment_method": None}})
    freed = drawer.put(known | {"customer": None})
    tell(drawer, "payment_method.detached", freed, previous={"customer": known["customer"]})
    return expand(drawer, freed, params.get("expand", ()))


def update_method(drawer: Drawer, method_id: str, params: Mapping[str, Any]) -> Json:
    """Write what its owner's account says of a means of payment: metadata and billing details."""
    known = _method(drawer, method_id)
    if known["customer"] is None:
        raise StateRefusal(400, "You must save this PaymentMethod to a customer before you can update it.")
    check_metadata(params)
    changed = _named(drawer, known, params)
    tell(drawer, "payment_method.updated", changed)
    return expand(drawer, changed, params.get("expand", ()))


def _method(drawer: Drawer, method_id: str) -> Json:
    known = drawer.get("payment_method", method_id)
    if known is None:
        raise no_such("PaymentMethod", method_id)
    return known


def _named(drawer: Drawer, known: Json, params: Mapping[str, Any]) -> Json:
    billing = {name: value for name, value in params.get("billing_details", {}).items() if name != "address"}
    return drawer.put(
        known
        | {
            "billing_details": known["billing_details"] | billing,
            "metadata": {**known["metadata"], **params.get("metadata", {})},
        }
    )
