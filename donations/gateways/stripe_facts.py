"""Room: gateways. Stripe's objects become our frozen facts; a missing field raises, an unknown word passes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from donations.clock import from_epoch
from donations.ports import (
    BalanceTransaction,
    ChargeFacts,
    CheckoutFacts,
    DisputeFacts,
    Method,
    PayoutFacts,
    RefundFacts,
)

if TYPE_CHECKING:
    import stripe
    import stripe.checkout

_METHODS: Mapping[str, Method] = {"card": "card", "us_bank_account": "ach"}


def id_of(field: str | stripe.StripeObject | None) -> str | None:
    """Return the id behind an expandable field, expanded or not."""
    return field if field is None or isinstance(field, str) else str(field["id"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeParts:
    """What hangs on a charge: all its refunds, their rows expanded, and all its disputes."""

    refunds: Sequence[stripe.Refund] = ()
    disputes: Sequence[stripe.Dispute] = ()


def checkout_facts(checkout: stripe.checkout.Session, charges: Sequence[ChargeFacts] = ()) -> CheckoutFacts:
    """Translate a checkout session; our marks come from its metadata, a late failure from its charges."""
    is_owed = (checkout.status, checkout.payment_status) == ("complete", "unpaid")
    return CheckoutFacts(
        checkout_id=checkout.id,
        status=str(checkout.status),
        payment_status=str(checkout.payment_status),
        livemode=checkout.livemode,
        instance=_mark(checkout, "almoner"),
        gift=_mark(checkout, "gift"),
        pledge=_mark(checkout, "pledge"),
        subscription_id=id_of(checkout.subscription),
        has_failed=is_owed and bool(charges) and all(charge.status == "failed" for charge in charges),
    )


def charge_facts(charge: stripe.Charge, checkout: stripe.checkout.Session | None, parts: ChargeParts) -> ChargeFacts:
    """Translate a charge; our marks are looked for on the charge, its payment intent, then its checkout.

    The first of the three that carries either mark is believed as a whole: halves of two marks are never joined.
    """
    bearers = (charge, charge.payment_intent, checkout)
    instance, gift = next((marks for marks in map(_marks, bearers) if any(marks)), (None, None))
    return ChargeFacts(
        charge_id=charge.id,
        status=str(charge.status),
        livemode=charge.livemode,
        amount_cents=charge.amount,
        currency=charge.currency,
        created_at=from_epoch(charge.created),
        method=_method(charge),
        instance=instance,
        gift=gift,
        balance_transaction=_booked(charge.balance_transaction),
        failure_balance_transaction=_booked(charge.failure_balance_transaction),
        refunds=tuple(map(refund_facts, parts.refunds)),
        disputes=tuple(map(dispute_facts, parts.disputes)),
    )


def refund_facts(refund: stripe.Refund) -> RefundFacts:
    """Translate a refund; Stripe leaves the failure's row out of its answer until there is one."""
    failure = refund.failure_balance_transaction if "failure_balance_transaction" in refund else None
    return RefundFacts(
        refund_id=refund.id,
        charge_id=id_of(refund.charge),
        status=str(refund.status),
        amount_cents=refund.amount,
        currency=refund.currency,
        created_at=from_epoch(refund.created),
        instance=_mark(refund, "almoner"),
        reference=_mark(refund, "refund"),
        balance_transaction=_booked(refund.balance_transaction),
        failure_balance_transaction=_booked(failure),
    )


def dispute_facts(dispute: stripe.Dispute) -> DisputeFacts:
    """Translate a dispute or inquiry with every row by which it moved money."""
    due_by = dispute.evidence_details.due_by
    return DisputeFacts(
        dispute_id=dispute.id,
        charge_id=str(id_of(dispute.charge)),
        status=str(dispute.status),
        amount_cents=dispute.amount,
        currency=dispute.currency,
        reason=str(dispute.reason),
        created_at=from_epoch(dispute.created),
        is_charge_refundable=dispute.is_charge_refundable,
        evidence_due_at=None if due_by is None else from_epoch(due_by),
        balance_transactions=tuple(map(balance_transaction, dispute.balance_transactions)),
    )


def payout_facts(payout: stripe.Payout, rows: Sequence[stripe.BalanceTransaction] | None) -> PayoutFacts:
    """Translate a payout; `rows` are all that Stripe lists of it, and its own is left out."""
    own = _booked(payout.balance_transaction)
    parts = None if rows is None else tuple(map(balance_transaction, rows))
    return PayoutFacts(
        payout_id=payout.id,
        status=str(payout.status),
        livemode=payout.livemode,
        amount_cents=payout.amount,
        currency=payout.currency,
        is_automatic=payout.automatic,
        reconciliation_status=str(payout.reconciliation_status),
        created_at=from_epoch(payout.created),
        arrival_on=from_epoch(payout.arrival_date).date(),
        balance_transaction=own,
        failure_balance_transaction=_booked(payout.failure_balance_transaction),
        rows=None if parts is None else tuple(row for row in parts if own is None or row.id != own.id),
    )


def balance_transaction(row: stripe.BalanceTransaction) -> BalanceTransaction:
    """Translate one row of Stripe's own book as it is read, whatever its type is called."""
    return BalanceTransaction(
        id=row.id,
        type=str(row.type),
        reporting_category=row.reporting_category,
        amount_cents=row.amount,
        fee_cents=row.fee,
        currency=row.currency,
        source_id=id_of(row.source),
        created_at=from_epoch(row.created),
        available_on=from_epoch(row.available_on),
    )


def _booked(row: str | stripe.BalanceTransaction | None) -> BalanceTransaction | None:
    """Translate the row if it is there yet; it was asked for expanded, so a bare id is a broken contract."""
    if isinstance(row, str):
        raise TypeError("balance_transaction was not expanded")
    return None if row is None else balance_transaction(row)


def _method(charge: stripe.Charge) -> Method:
    details = charge.payment_method_details
    return "other" if details is None else _METHODS.get(details.type, "other")


def _marks(bearer: str | stripe.StripeObject | None) -> tuple[str | None, str | None]:
    if bearer is None or isinstance(bearer, str):
        return None, None
    return _mark(bearer, "almoner"), _mark(bearer, "gift")


def _mark(bearer: stripe.StripeObject, name: str) -> str | None:
    metadata = bearer["metadata"]
    return str(metadata[name]) if metadata is not None and name in metadata else None
