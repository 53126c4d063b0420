"""Room: simulator. Stripe's customer portal: its configurations and sessions, and what a donor does there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from donations.simulator import subscriptions
from donations.simulator.answers import expand
from donations.simulator.cards import keep_card
from donations.simulator.customers import customer_of, subscriptions_of
from donations.simulator.events import tell
from donations.simulator.invoices import attempt, open_invoice_of
from donations.simulator.pledge_shapes import card_details
from donations.simulator.refusals import StripeRefusal, no_such
from donations.simulator.store import Drawer, Json, new_id
from donations.simulator.subscription_changes import change, period_of

ACTS = ("new_card", "pause", "resume", "cancel", "keep")
OPEN_SECONDS = 3_600
"""A portal session that nobody uses closes after an hour."""


def create_configuration(drawer: Drawer, params: Mapping[str, Any]) -> Json:
    """Make a configuration: which features donors find in the portal."""
    asked, now = params["features"], drawer.epoch
    if "subscription_pause" in asked and drawer.setting("portal_pauses", default="yes") != "yes":
        message = "This account's portal cannot pause subscriptions."
        raise StripeRefusal(400, message, param="features[subscription_pause]")
    made: Json = {
        "id": new_id("bpc"),
        "object": "billing_portal.configuration",
        "active": True,
        "application": None,
        "business_profile": {"headline": None, "privacy_policy_url": None, "terms_of_service_url": None}
        | dict(params.get("business_profile", {})),
        "created": now,
        "default_return_url": params.get("default_return_url"),
        "features": {name: default | dict(asked.get(name, {})) for name, default in _FEATURES.items()},
        "is_default": False,
        "livemode": False,
        "login_page": {"enabled": False, "url": None},
        "metadata": params.get("metadata", {}),
        "name": params.get("name"),
        "updated": now,
    }
    tell(drawer, "billing_portal.configuration.created", drawer.put(made))
    return expand(drawer, made, params.get("expand", ()))


def create_session(drawer: Drawer, params: Mapping[str, Any], base_url: str) -> Json:
    """Open the portal for a customer; its address is a bearer secret."""
    owner = customer_of(drawer, params.get("customer", ""), param="customer")
    configuration = drawer.get("billing_portal.configuration", params.get("configuration", ""))
    if configuration is None or not configuration["active"]:
        raise no_such("configuration", params.get("configuration", ""), param="configuration")
    if "flow_data" in params:
        raise StripeRefusal(400, "The simulated Stripe plays the whole portal only.", param="flow_data")
    session_id = new_id("bps")
    made: Json = {
        "id": session_id,
        "object": "billing_portal.session",
        "configuration": configuration["id"],
        "created": drawer.epoch,
        "customer": owner["id"],
        "customer_account": None,
        "flow": None,
        "livemode": False,
        "locale": params.get("locale"),
        "on_behalf_of": None,
        "return_url": params.get("return_url", configuration["default_return_url"]),
        "url": f"{base_url}/simulated-stripe/portal/{session_id}",
    }
    tell(drawer, "billing_portal.session.created", drawer.put(made))
    return expand(drawer, made, params.get("expand", ()))


def acts_for(pledged: Json, configuration: Json) -> tuple[str, ...]:
    """Return what a donor can do with a subscription, by the features of the configuration."""
    features = configuration["features"]
    if pledged["_ended"]:
        return ()
    found = ["new_card"] if features["payment_method_update"]["enabled"] else []
    if features["subscription_pause"]["enabled"]:
        found.append("resume" if pledged["status"] == "paused" else "pause")
    if features["subscription_cancel"]["enabled"]:
        found.append("keep" if pledged["cancel_at"] is not None else "cancel")
    return tuple(found)


def play(drawer: Drawer, session: Json, subscription_id: str, act: str) -> list[str]:
    """Do on the portal's page what a donor chose; refused where it is not offered. Returns the events told."""
    known = {pledged["id"]: pledged for pledged in subscriptions_of(drawer, session["customer"])}
    pledged = known.get(subscription_id)
    configuration = drawer.get("billing_portal.configuration", session["configuration"]) or {}
    if pledged is None or act not in acts_for(pledged, configuration):
        raise StripeRefusal(400, "The simulated portal does not offer this.", param="act")
    at = drawer.epoch
    if act == "new_card":
        return replace_card(drawer, pledged, at=at)
    if act == "pause":
        return subscriptions.pause(drawer, pledged, at=at)
    if act == "resume":
        return subscriptions.resume(drawer, pledged, anchored_now=True, at=at)
    return subscriptions.cancel_later(drawer, pledged, period_of(pledged)[1] if act == "cancel" else None, at=at)


def replace_card(drawer: Drawer, pledged: Json, *, at: int) -> list[str]:
    """Put a new good card in place of the old one; what is still to be paid is tried on it at once."""
    owner = drawer.get("customer", pledged["customer"]) or {}
    card, events = keep_card(drawer, owner, details=card_details("1881"), at=at)
    events += change(drawer, pledged, {"default_payment_method": card["id"]}, at=at)
    billed = open_invoice_of(drawer, pledged)
    if billed is not None and billed["status"] == "open":
        events += attempt(drawer, billed, at=at)
    return events


_FEATURES: Mapping[str, Json] = {
    "customer_update": {"allowed_updates": [], "enabled": False},
    "invoice_history": {"enabled": False},
    "payment_method_update": {"enabled": False, "payment_method_configuration": None},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "options": []},
        "enabled": False,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_pause": {"duration": {"interval_options": [], "type": "indefinite"}, "enabled": False},
    "subscription_update": {
        "billing_cycle_anchor": None,
        "default_allowed_updates": [],
        "enabled": False,
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}
"""Every feature of a configuration as it is when nothing is asked of it: off."""
