"""Room: gateways. Stripe's objects become our frozen facts; a missing field raises, an unknown word passes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from donations.clock import from_epoch
from donations.ports import BalanceTransaction, ChargeFacts, CheckoutFacts, Method

if TYPE_CHECKING:
    import stripe
    import stripe.checkout

_METHODS: Mapping[str, Method] = {"card": "card", "us_bank_account": "ach"}


def id_of(field: str | stripe.StripeObject | None) -> str | None:
    """Return the id behind an expandable field, expanded or not."""
    return field if field is None or isinstance(field, str) else str(field["id"])


def checkout_facts(checkout: stripe.checkout.Session) -> CheckoutFacts:
    """Translate a checkout session; our marks come from its metadata."""
    return CheckoutFacts(
        checkout_id=checkout.id,
        status=str(checkout.status),
        payment_status=str(checkout.payment_status),
        livemode=checkout.livemode,
        instance=_mark(checkout, "almoner"),
        gift=_mark(checkout, "gift"),
    )


def charge_facts(charge: stripe.Charge, checkout: stripe.checkout.Session | None) -> ChargeFacts:
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
