"""What others than our checkout bill at the simulated Stripe: prices, kept cards, invoices, subscriptions, trials."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import stripe

from donations.simulator import control
from donations.simulator.billing_operations import BILLING_OPERATIONS
from donations.simulator.contract import find_faults
from tests.simulator.world import World, resource

KINDS = {
    "charge": "Charge",
    "customer": "Customer",
    "invoice": "Invoice",
    "invoice_payment": "InvoicePayment",
    "invoiceitem": "InvoiceItem",
    "payment_intent": "PaymentIntent",
    "payment_method": "PaymentMethod",
    "price": "Price",
    "product": "Product",
    "subscription": "Subscription",
}


def sold(world: World, **wish: object) -> str:
    """Make a monthly price of $20.00."""
    product = world.raw.products.create({"name": "Sold by others"}).id
    asked: Any = {"product": product, "unit_amount": 2_000, "currency": "usd", "recurring": {"interval": "month"}}
    return world.raw.prices.create(asked | wish).id


def customer(world: World, card: str | None = "pm_card_visa") -> str:
    """Make a customer, with a card as the one to be charged unless None."""
    if card is None:
        return world.raw.customers.create({"email": "a@example.org"}).id
    settings: Any = {"default_payment_method": card}
    return world.raw.customers.create({"payment_method": card, "invoice_settings": settings}).id


def invoiced(world: World, owner: str, **wish: object) -> str:
    """Draft an invoice of one item of $20.00."""
    world.raw.invoice_items.create({"customer": owner, "amount": 2_000, "currency": "usd", "description": "Socks"})
    asked: Any = {"customer": owner, "pending_invoice_items_behavior": "include"}
    return world.raw.invoices.create(asked | wish).id


def told(world: World) -> list[str]:
    """Return the kinds of every event, oldest first."""
    return [str(event.type) for event in world.raw.events.list({"limit": 100}).data][::-1]


def test_every_operation_is_answered_and_every_event_told_as_the_sdk_says(world: World) -> None:
    price, owner = sold(world), customer(world)
    world.raw.prices.update(price, {"nickname": "Socks", "expand": ["product"]})
    product = world.raw.products.create({"name": "Nothing"}).id
    world.raw.products.update(product, {"name": "Less"})
    assert world.raw.products.delete(product).deleted
    card = world.raw.payment_methods.create({"type": "card", "card": {"token": "tok_mastercard"}}).id
    world.raw.payment_methods.attach(card, {"customer": owner})
    world.raw.payment_methods.update(card, {"billing_details": {"name": "A"}, "metadata": {"a": "b"}})
    world.raw.payment_methods.detach(card)
    item = world.raw.invoice_items.create({"customer": owner, "amount": 100, "currency": "usd"}).id
    world.raw.invoice_items.retrieve(item)
    assert world.raw.invoice_items.delete(item).deleted
    world.raw.invoices.delete(invoiced(world, owner))
    paid = world.raw.invoices.update(invoiced(world, owner), {"description": "Socks"}).id
    world.raw.invoices.finalize_invoice(paid)
    world.raw.invoices.pay(paid)
    mailed = world.raw.customers.create({"email": "b@example.org"}).id
    sent = invoiced(world, mailed, collection_method="send_invoice", days_until_due=7)
    world.raw.invoices.send_invoice(sent)
    world.raw.invoices.mark_uncollectible(sent)
    world.raw.invoices.void_invoice(sent)
    world.raw.subscriptions.create({"customer": owner, "items": [{"price": price}], "trial_period_days": 1})
    assert len(world.raw.invoice_items.list().data) == 3
    played = {call.split()[0] + call.split("/")[2] for call in world.stripe.calls}
    assert {operation.verb + operation.path.split("/")[2] for operation in BILLING_OPERATIONS} <= played
    assert world.stripe.checked == len(world.stripe.calls)
    for event in world.raw.events.list({"limit": 100}).data:
        about = event.data.object.to_dict(for_json=True)
        assert find_faults(resource(KINDS[about["object"]]), about) == [], event.type


def test_a_subscription_by_the_api_takes_its_first_month_at_once_and_the_next_by_the_calendar(world: World) -> None:
    begun = world.raw.subscriptions.create({"customer": customer(world), "items": [{"price": sold(world)}]})
    assert begun.status == "active"
    invoice = world.raw.invoices.retrieve(str(begun.latest_invoice))
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == ("paid", 2_000, "subscription_create")
    assert control.read_book(world.stripe).gross_cents == 2_000
    control.advance(world.stripe, timedelta(days=32))
    assert control.read_book(world.stripe).gross_cents == 4_000
    assert world.raw.invoices.list().data[0].billing_reason == "subscription_cycle"


def test_a_first_month_that_is_declined_waits_23_hours_and_is_given_up(world: World) -> None:
    owner = customer(world, "pm_card_chargeCustomerFail")
    begun = world.raw.subscriptions.create({"customer": owner, "items": [{"price": sold(world)}]})
    assert begun.status == "incomplete"
    assert {"charge.failed", "invoice.payment_failed"} <= set(told(world))
    control.advance(world.stripe, timedelta(hours=24))
    assert world.raw.subscriptions.retrieve(begun.id).status == "incomplete_expired"
    assert world.raw.invoices.retrieve(str(begun.latest_invoice)).status == "void"
    assert control.read_book(world.stripe).lines == ()


def test_a_first_month_paid_within_its_hours_makes_the_subscription_active(world: World) -> None:
    owner = customer(world, "pm_card_threeDSecure2Required")
    begun = world.raw.subscriptions.create({"customer": owner, "items": [{"price": sold(world)}]})
    good = world.raw.payment_methods.attach("pm_card_visa", {"customer": owner}).id
    world.raw.invoices.pay(str(begun.latest_invoice), {"payment_method": good})
    control.advance(world.stripe, timedelta(hours=24))
    assert world.raw.subscriptions.retrieve(begun.id).status == "active"
    assert control.read_book(world.stripe).gross_cents == 2_000


def test_a_trial_costs_nothing_is_warned_of_and_becomes_a_month(world: World) -> None:
    asked: Any = {"customer": customer(world), "items": [{"price": sold(world)}], "trial_period_days": 7}
    begun = world.raw.subscriptions.create(asked)
    assert (begun.status, control.read_book(world.stripe).lines) == ("trialing", ())
    assert world.raw.invoices.retrieve(str(begun.latest_invoice)).total == 0
    assert "customer.subscription.trial_will_end" not in told(world)
    control.advance(world.stripe, timedelta(days=5))
    assert "customer.subscription.trial_will_end" in told(world)
    control.advance(world.stripe, timedelta(days=3))
    assert world.raw.subscriptions.retrieve(begun.id).status == "active"
    assert control.read_book(world.stripe).gross_cents == 2_000


def test_a_trial_without_a_card_sleeps_where_it_was_so_asked(world: World) -> None:
    ends: Any = {"end_behavior": {"missing_payment_method": "pause"}}
    asked: Any = {"customer": customer(world, None), "items": [{"price": sold(world)}], "trial_settings": ends}
    begun = world.raw.subscriptions.create(asked | {"trial_period_days": 7})
    assert world.raw.subscriptions.update(begun.id, {"trial_end": "now"}).status == "paused"
    assert told(world)[-1] == "customer.subscription.paused"
    control.advance(world.stripe, timedelta(days=60))
    assert control.read_book(world.stripe).lines == ()


def test_a_declined_invoice_tells_a_card_error_and_keeps_what_was_tried(world: World) -> None:
    owner = customer(world, "pm_card_chargeCustomerFail")
    invoice = invoiced(world, owner)
    with pytest.raises(stripe.CardError) as declined:
        world.raw.invoices.pay(invoice, {}, {"idempotency_key": "once"})
    assert (declined.value.code, declined.value.http_status) == ("card_declined", 402)
    with pytest.raises(stripe.CardError):
        world.raw.invoices.pay(invoice, {}, {"idempotency_key": "once"})
    assert world.raw.invoices.retrieve(invoice).attempt_count == 1
    waits = invoiced(world, customer(world, "pm_card_threeDSecure2Required"))
    with pytest.raises(stripe.CardError) as asked:
        world.raw.invoices.pay(waits)
    assert asked.value.code == "invoice_payment_intent_requires_action"
    assert control.read_book(world.stripe).lines == ()


def test_a_key_pays_an_invoice_once_and_a_paid_one_is_not_paid_again(world: World) -> None:
    invoice = invoiced(world, customer(world))
    for _ in range(2):
        assert world.raw.invoices.pay(invoice, {}, {"idempotency_key": "k"}).status == "paid"
    with pytest.raises(stripe.InvalidRequestError) as again:
        world.raw.invoices.pay(invoice)
    assert again.value.code == "invoice_already_paid"
    assert control.read_book(world.stripe).gross_cents == 2_000
    (payment,) = world.raw.invoice_payments.list({"invoice": invoice}).data
    assert (payment.status, payment.amount_paid) == ("paid", 2_000)


def test_an_invoice_left_to_stripe_is_finalised_and_taken_after_an_hour(world: World) -> None:
    invoice = invoiced(world, customer(world), auto_advance=True)
    control.advance(world.stripe, timedelta(hours=2))
    assert world.raw.invoices.retrieve(invoice).status == "paid"
    left = invoiced(world, customer(world))
    control.advance(world.stripe, timedelta(days=9))
    assert world.raw.invoices.retrieve(left).status == "draft"


@pytest.mark.parametrize(
    ("act", "code", "param"),
    [
        (
            lambda w: w.raw.prices.create({"product": "none", "unit_amount": 1, "currency": "usd"}),
            "resource_missing",
            "product",
        ),
        (lambda w: w.raw.payment_methods.attach("pm_card_none", {"customer": customer(w)}), "resource_missing", "id"),
        (lambda w: w.raw.invoices.create({"customer": "none"}), "resource_missing", "customer"),
        (lambda w: w.raw.invoices.create({"customer": customer(w), "days_until_due": 7}), None, "days_until_due"),
        (lambda w: w.raw.invoices.pay("none"), "resource_missing", "id"),
        (lambda w: w.raw.invoices.pay(invoiced(w, customer(w, None))), "resource_missing", None),
        (lambda w: w.raw.invoices.void_invoice(invoiced(w, customer(w))), None, None),
        (
            lambda w: w.raw.invoices.pay(invoiced(w, customer(w)), {"payment_method": _other_card(w)}),
            "resource_missing",
            "payment_method",
        ),
        (
            lambda w: w.raw.subscriptions.create({"customer": customer(w, None), "items": [{"price": sold(w)}]}),
            "resource_missing",
            "customer",
        ),
        (
            lambda w: w.raw.subscriptions.create({"customer": customer(w), "items": [{"price": _once(w)}]}),
            None,
            "items[0][price]",
        ),
        (
            lambda w: w.raw.subscriptions.create(
                {"customer": customer(w), "items": [{"price": sold(w, active=False)}]}
            ),
            None,
            "items[0][price]",
        ),
        (lambda w: w.raw.products.delete(w.raw.prices.retrieve(sold(w)).product), None, None),
        (lambda w: w.raw.invoices.delete(_finalised(w)), "invoice_not_editable", None),
        (lambda w: w.raw.invoices.finalize_invoice(_finalised(w)), "invoice_not_editable", None),
    ],
)
def test_what_stripe_would_refuse_is_refused_for_the_same_reason_and_leaves_no_money(
    world: World, act: Callable[[World], object], code: str | None, param: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        act(world)
    assert (refusal.value.code, refusal.value.param) == (code, param)
    assert control.read_book(world.stripe).lines == ()


def _other_card(world: World) -> str:
    return world.raw.payment_methods.attach("pm_card_visa", {"customer": customer(world, None)}).id


def _once(world: World) -> str:
    product = world.raw.products.create({"name": "Once"}).id
    return world.raw.prices.create({"product": product, "unit_amount": 500, "currency": "usd"}).id


def _finalised(world: World) -> str:
    return world.raw.invoices.finalize_invoice(invoiced(world, customer(world))).id
