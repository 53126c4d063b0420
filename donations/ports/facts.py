"""Room: ports. Facts of Stripe's as they are now, frozen; every amount is whole cents, every instant UTC.

Statuses and types are Stripe's own open enums: a word never heard before is handed on as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Method = Literal["card", "ach", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceTransaction:
    """One row of Stripe's own book, as read: signed amount, fee ≥ 0 or < 0, cents, lower-case currency."""

    id: str
    type: str
    reporting_category: str
    amount_cents: int
    fee_cents: int
    currency: str
    source_id: str | None
    created_at: datetime
    available_on: datetime

    @property
    def net_cents(self) -> int:
        """Return by how much Stripe's balance moved."""
        return self.amount_cents - self.fee_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFacts:
    """A refund as Stripe tells it now. `instance` and `reference` are our marks, if we asked for it."""

    refund_id: str
    charge_id: str | None
    status: str
    """`pending`, `requires_action`, `succeeded`, `failed`, `canceled` or a new word; only its rows are money."""
    amount_cents: int
    currency: str
    created_at: datetime
    instance: str | None
    reference: str | None
    balance_transaction: BalanceTransaction | None
    failure_balance_transaction: BalanceTransaction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFacts:
    """A dispute or inquiry as Stripe tells it now; only its balance transactions are money."""

    dispute_id: str
    charge_id: str
    status: str
    amount_cents: int
    currency: str
    reason: str
    created_at: datetime
    is_charge_refundable: bool
    evidence_due_at: datetime | None
    balance_transactions: tuple[BalanceTransaction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFacts:
    """An invoice of a subscription; the split between the funds is read from its lines' products."""

    invoice_id: str
    subscription_id: str | None
    status: str
    livemode: bool
    instance: str | None
    pledge: str | None
    """Our marks, from the snapshot of the subscription's metadata in `parent.subscription_details`."""
    currency: str
    amount_due_cents: int
    amount_paid_cents: int
    children_cents: int
    operations_cents: int
    attempt_count: int
    next_attempt_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeFacts:
    """A charge as Stripe tells it now, with its whole family of refunds and disputes."""

    charge_id: str
    status: str
    """`succeeded`, `pending`, `failed` or a word Stripe has not said before; only `succeeded` is money."""
    livemode: bool
    amount_cents: int
    currency: str
    created_at: datetime
    method: Method
    instance: str | None
    gift: str | None
    """Our own marks from its metadata, if any."""
    balance_transaction: BalanceTransaction | None
    failure_balance_transaction: BalanceTransaction | None = None
    """The bank took the money back after it had succeeded (ACH): the row by which it left."""
    refunds: tuple[RefundFacts, ...] = ()
    disputes: tuple[DisputeFacts, ...] = ()
    invoice: InvoiceFacts | None = None
    """The invoice it paid, for a monthly gift."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutFacts:
    """A checkout session as Stripe tells it now; both statuses are Stripe's own open enums."""

    checkout_id: str
    status: str
    payment_status: str
    livemode: bool
    instance: str | None
    gift: str | None
    pledge: str | None = None
    subscription_id: str | None = None
    has_failed: bool = False
    """A delayed method was tried and failed after the session had completed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionFacts:
    """A subscription as Stripe tells it now; a pledge mirrors its current status."""

    subscription_id: str
    customer_id: str
    status: str
    livemode: bool
    instance: str | None
    pledge: str | None
    created_at: datetime
    cancel_at: datetime | None
    """When it ends or has ended; None while it goes on."""
    is_paused: bool
    paused_until: datetime | None
    period_end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutFacts:
    """A payout as Stripe tells it now; `rows` are what it is made of, its own row left out, once reconciled."""

    payout_id: str
    status: str
    """`pending`, `in_transit`, `paid`, `failed`, `canceled` or a new word; a paid one may still fail."""
    livemode: bool
    amount_cents: int
    currency: str
    is_automatic: bool
    reconciliation_status: str
    created_at: datetime
    arrival_on: date
    balance_transaction: BalanceTransaction | None
    failure_balance_transaction: BalanceTransaction | None
    rows: tuple[BalanceTransaction, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Everything Stripe knows around one told object."""

    checkout: CheckoutFacts | None = None
    charges: tuple[ChargeFacts, ...] = ()
    subscription: SubscriptionFacts | None = None
    invoices: tuple[InvoiceFacts, ...] = ()
    """Open or failed invoices told of; paid ones come with their charge."""
    payout: PayoutFacts | None = None
    rows: tuple[BalanceTransaction, ...] = ()
    """Rows of Stripe's book that hang on no charge, dispute or payout (fees, reserves, words never heard)."""
    warnings: tuple[str, ...] = ()
    """Charges of which the card network warns early that they may be fraud, by id."""
    asked_at: datetime | None = field(default=None, compare=False)
    """When, by our clock, Stripe was begun to be asked; None where nobody noted it."""
    covers: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    """Objects, by id, whose own family would tell no more than this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeBalance:
    """What Stripe says it holds of ours now, in US cents."""

    available_cents: int
    pending_cents: int
    reserved_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A verified event of either payload kind, and all that is ever read of it."""

    event_id: str
    type: str
    object_type: str
    object_id: str
    livemode: bool
    created_at: datetime
    api_version: str | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why a doorbell was not believed; for the counter and the log line, never for the caller."""

    reason: str
