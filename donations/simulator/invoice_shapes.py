"""Room: simulator. Builders of invoices, their lines, and the payments tried for them.

As `shapes`: every field the SDK's types require, checked field by field by the contract suite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from donations.simulator.store import Json, new_id

_EMPTY_INVOICE = dict.fromkeys(
    (
        "account_name",
        "account_tax_ids",
        "application",
        "confirmation_secret",
        "custom_fields",
        "customer_address",
        "customer_name",
        "customer_phone",
        "customer_shipping",
        "default_payment_method",
        "default_source",
        "description",
        "due_date",
        "ending_balance",
        "footer",
        "from_invoice",
        "hosted_invoice_url",
        "invoice_pdf",
        "last_finalization_error",
        "latest_revision",
        "next_payment_attempt",
        "number",
        "on_behalf_of",
        "receipt_number",
        "shipping_cost",
        "shipping_details",
        "statement_descriptor",
        "test_clock",
        "webhooks_delivered_at",
    )
)


_PLAIN_INVOICE: Json = {
    "account_country": "US",
    "amount_overpaid": 0,
    "amount_paid": 0,
    "amount_shipping": 0,
    "attempt_count": 0,
    "attempted": False,
    "auto_advance": True,
    "automatic_tax": {
        "disabled_reason": None,
        "enabled": False,
        "liability": None,
        "provider": None,
        "status": None,
    },
    "automatically_finalizes_at": None,
    "collection_method": "charge_automatically",
    "currency": "usd",
    "customer_tax_exempt": "none",
    "customer_tax_ids": [],
    "default_tax_rates": [],
    "discounts": [],
    "effective_at": None,
    "issuer": {"type": "self"},
    "livemode": False,
    "metadata": {},
    "payment_settings": {
        "default_mandate": None,
        "payment_method_options": None,
        "payment_method_types": None,
    },
    "post_payment_credit_notes_amount": 0,
    "pre_payment_credit_notes_amount": 0,
    "starting_balance": 0,
    "status": "draft",
    "total_discount_amounts": [],
    "total_pretax_credit_amounts": [],
    "total_taxes": [],
}


def invoice(pledged: Json, *, email: str | None, reason: str, period: tuple[int, int], now: int) -> Json:
    """Return the draft of a subscription's next invoice, for the months `period` spans; a trial costs nothing."""
    invoice_id, is_free = new_id("in"), pledged["status"] == "trialing"
    lines = [_line(invoice_id, part, period=period, is_free=is_free) for part in pledged["items"]["data"]]
    begins = now if reason == "subscription_create" else pledged["items"]["data"][0]["current_period_start"]
    details = {"metadata": dict(pledged["metadata"]), "subscription": pledged["id"]}
    return _draft(invoice_id, lines, now=now) | {
        "billing_reason": reason,
        "customer": pledged["customer"],
        "customer_email": email,
        "parent": {"quote_details": None, "subscription_details": details, "type": "subscription_details"},
        "period_start": begins,
    }


def loose_invoice(owner: Json, items: Sequence[Json], *, now: int) -> Json:
    """Return the draft of an invoice that hangs on no subscription: what its customer's items add up to."""
    invoice_id = new_id("in")
    lines = [_item_line(invoice_id, item) for item in items]
    return _draft(invoice_id, lines, now=now) | {
        "auto_advance": False,
        "billing_reason": "manual",
        "customer": owner["id"],
        "customer_email": owner["email"],
        "customer_name": owner["name"],
        "parent": None,
        "period_start": now,
    }


def invoice_item(params: Mapping[str, Any], *, now: int) -> Json:
    """Return something to be paid that waits for its customer's next invoice."""
    cents = params["amount"]
    return {
        "id": new_id("ii"),
        "object": "invoiceitem",
        "amount": cents,
        "currency": params["currency"],
        "customer": params["customer"],
        "customer_account": None,
        "date": now,
        "description": params.get("description"),
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": dict(params.get("metadata", {})),
        "net_amount": cents,
        "parent": None,
        "period": {"start": now, "end": now},
        "pricing": {
            "price_details": {"price": new_id("price"), "product": new_id("prod")},
            "type": "price_details",
            "unit_amount_decimal": str(cents),
        },
        "proration": False,
        "proration_details": None,
        "quantity": 1,
        "quantity_decimal": "1",
        "tax_rates": [],
        "test_clock": None,
    }


def _draft(invoice_id: str, lines: Sequence[Json], *, now: int) -> Json:
    cents = sum(line["amount"] for line in lines)
    return {
        "id": invoice_id,
        "object": "invoice",
        **_EMPTY_INVOICE,
        **deepcopy(_PLAIN_INVOICE),
        "amount_due": cents,
        "amount_remaining": cents,
        "created": now,
        "lines": {
            "object": "list",
            "data": list(lines),
            "has_more": False,
            "url": f"/v1/invoices/{invoice_id}/lines",
        },
        "period_end": now,
        "status_transitions": dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
        "subtotal": cents,
        "subtotal_excluding_tax": cents,
        "total": cents,
        "total_excluding_tax": cents,
    }


def invoice_payment(billed: Json, intent_id: str, *, now: int) -> Json:
    """Return the payment that is tried for an invoice: the tie between it and its payment intent."""
    return {
        "id": new_id("inpay"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": billed["amount_due"],
        "created": now,
        "currency": billed["currency"],
        "invoice": billed["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent_id, "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


def _line(invoice_id: str, part: Json, *, period: tuple[int, int], is_free: bool) -> Json:
    sold = part["price"]
    unit_cents = 0 if is_free else sold["unit_amount"]
    parent = {
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": None,
            "proration": False,
            "proration_details": {"credited_items": None},
            "subscription": part["subscription"],
            "subscription_item": part["id"],
        },
        "type": "subscription_item_details",
    }
    cents = unit_cents * part["quantity"]
    return _plain_line(invoice_id, cents, currency=sold["currency"], quantity=part["quantity"]) | {
        "description": "Trial period" if is_free else "Monthly gift",
        "parent": parent,
        "period": {"start": period[0], "end": period[1]},
        "pricing": {
            "price_details": {"price": sold["id"], "product": sold["product"]},
            "type": "price_details",
            "unit_amount_decimal": str(unit_cents),
        },
    }


def _item_line(invoice_id: str, item: Json) -> Json:
    parent = {
        "invoice_item_details": {
            "invoice_item": item["id"],
            "proration": False,
            "proration_details": {"credited_items": None},
            "subscription": None,
        },
        "subscription_item_details": None,
        "type": "invoice_item_details",
    }
    return _plain_line(invoice_id, item["amount"], currency=item["currency"], quantity=item["quantity"]) | {
        "description": item["description"],
        "parent": parent,
        "period": item["period"],
        "pricing": item["pricing"],
    }


def _plain_line(invoice_id: str, cents: int, *, currency: str, quantity: int) -> Json:
    return {
        "id": new_id("il"),
        "object": "line_item",
        "amount": cents,
        "currency": currency,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice_id,
        "livemode": False,
        "metadata": {},
        "pretax_credit_amounts": [],
        "quantity": quantity,
        "subtotal": cents,
        "taxes": [],
    }
