"""Room: simulator. Builders of the objects that are money: payment intents, charges, balance transactions.

As `shapes`: every field the SDK's types require, checked field by field by the contract suite.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from donations.simulator.store import Json, new_id

_NO_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
_EMPTY_PAYMENT_INTENT = dict.fromkeys(
    (
        "application",
        "application_fee_amount",
        "automatic_payment_methods",
        "canceled_at",
        "cancellation_reason",
        "client_secret",
        "customer",
        "description",
        "last_payment_error",
        "latest_charge",
        "next_action",
        "on_behalf_of",
        "payment_method",
        "processing",
        "receipt_email",
        "review",
        "setup_future_usage",
        "shipping",
        "source",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_data",
        "transfer_group",
    )
)
_EMPTY_CHARGE = dict.fromkeys(
    (
        "application",
        "application_fee",
        "application_fee_amount",
        "balance_transaction",
        "customer",
        "description",
        "failure_balance_transaction",
        "failure_code",
        "failure_message",
        "on_behalf_of",
        "receipt_email",
        "receipt_number",
        "receipt_url",
        "review",
        "shipping",
        "source",
        "source_transfer",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_data",
        "transfer_group",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A movement: Stripe's type and reporting category, signed cents that move, the fee on top, its source."""

    kind: str
    category: str
    amount_cents: int
    source_id: str | None
    fee_cents: int = 0
    rate: float | None = None
    """By what another currency was exchanged; the cents are always US cents."""


def payment_intent(session: Json, metadata: Mapping[str, str], *, now: int) -> Json:
    """Return the payment intent that a checkout makes when its donor first tries to pay."""
    return {
        "id": new_id("pi"),
        "object": "payment_intent",
        **_EMPTY_PAYMENT_INTENT,
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "confirmation_method": "automatic",
        "created": now,
        "currency": session["currency"],
        "livemode": False,
        "metadata": dict(metadata),
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }


def charge(intent: Json, email: str | None, *, now: int) -> Json:
    """Return a charge that succeeded with a simulated card; its balance transaction is not there yet."""
    return {
        "id": new_id("ch"),
        "object": "charge",
        **_EMPTY_CHARGE,
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "amount_refunded": 0,
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
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "outcome": _outcome("authorized", "approved_by_network", None),
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": new_id("pm"),
        "payment_method_details": {"type": "card", "card": _card()},
        "refunded": False,
        "status": "succeeded",
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


def balance_transaction(move: Move, *, row_id: str, now: int, ready_at: int) -> Json:
    """Return the row of Stripe's book for a movement: amount, fee and net as Stripe took them, in US cents."""
    fee = {
        "amount": move.fee_cents,
        "application": None,
        "currency": "usd",
        "description": "Simulated fees",
        "type": "stripe_fee",
    }
    return {
        "id": row_id,
        "object": "balance_transaction",
        "amount": move.amount_cents,
        "available_on": ready_at,
        "balance_type": "payments",
        "created": now,
        "currency": "usd",
        "description": None,
        "exchange_rate": move.rate,
        "fee": move.fee_cents,
        "fee_details": [fee] if move.fee_cents else [],
        "net": move.amount_cents - move.fee_cents,
        "reporting_category": move.category,
        "source": move.source_id,
        "status": "pending",
        "type": move.kind,
        "_payout": None,
    }


def bank_details() -> Json:
    """Return the details of a simulated bank account that was debited."""
    return {
        "type": "us_bank_account",
        "us_bank_account": {
            "account_holder_type": "individual",
            "account_type": "checking",
            "bank_name": "SIMULATED BANK",
            "fingerprint": None,
            "last4": "6789",
            "routing_number": "110000000",
        },
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
