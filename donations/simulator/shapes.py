"""Room: simulator. Small builders of Stripe's objects, as the API of the installed SDK answers them.

Each returns plain JSON with every field the SDK's types require; the contract suite checks them field by field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from donations.simulator.store import Json, new_id

API_VERSION = "2026-10-28.endive"
_EMPTY_SESSION = dict.fromkeys(
    (
        "after_expiration",
        "allow_promotion_codes",
        "client_secret",
        "collected_information",
        "consent",
        "consent_collection",
        "currency_conversion",
        "customer",
        "customer_details",
        "discounts",
        "invoice",
        "invoice_creation",
        "locale",
        "origin_context",
        "payment_intent",
        "payment_link",
        "payment_method_collection",
        "payment_method_configuration_details",
        "recovered_from",
        "setup_intent",
        "shipping_address_collection",
        "shipping_cost",
        "subscription",
    )
)


def product(params: Mapping[str, Any], *, now: int) -> Json:
    """Return a product; its id is the caller's or a fresh one."""
    return {
        "id": params.get("id") or new_id("prod"),
        "object": "product",
        "active": params.get("active", True),
        "created": now,
        "default_price": None,
        "description": params.get("description"),
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": params.get("metadata", {}),
        "name": params["name"],
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": None,
        "tax_code": None,
        "type": "service",
        "unit_label": None,
        "updated": now,
        "url": None,
    }


def line_item(line: Mapping[str, Any], bought: Json, *, now: int) -> Json:
    """Return a line of a checkout with the one-time price made for it."""
    data = line["price_data"]
    cents = data["unit_amount"] * line.get("quantity", 1)
    price = {
        "id": new_id("price"),
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": now,
        "currency": data["currency"],
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": bought["id"],
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": data["unit_amount"],
        "unit_amount_decimal": str(data["unit_amount"]),
    }
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": cents,
        "amount_tax": 0,
        "amount_total": cents,
        "currency": data["currency"],
        "description": bought["name"],
        "price": price,
        "quantity": line.get("quantity", 1),
    }


def checkout_session(params: Mapping[str, Any], *, cents: int, now: int, base_url: str) -> Json:
    """Return an open checkout session with the address of its simulated pay page."""
    session_id = new_id("cs")
    asked = ("cancel_url", "client_reference_id", "customer_email", "customer_creation", "submit_type", "success_url")
    return {
        "id": session_id,
        "object": "checkout.session",
        **_EMPTY_SESSION,
        **{name: params.get(name) for name in asked},
        "adaptive_pricing": params.get("adaptive_pricing", {"enabled": False}),
        "amount_subtotal": cents,
        "amount_total": cents,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "billing_address_collection": params.get("billing_address_collection"),
        "created": now,
        "currency": "usd",
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "expires_at": params.get("expires_at", now + 86_400),
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "mode": params["mode"],
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "saved_payment_method_options": None,
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": params.get("ui_mode", "hosted_page"),
        "url": f"{base_url}/simulated-stripe/pay/{session_id}",
    }


def event(kind: str, about: Json, *, now: int, previous: Json | None = None) -> Json:
    """Return a snapshot event about an object as it is now."""
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": now,
        "data": {"object": about} | ({"previous_attributes": previous} if previous else {}),
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }
