"""Room: simulator. Builders of invoices, their lines, and the payments tried for them.

As `shapes`: every field the SDK's types require, checked field by field by the contract suite.
"""

from __future__ import annotations

from copy import deepcopy

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
    """Return the draft of a subscription's next invoice, for the months that `period` spans."""
    invoice_id = new_id("in")
    lines = [_line(invoice_id, part, period=period) for part in pledged["items"]["data"]]
    cents = sum(line["amount"] for line in lines)
    begins = now if reason == "subscription_create" else pledged["items"]["data"][0]["current_period_start"]
    return {
        "id": invoice_id,
        "object": "invoice",
        **_EMPTY_INVOICE,
        **deepcopy(_PLAIN_INVOICE),
        "amount_due": cents,
        "amount_remaining": cents,
        "billing_reason": reason,
        "created": now,
        "customer": pledged["customer"],
        "customer_email": email,
        "lines": {
            "object": "list",
            "data": lines,
            "has_more": False,
            "url": f"/v1/invoices/{invoice_id}/lines",
        },
        "parent": {
            "quote_details": None,
            "subscription_details": {"metadata": dict(pledged["metadata"]), "subscription": pledged["id"]},
            "type": "subscription_details",
        },
        "period_end": now,
        "period_start": begins,
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


def _line(invoice_id: str, part: Json, *, period: tuple[int, int]) -> Json:
    sold, cents = part["price"], part["price"]["unit_amount"] * part["quantity"]
    return {
        "id": new_id("il"),
        "object": "line_item",
        "amount": cents,
        "currency": sold["currency"],
        "description": "Monthly gift",
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice_id,
        "livemode": False,
        "metadata": {},
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": part["subscription"],
                "subscription_item": part["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"start": period[0], "end": period[1]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": sold["id"], "product": sold["product"]},
            "type": "price_details",
            "unit_amount_decimal": sold["unit_amount_decimal"],
        },
        "quantity": part["quantity"],
        "subtotal": cents,
        "taxes": [],
    }
