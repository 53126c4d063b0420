"""Room: simulator. Builders of what takes money back or out: refunds, disputes, warnings, payouts.

As `shapes`: every field the SDK's types require, checked field by field by the contract suite.
"""

from __future__ import annotations

from collections.abc import Mapping

from donations.simulator.store import Json, new_id

_EVIDENCE = dict.fromkeys(
    (
        "access_activity_log",
        "billing_address",
        "cancellation_policy",
        "cancellation_policy_disclosure",
        "cancellation_rebuttal",
        "customer_communication",
        "customer_email_address",
        "customer_name",
        "customer_purchase_ip",
        "customer_signature",
        "duplicate_charge_documentation",
        "duplicate_charge_explanation",
        "duplicate_charge_id",
        "product_description",
        "receipt",
        "refund_policy",
        "refund_policy_disclosure",
        "refund_refusal_explanation",
        "service_date",
        "service_documentation",
        "shipping_address",
        "shipping_carrier",
        "shipping_date",
        "shipping_documentation",
        "shipping_tracking_number",
        "uncategorized_file",
        "uncategorized_text",
    )
)


def refund(charged: Json, cents: int, *, reason: str | None, metadata: Mapping[str, str], now: int) -> Json:
    """Return a refund that no row of Stripe's book shows yet."""
    return {
        "id": new_id("re"),
        "object": "refund",
        "amount": cents,
        "balance_transaction": None,
        "charge": charged["id"],
        "created": now,
        "currency": charged["currency"],
        "destination_details": {"type": charged["payment_method_details"]["type"]},
        "metadata": dict(metadata),
        "payment_intent": charged["payment_intent"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending",
        "transfer_reversal": None,
    }


def dispute(charged: Json, cents: int, *, status: str, reason: str, now: int) -> Json:
    """Return a dispute or inquiry that has moved nothing yet; evidence is due in nine days."""
    return {
        "id": new_id("dp"),
        "object": "dispute",
        "amount": cents,
        "balance_transactions": [],
        "charge": charged["id"],
        "created": now,
        "currency": charged["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**_EVIDENCE, "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": now + 9 * 86_400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": status.startswith("warning"),
        "livemode": False,
        "metadata": {},
        "payment_intent": charged["payment_intent"],
        "reason": reason,
        "status": status,
    }


def early_fraud_warning(charged: Json, *, now: int) -> Json:
    """Return the card network's early warning about a charge."""
    return {
        "id": new_id("issfr"),
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": charged["id"],
        "created": now,
        "fraud_type": "unauthorized_use_of_card",
        "livemode": False,
        "payment_intent": charged["payment_intent"],
    }


def review(charged: Json, *, now: int) -> Json:
    """Return an open review of a charge, ordered by a rule of Radar's."""
    return {
        "id": new_id("prv"),
        "object": "review",
        "billing_zip": None,
        "charge": charged["id"],
        "closed_reason": None,
        "created": now,
        "ip_address": None,
        "ip_address_location": None,
        "livemode": False,
        "open": True,
        "opened_reason": "rule",
        "payment_intent": charged["payment_intent"],
        "reason": "rule",
        "session": None,
    }


def payout(cents: int, *, automatic: bool, now: int, arrives_at: int) -> Json:
    """Return a payout that waits to leave."""
    return {
        "id": new_id("po"),
        "object": "payout",
        "amount": cents,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": arrives_at,
        "automatic": automatic,
        "balance_transaction": None,
        "created": now,
        "currency": "usd",
        "description": "STRIPE PAYOUT (SIMULATED)",
        "destination": None,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "in_progress" if automatic else "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "pending",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }
