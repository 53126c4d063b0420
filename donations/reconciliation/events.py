"""Room: reconciliation. Every type of event we want to hear, what is then fetched, and what that can become.

An event is a doorbell: its type decides nothing but whether we look. The reference page is written from here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """Types that lead to the same look, in words for the reference."""

    types: tuple[str, ...]
    fetched: str
    entries: str
    then: str


_KEPT = "`charge/<charge>` gross, in the children's fund, fee cover in operations; `btxn/<row>` fee, in operations"

EVENTS: tuple[EventRow, ...] = (
    EventRow(
        types=("checkout.session.completed", "checkout.session.async_payment_succeeded"),
        fetched="session, payment intent, every charge of it with refunds, disputes and rows",
        entries=f"paid: {_KEPT}; not yet paid: none",
        then="paid: settled, the clerk gives number and designates; not yet paid: processing",
    ),
    EventRow(
        types=("checkout.session.async_payment_failed", "checkout.session.expired"),
        fetched="session, charges",
        entries="none; a charge that was booked is a late return",
        then="failed, and one mail; or abandoned, unless a charge exists",
    ),
    EventRow(
        types=(
            "charge.succeeded",
            "charge.captured",
            "charge.pending",
            "charge.updated",
            "charge.expired",
            "payment_intent.succeeded",
            "payment_intent.processing",
            "payment_intent.payment_failed",
            "payment_intent.canceled",
            "payment_intent.requires_action",
            "payment_intent.created",
        ),
        fetched="intent or charge with its whole family",
        entries=f"{_KEPT}, once each exists",
        then="from the facts",
    ),
    EventRow(
        types=("charge.failed",),
        fetched="charge with the row by which the bank took it back",
        entries="booked before: `btxn/<failure row>` chargebacks, its fee in operations; never booked: none",
        then="failed; or lost, receipt void, donor told",
    ),
    EventRow(
        types=("invoice.paid", "invoice.payment_succeeded", "invoice_payment.paid"),
        fetched="invoice, its payments, intent, charge; the pledge from `parent.subscription_details`",
        entries=f"{_KEPT}; no charge behind it: none, and an alarm",
        then="a gift is made from the pledge, settled; receipt",
    ),
    EventRow(
        types=(
            "invoice.payment_failed",
            "invoice.payment_action_required",
            "invoice.finalized",
            "invoice.voided",
            "invoice.marked_uncollectible",
        ),
        fetched="invoice, subscription",
        entries="none",
        then="the pledge mirrors its status; one mail per failed attempt",
    ),
    EventRow(
        types=(
            "customer.subscription.created",
            "customer.subscription.updated",
            "customer.subscription.deleted",
            "customer.subscription.paused",
            "customer.subscription.resumed",
        ),
        fetched="subscription",
        entries="none",
        then="the pledge mirrors its current status",
    ),
    EventRow(
        types=(
            "customer.updated",
            "customer.deleted",
            "mandate.updated",
            "payment_method.attached",
            "payment_method.automatically_updated",
            "payment_method.detached",
            "payment_method.updated",
        ),
        fetched="the customer's subscriptions",
        entries="none",
        then="the pledge mirrors its current status; gifts and receipts never change",
    ),
    EventRow(
        types=("refund.created", "refund.updated", "refund.failed", "charge.refunded", "charge.refund.updated"),
        fetched="charge with all its refunds",
        entries="each refund `btxn/<row>`, split between the funds; each that failed: its exact reversal "
        "`btxn/<failure row>`",
        then="refunded cents; the clerk releases, makes whole, voids or replaces the receipt",
    ),
    EventRow(
        types=("charge.dispute.created", "charge.dispute.updated"),
        fetched="charge with all its disputes",
        entries="none by themselves; an inquiry moves nothing",
        then="disputed, or only an alarm; refunds are refused while Stripe says so",
    ),
    EventRow(
        types=("charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated"),
        fetched="charge with all its disputes",
        entries="each row `btxn/<row>`: withdrawn to disputed, or back; the fee in operations",
        then="receipt on hold, designations released; or restored",
    ),
    EventRow(
        types=("charge.dispute.closed",),
        fetched="charge with all its disputes",
        entries="lost: what still stands disputed, `dispute/<dispute>/lost`; any other end: none",
        then="lost, or settled with less; receipt void or replaced",
    ),
    EventRow(
        types=("payout.created", "payout.updated", "payout.paid"),
        fetched="payout",
        entries="the whole, `btxn/<payout row>`: in transit",
        then="the bank's own line is matched later",
    ),
    EventRow(
        types=("payout.failed", "payout.canceled"),
        fetched="payout with the row by which it came back",
        entries="the opposite per fund, `btxn/<failure row>`",
        then="alarm",
    ),
    EventRow(
        types=("payout.reconciliation_completed",),
        fetched="payout with all its rows",
        entries="the funds' shares, `payout/<payout>/shares`",
        then="rows tied to the payout; their sum differs: alarm naming it",
    ),
    EventRow(
        types=(
            "radar.early_fraud_warning.created",
            "radar.early_fraud_warning.updated",
            "review.opened",
            "review.closed",
        ),
        fetched="charge",
        entries="none",
        then="alarm: refund before it becomes a dispute?",
    ),
)

SWEPT_ONLY = EventRow(
    types=(),
    fetched="any row of Stripe's book that hangs on none of these, found by the sweep",
    entries="`btxn/<row>`: fees to operations' processing fees, reserves to `assets:stripe:reserved`, "
    "anything else to operations' suspense",
    then="alarm for suspense",
)

EVENT_TYPES: tuple[str, ...] = tuple(name for row in EVENTS for name in row.types)
"""What a webhook destination must be subscribed to, and what the sweep asks for."""
