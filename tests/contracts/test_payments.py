"""What any card processor behind `ports.Payments` promises; with a key, Stripe's sandbox is asked the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from donations.errors import StripeRefusedError
from tests.contracts.counterparts import PERMIT, Counterpart
from tests.simulator.world import INSTANCE


def test_the_same_key_opens_the_same_checkout(counterpart: Counterpart) -> None:
    order = counterpart.order()
    opened = counterpart.payments.open_checkout(order, PERMIT)
    assert counterpart.payments.open_checkout(order, PERMIT) == opened
    assert opened.expires_at == order.expires_at.replace(microsecond=0)
    assert opened.url.startswith("http")


def test_another_key_opens_another_checkout(counterpart: Counterpart) -> None:
    first = counterpart.payments.open_checkout(counterpart.order(), PERMIT)
    second = counterpart.payments.open_checkout(counterpart.order(), PERMIT)
    assert first.checkout_id != second.checkout_id


def test_a_key_with_other_parameters_is_refused(counterpart: Counterpart) -> None:
    order = counterpart.order()
    counterpart.payments.open_checkout(order, PERMIT)
    with pytest.raises(StripeRefusedError):
        counterpart.payments.open_checkout(replace(order, amount_cents=order.amount_cents + 1), PERMIT)


def test_an_open_checkout_has_our_marks_and_no_charge(counterpart: Counterpart) -> None:
    order = counterpart.order()
    opened = counterpart.payments.open_checkout(order, PERMIT)
    family = counterpart.payments.fetch_family("checkout.session", opened.checkout_id)
    assert family is not None
    assert family.checkout is not None
    assert (family.checkout.status, family.checkout.payment_status) == ("open", "unpaid")
    assert (family.checkout.instance, family.checkout.gift) == (INSTANCE, order.reference)
    assert family.checkout.livemode is False
    assert family.charges == ()


def test_a_charge_is_told_with_its_amount_marks_and_fee_as_read(counterpart: Counterpart) -> None:
    order = counterpart.order()
    charge_id = counterpart.charge(order)
    family = counterpart.payments.fetch_family("charge", charge_id)
    assert family is not None
    (charge,) = family.charges
    assert (charge.charge_id, charge.status, charge.method, charge.currency) == (
        charge_id,
        "succeeded",
        "card",
        "usd",
    )
    assert (charge.instance, charge.gift) == (INSTANCE, order.reference)
    assert charge.amount_cents == order.amount_cents + order.fee_cover_cents
    row = charge.balance_transaction
    assert row is None or (row.amount_cents, row.source_id) == (charge.amount_cents, charge_id)


def test_balance_transactions_are_listed_from_an_instant(counterpart: Counterpart) -> None:
    charges = {counterpart.charge(counterpart.order()) for _ in range(2)}
    since = datetime.now(tz=UTC) - timedelta(hours=1)
    sources = {row.source_id for row in counterpart.payments.list_balance_transactions(created_from=since)}
    assert charges <= sources


def test_an_object_nobody_knows_is_refused_and_a_kind_without_money_is_nothing(counterpart: Counterpart) -> None:
    for kind in (
        "checkout.session",
        "payment_intent",
        "charge",
        "balance_transaction",
        "refund",
        "dispute",
        "payout",
    ):
        with pytest.raises(StripeRefusedError):
            counterpart.payments.fetch_family(kind, "xx_unknown")
    for kind in ("balance", "product", "a.kind.of.tomorrow", ""):
        assert counterpart.payments.fetch_family(kind, "xx_unknown") is None
    assert counterpart.payments.fetch_family("charge", "") is None
