"""Room: simulator. Builders of what stands behind a monthly gift: customer, card, subscription, price, portal.

As `shapes`: every field the SDK's types require, checked field by field by the contract suite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from donations.simulator.store import Json, new_id

_EMPTY_SUBSCRIPTION = dict.fromkeys(
    (
        "application",
        "application_fee_percent",
        "billing_cycle_anchor_config",
        "billing_thresholds",
        "cancel_at",
        "canceled_at",
        "days_until_due",
        "default_source",
        "description",
        "ended_at",
        "next_pending_invoice_item_invoice",
        "on_behalf_of",
        "pause_collection",
        "pending_invoice_item_interval",
        "pending_setup_intent",
        "pending_update",
        "schedule",
        "test_clock",
        "transfer_data",
        "trial_end",
        "trial_start",
    )
)


def customer(email: str | None, *, name: str | None, now: int) -> Json:
    """Return a customer without a card yet."""
    return {
        "id": new_id("cus"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": now,
        "currency": "usd",
        "default_source": None,
        "delinquent": False,
        "description": None,
        "email": email,
        "invoice_prefix": "SIMULATE",
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": name,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


def payment_method(customer_id: str | None, details: Json, *, now: int, email: str | None) -> Json:
    """Return a means of payment, kept for a customer where one is named: `card_details` or `account_details`."""
    return {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": {
            "address": dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state")),
            "email": email,
            "name": "Simulated Card",
            "phone": None,
            "tax_id": None,
        },
        "created": now,
        "customer": customer_id,
        "livemode": False,
        "metadata": {},
        **details,
    }


def card_details(last4: str) -> Json:
    """Return the details of a simulated card."""
    card = {
        "brand": "visa",
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "display_brand": "visa",
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": None,
        "funding": "credit",
        "generated_from": None,
        "last4": last4,
        "networks": {"available": ["visa"], "preferred": None},
        "regulated_status": None,
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
    return {"type": "card", "card": card}


def account_details() -> Json:
    """Return the details of a simulated bank account."""
    account = {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "SIMULATED BANK",
        "financial_connections_account": None,
        "fingerprint": None,
        "last4": "6789",
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": "110000000",
        "status_details": None,
    }
    return {"type": "us_bank_account", "us_bank_account": account}


def mandate(account: Json) -> Json:
    """Return the donor's leave to debit a bank account again."""
    return {
        "id": new_id("mandate"),
        "object": "mandate",
        "customer_acceptance": {
            "accepted_at": account["created"],
            "online": {"ip_address": None, "user_agent": None},
            "type": "online",
        },
        "livemode": False,
        "multi_use": {},
        "payment_method": account["id"],
        "payment_method_details": {"type": "us_bank_account", "us_bank_account": {}},
        "status": "active",
        "type": "multi_use",
    }


def price(data: Mapping[str, Any], *, now: int) -> Json:
    """Return the price made for a line: monthly where it recurs, else for once."""
    recurring = data.get("recurring")
    return {
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
        "product": data["product"],
        "recurring": None if recurring is None else _recurring(recurring),
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time" if recurring is None else "recurring",
        "unit_amount": data["unit_amount"],
        "unit_amount_decimal": str(data["unit_amount"]),
    }


def item(subscription_id: str, sold: Json, *, quantity: int, period: tuple[int, int], now: int) -> Json:
    """Return one part of a subscription, with the month it is paid for."""
    return {
        "id": new_id("si"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": now,
        "current_period_start": period[0],
        "current_period_end": period[1],
        "discounts": [],
        "metadata": {},
        "plan": _plan(sold),
        "price": sold,
        "quantity": quantity,
        "subscription": subscription_id,
        "tax_rates": [],
    }


_PLAIN_SUBSCRIPTION: Json = {
    "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
    "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
    "billing_schedules": [],
    "cancel_at_period_end": False,
    "cancellation_details": {"comment": None, "feedback": None, "reason": None},
    "collection_method": "charge_automatically",
    "default_tax_rates": [],
    "discounts": [],
    "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
    "latest_invoice": None,
    "livemode": False,
    "payment_settings": {
        "payment_method_options": None,
        "payment_method_types": None,
        "save_default_payment_method": "off",
    },
    "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
}


def subscription(lines: Sequence[Json], metadata: Mapping[str, str], *, card: Json, period: tuple[int, int]) -> Json:
    """Return an active subscription to the lines of a checkout, paid by a card, anchored to its first moment."""
    subscription_id, now = new_id("sub"), period[0]
    parts = [
        item(subscription_id, line["price"], quantity=line["quantity"], period=period, now=now) for line in lines
    ]
    return {
        "id": subscription_id,
        "object": "subscription",
        **_EMPTY_SUBSCRIPTION,
        **deepcopy(_PLAIN_SUBSCRIPTION),
        "billing_cycle_anchor": now,
        "created": now,
        "currency": "usd",
        "customer": card["customer"],
        "default_payment_method": card["id"],
        "items": {
            "object": "list",
            "data": parts,
            "has_more": False,
            "url": f"/v1/subscription_items?subscription={subscription_id}",
        },
        "metadata": dict(metadata),
        "start_date": now,
        "status": "active",
    }


def _recurring(asked: Mapping[str, Any]) -> Json:
    return {
        "interval": asked["interval"],
        "interval_count": asked.get("interval_count", 1),
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def _plan(sold: Json) -> Json:
    """Return the plan, the old form of a price that Stripe still tells beside it."""
    return {
        "id": sold["id"],
        "object": "plan",
        "active": sold["active"],
        "amount": sold["unit_amount"],
        "amount_decimal": sold["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": sold["created"],
        "currency": sold["currency"],
        "interval": sold["recurring"]["interval"],
        "interval_count": sold["recurring"]["interval_count"],
        "livemode": False,
        "metadata": {},
        "meter": None,
        "nickname": None,
        "product": sold["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }
