"""Room: simulator. Small builders of Stripe's objects, as the API of the installed SDK answers them.

Each returns plain JSON with every field the SDK's types require; the contract suite checks them field by field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from donations.simulator.store import Json, new_id

API_VERSION = "2026-10-28.endive"
_NO_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
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


def payment_intent(session: Json, metadata: Mapping[str, str], *, now: int) -> Json:
    """Return the payment intent that a checkout makes when its donor first tries to pay."""
    return {
        "id": new_id("pi"),
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic_async",
        "client_secret": None,
        "confirmation_method": "automatic",
        "created": now,
        "currency": session["currency"],
        "customer": None,
        "description": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": dict(metadata),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }


def charge(intent: Json, email: str | None, *, now: int) -> Json:
    """Return a charge that succeeded with a simulated card; its balance transaction is not there yet."""
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": {
            "address": _NO_ADDRESS,
            "email": email,
            "name": "Simulated Card",
            "phone": None,
            "tax_id": None,
        },
        "calculated_statement_descriptor": "SIMULATED",
        "captured": True,
        "created": now,
        "currency": intent["currency"],
        "customer": None,
        "description": None,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": _outcome("authorized", "approved_by_network", None),
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": new_id("pm"),
        "payment_method_details": {"type": "card", "card": _card()},
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": None,
    }


def decline(charged: Json, code: str) -> Json:
    """Return the same charge as one that the bank declined with a code."""
    return charged | {
        "amount_captured": 0,
        "captured": False,
        "failure_code": "card_declined",
        "failure_message": "Your card was declined.",
        "outcome": _outcome("issuer_declined", "declined_by_network", code),
        "paid": False,
        "status": "failed",
    }


def payment_error(charged: Json, code: str) -> Json:
    """Return what a payment intent remembers of a declined charge."""
    return {
        "type": "card_error",
        "code": "card_declined",
        "decline_code": code,
        "charge": charged["id"],
        "message": "Your card was declined.",
    }


def balance_transaction(charged: Json, *, row_id: str, fee_cents: int, now: int) -> Json:
    """Return the row of Stripe's book for a charge: gross, fee and net as Stripe took them."""
    fee = {
        "amount": fee_cents,
        "application": None,
        "currency": "usd",
        "description": "Simulated processing fees",
        "type": "stripe_fee",
    }
    return {
        "id": row_id,
        "object": "balance_transaction",
        "amount": charged["amount"],
        "available_on": now + 2 * 86_400,
        "balance_type": "payments",
        "created": now,
        "currency": charged["currency"],
        "description": None,
        "exchange_rate": None,
        "fee": fee_cents,
        "fee_details": [fee] if fee_cents else [],
        "net": charged["amount"] - fee_cents,
        "reporting_category": "charge",
        "source": charged["id"],
        "status": "pending",
        "type": "charge",
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


def _card() -> Json:
    return {
        "amount_authorized": None,
        "authorization_code": None,
        "brand": "visa",
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": None,
        "funding": "credit",
        "last4": "4242",
        "network": "visa",
    }


def _outcome(kind: str, status: str, reason: str | None) -> Json:
    return {
        "type": kind,
        "network_status": status,
        "reason": reason,
        "risk_level": "normal",
        "seller_message": None,
    }
