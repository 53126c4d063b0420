"""What tests of monthly gifts share: what Stripe says of invoices, subscriptions and their charges."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from donations.ports import ChargeFacts, InvoiceFacts, SubscriptionFacts
from tests.clerk_room import NOON
from tests.giving_room import ORIGIN, Fact, charge, wish

MONTHLY = replace(wish(), frequency="monthly", amount_cents=6_500, fee_cover_cents=225)


def invoice(pledge: str | None, **changes: Fact) -> InvoiceFacts:
    """Return a paid invoice of $65 with $2.25 for the fee, once its charge succeeded."""
    usual = InvoiceFacts(
        invoice_id="in_1",
        subscription_id="sub_1",
        status="paid",
        livemode=False,
        instance=ORIGIN,
        pledge=pledge,
        currency="usd",
        amount_due_cents=6_725,
        amount_paid_cents=6_725,
        children_cents=6_500,
        operations_cents=225,
        attempt_count=1,
        next_attempt_at=None,
        created_at=NOON,
    )
    return replace(usual, **changes)


def monthly_charge(number: int, paid: InvoiceFacts, **changes: Fact) -> ChargeFacts:
    """Return charge `ch_<number>` of a paid invoice: it carries none of our marks itself."""
    cents = paid.children_cents + paid.operations_cents
    usual = charge(number, gift=None, amount_cents=cents, instance=None, invoice=paid)
    return replace(usual, **changes)


def subscription(pledge: str | None, **changes: Fact) -> SubscriptionFacts:
    """Return the subscription of a pledge that goes on, its first month paid."""
    usual = SubscriptionFacts(
        subscription_id="sub_1",
        customer_id="cus_1",
        status="active",
        livemode=False,
        instance=ORIGIN,
        pledge=pledge,
        created_at=NOON,
        cancel_at=None,
        is_paused=False,
        paused_until=None,
        period_end=NOON + timedelta(days=30),
    )
    return replace(usual, **changes)
