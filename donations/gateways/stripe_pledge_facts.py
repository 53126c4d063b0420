"""Room: gateways. Stripe's invoices and subscriptions become our frozen facts; nothing in them is computed but sums.

A missing field raises, an unknown word passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from donations.clock import from_epoch
from donations.gateways.stripe_facts import id_of
from donations.ports import ChargeFacts, InvoiceFacts, SubscriptionFacts

if TYPE_CHECKING:
    from datetime import datetime

    import stripe

_Marks = Mapping[str, str]


def subscription_facts(subscription: stripe.Subscription) -> SubscriptionFacts:
    """Translate a subscription; its month ends when the first of its items' months does."""
    pause = subscription.pause_collection
    marks = _marks(subscription.metadata)
    ends = [part.current_period_end for part in subscription["items"].data]
    return SubscriptionFacts(
        subscription_id=subscription.id,
        customer_id=str(id_of(subscription.customer)),
        status=str(subscription.status),
        livemode=subscription.livemode,
        instance=marks.get("almoner"),
        pledge=marks.get("pledge"),
        created_at=from_epoch(subscription.created),
        cancel_at=_instant(subscription.ended_at or subscription.cancel_at),
        is_paused=pause is not None or subscription.status == "paused",
        paused_until=None if pause is None else _instant(pause.resumes_at),
        period_end=from_epoch(min(ends)) if ends else None,
    )


def invoice_facts(invoice: stripe.Invoice, products: Mapping[str, str]) -> InvoiceFacts:
    """Translate an invoice; `products` tells the fund by product id, and a line of another product counts nowhere."""
    parent = invoice.parent
    details = None if parent is None else parent.subscription_details
    marks = {} if details is None else _marks(details.metadata)
    split = {"children": 0, "operations": 0}
    for line in invoice.lines.data:
        fund = products.get(_product_of(line))
        if fund is not None:
            split[fund] += line.amount
    return InvoiceFacts(
        invoice_id=str(invoice.id),
        subscription_id=None if details is None else id_of(details.subscription),
        status=str(invoice.status),
        livemode=invoice.livemode,
        instance=marks.get("almoner"),
        pledge=marks.get("pledge"),
        currency=invoice.currency,
        amount_due_cents=invoice.amount_due,
        amount_paid_cents=invoice.amount_paid,
        children_cents=split["children"],
        operations_cents=split["operations"],
        attempt_count=invoice.attempt_count,
        next_attempt_at=_instant(invoice.next_payment_attempt),
        created_at=from_epoch(invoice.created),
    )


def with_invoice(charges: tuple[ChargeFacts, ...], billed: InvoiceFacts) -> tuple[ChargeFacts, ...]:
    """Return the charges with the invoice they paid or tried to pay."""
    return tuple(replace(charge, invoice=billed) for charge in charges)


def _product_of(line: stripe.InvoiceLineItem) -> str:
    pricing = line.pricing
    details = None if pricing is None else pricing.price_details
    return "" if details is None else details.product


def _instant(epoch: int | None) -> datetime | None:
    return None if epoch is None else from_epoch(epoch)


def _marks(metadata: stripe.StripeObject | None) -> _Marks:
    """Return our two marks, where they stand."""
    if metadata is None:
        return {}
    return {name: str(metadata[name]) for name in ("almoner", "pledge") if name in metadata}
