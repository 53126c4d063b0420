"""Monthly gifts through the production gateway: what goes out, and how each charge finds its pledge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
from stripe.params import SubscriptionUpdateParamsItemPriceData

from donations.errors import StripeAwayError, StripeRefusedError
from donations.simulator import control, pledge_control
from tests.simulator.pledging import family, monthly, pledge
from tests.simulator.world import INSTANCE, World


def test_what_a_monthly_checkout_asks_for_is_exactly_the_order(world: World) -> None:
    order = monthly(world, amount_cents=13_000, fee_cover_cents=419)
    world.payments.open_checkout(order, world.permit)
    sent = [dict(parse_qsl(body)) for path, body in world.stripe.posted if path == "/v1/checkout/sessions"]
    assert sent == [
        {
            "mode": "subscription",
            "ui_mode": "hosted_page",
            "submit_type": "donate",
            "line_items[0][quantity]": "1",
            "line_items[0][price_data][currency]": "usd",
            "line_items[0][price_data][unit_amount]": "13000",
            "line_items[0][price_data][product]": "almoner_almoner_example_children",
            "line_items[0][price_data][recurring][interval]": "month",
            "line_items[1][quantity]": "1",
            "line_items[1][price_data][currency]": "usd",
            "line_items[1][price_data][unit_amount]": "419",
            "line_items[1][price_data][product]": "almoner_almoner_example_operations",
            "line_items[1][price_data][recurring][interval]": "month",
            "client_reference_id": order.reference,
            "metadata[almoner]": INSTANCE,
            "metadata[pledge]": order.reference,
            "subscription_data[metadata][almoner]": INSTANCE,
            "subscription_data[metadata][pledge]": order.reference,
            "allowed_payment_method_types[0]": "card",
            "allowed_payment_method_types[1]": "link",
            "allowed_payment_method_types[2]": "us_bank_account",
            "adaptive_pricing[enabled]": "false",
            "billing_address_collection": "auto",
            "customer_email": "donor@example.org",
            "locale": "en",
            "expires_at": str(int(order.expires_at.timestamp())),
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
        }
    ]


def test_the_first_months_charge_comes_with_its_invoice_and_its_split(world: World) -> None:
    made = pledge(world, amount_cents=13_000, fee_cover_cents=419)
    told = family(world, "checkout.session", made.checkout_id)
    assert told.checkout is not None
    assert (told.checkout.status, told.checkout.payment_status) == ("complete", "paid")
    assert (told.checkout.instance, told.checkout.gift) == (INSTANCE, None)
    assert (told.checkout.pledge, told.checkout.subscription_id) == (made.reference, made.subscription_id)
    (charge,) = told.charges
    assert (charge.charge_id, charge.status, charge.amount_cents) == (made.charge_id, "succeeded", 13_419)
    assert charge.balance_transaction is not None
    assert charge.balance_transaction.amount_cents == 13_419
    billed = charge.invoice
    assert billed is not None
    assert (billed.instance, billed.pledge, billed.status) == (INSTANCE, made.reference, "paid")
    assert (billed.children_cents, billed.operations_cents) == (13_000, 419)
    assert (billed.amount_due_cents, billed.amount_paid_cents) == (13_419, 13_419)
    assert (billed.subscription_id, billed.attempt_count) == (made.subscription_id, 1)
    assert told.invoices == ()
    assert told.subscription is not None
    assert (told.subscription.pledge, told.subscription.status) == (made.reference, "active")


def test_every_way_to_a_charge_leads_to_the_same_facts(world: World) -> None:
    made = pledge(world, amount_cents=5_000, fee_cover_cents=175)
    renewed = pledge_control.renew(world.stripe, made.reference)
    charge = world.raw.charges.retrieve(str(renewed.charge_id))
    payment = world.raw.invoice_payments.list({"invoice": str(renewed.invoice_id)}).data[0]
    told = [
        family(world, kind, object_id)
        for kind, object_id in (
            ("charge", renewed.charge_id),
            ("payment_intent", str(charge.payment_intent)),
            ("invoice", renewed.invoice_id),
            ("invoice_payment", payment.id),
            ("balance_transaction", str(charge.balance_transaction)),
        )
    ]
    assert [facts.charges for facts in told] == [told[0].charges] * 5
    first = family(world, "checkout.session", made.checkout_id)
    assert first.charges == family(world, "charge", made.charge_id).charges
    assert told[0].charges[0].invoice is not None
    assert told[0].charges[0].invoice.pledge == made.reference


def test_a_renewals_charge_carries_no_mark_and_still_finds_its_pledge(world: World) -> None:
    made = pledge(world)
    renewed = pledge_control.renew(world.stripe, made.reference)
    raw = world.raw.charges.retrieve(str(renewed.charge_id), {"expand": ["payment_intent"]})
    assert raw.metadata.to_dict() == {}
    (charge,) = family(world, "charge", renewed.charge_id).charges
    assert (charge.instance, charge.gift) == (None, None)
    assert charge.invoice is not None
    assert (charge.invoice.instance, charge.invoice.pledge) == (INSTANCE, made.reference)
    assert charge.charge_id != made.charge_id


def test_a_gift_given_once_has_no_invoice(world: World) -> None:
    told = family(world, "charge", world.gift())
    assert told.charges[0].invoice is None
    assert (told.subscription, told.invoices) == (None, ())


def test_a_failed_renewal_is_told_with_its_tries_and_when_the_next_one_comes(world: World) -> None:
    made = pledge(world)
    renewed = pledge_control.renew(world.stripe, made.reference, decline="insufficient_funds")
    told = family(world, "invoice", renewed.invoice_id)
    assert [charge.status for charge in told.charges] == ["failed"]
    (billed,) = told.invoices
    assert (billed.status, billed.attempt_count, billed.amount_paid_cents) == ("open", 1, 0)
    assert billed.next_attempt_at is not None
    assert billed.next_attempt_at.date() == (world.stripe.clock.now() + timedelta(days=3)).date()
    assert told.subscription is not None
    assert told.subscription.status == "past_due"
    again = pledge_control.renew(world.stripe, made.reference)
    assert (again.invoice_id, again.is_paid) == (renewed.invoice_id, True)
    recovered = family(world, "invoice", renewed.invoice_id)
    assert sorted(charge.status for charge in recovered.charges) == ["failed", "succeeded"]
    assert recovered.invoices == ()
    assert recovered.subscription is not None
    assert recovered.subscription.status == "active"


def test_a_line_of_another_product_counts_for_no_fund(world: World) -> None:
    made = pledge(world, amount_cents=5_000, fee_cover_cents=100)
    world.raw.products.create({"id": "shop", "name": "A cap"})
    part = world.raw.subscriptions.retrieve(made.subscription_id)["items"].data[0]
    price: SubscriptionUpdateParamsItemPriceData = {
        "currency": "usd",
        "product": "shop",
        "recurring": {"interval": "month"},
        "unit_amount": 900,
    }
    world.raw.subscriptions.update(
        made.subscription_id, {"items": [{"id": part.id, "price_data": price}], "proration_behavior": "none"}
    )
    renewed = pledge_control.renew(world.stripe, made.reference)
    (charge,) = family(world, "charge", renewed.charge_id).charges
    assert charge.invoice is not None
    assert (charge.amount_cents, charge.invoice.children_cents, charge.invoice.operations_cents) == (1_000, 0, 100)


def test_how_a_subscription_stands_is_told_for_it_its_customer_and_its_card(world: World) -> None:
    made = pledge(world, at=datetime(2027, 1, 31, 9, 0, tzinfo=UTC))
    card = str(world.raw.subscriptions.retrieve(made.subscription_id).default_payment_method)
    told = [
        family(world, kind, object_id).subscription
        for kind, object_id in (
            ("subscription", made.subscription_id),
            ("customer", made.customer_id),
            ("payment_method", card),
        )
    ]
    assert told == [told[0]] * 3
    facts = told[0]
    assert facts is not None
    assert (facts.subscription_id, facts.customer_id) == (made.subscription_id, made.customer_id)
    assert (facts.instance, facts.pledge, facts.status) == (INSTANCE, made.reference, "active")
    assert (facts.cancel_at, facts.is_paused, facts.paused_until) == (None, False, None)
    assert facts.period_end is not None
    assert facts.period_end.date().isoformat() == "2027-02-28"


def test_a_pause_is_told_with_its_end(world: World) -> None:
    made = pledge(world)
    until = int((world.stripe.clock.now() + timedelta(days=90)).timestamp())
    world.raw.subscriptions.update(
        made.subscription_id, {"pause_collection": {"behavior": "void", "resumes_at": until}}
    )
    facts = family(world, "subscription", made.subscription_id).subscription
    assert facts is not None
    assert facts.is_paused
    assert facts.paused_until == datetime.fromtimestamp(until, tz=UTC)
    assert facts.status == "active"
    world.raw.subscriptions.update(made.subscription_id, {"pause_collection": ""})
    world.raw.subscriptions.pause(made.subscription_id)
    facts = family(world, "subscription", made.subscription_id).subscription
    assert facts is not None
    assert (facts.is_paused, facts.paused_until, facts.status) == (True, None, "paused")


def test_a_deleted_customers_pledge_is_told_as_ended(world: World) -> None:
    made = pledge(world)
    world.raw.customers.delete(made.customer_id)
    facts = family(world, "customer", made.customer_id).subscription
    assert facts is not None
    assert (facts.pledge, facts.status) == (made.reference, "canceled")
    assert facts.cancel_at is not None


def test_a_customer_without_a_pledge_of_ours_is_nothing(world: World) -> None:
    customer = world.raw.customers.create({"email": "other@example.org"})
    assert world.payments.fetch_family("customer", customer.id) is None


def test_an_ended_pledge_ends_again_without_fault_and_an_unknown_one_is_refused(world: World) -> None:
    made = pledge(world)
    for _ in range(2):
        world.payments.cancel_pledge(made.subscription_id, key=f"cancel/{made.reference}")
    facts = family(world, "subscription", made.subscription_id).subscription
    assert facts is not None
    assert facts.status == "canceled"
    with pytest.raises(StripeRefusedError):
        world.payments.cancel_pledge("sub_sim_none", key="cancel/p_none")


def test_the_portals_configuration_is_made_once_and_found_by_every_gateway(world: World) -> None:
    made = pledge(world)
    first = world.payments.open_portal(made.customer_id, world.permit, return_url="https://example.org/me")
    control.advance(world.stripe, timedelta(days=2))  # Stripe has forgotten the key under which it was made.
    second = world.open_payments().open_portal(made.customer_id, world.permit, return_url="https://example.org/me")
    assert first != second
    (configuration,) = world.raw.billing_portal.configurations.list().data
    features = configuration.features
    assert features.subscription_cancel.enabled
    assert features.subscription_cancel.mode == "at_period_end"
    assert features.payment_method_update.enabled
    assert features.invoice_history.enabled
    assert features.subscription_pause.enabled
    assert not features.subscription_update.enabled


def test_where_the_accounts_portal_cannot_pause_it_opens_without(world: World) -> None:
    with world.stripe.cabinet.open() as drawer:
        drawer.keep("portal_pauses", "no")
    world.payments.open_portal(pledge(world).customer_id, world.permit, return_url="https://example.org/me")
    (configuration,) = world.raw.billing_portal.configurations.list().data
    assert not configuration.features.subscription_pause.enabled
    assert configuration.features.subscription_cancel.enabled


def test_the_portal_of_an_unknown_customer_is_refused_and_of_a_stripe_that_is_away_waits(world: World) -> None:
    with pytest.raises(StripeRefusedError):
        world.payments.open_portal("cus_sim_none", world.permit, return_url="https://example.org/me")
    control.order_outage(world.stripe, timedelta(hours=1))
    with pytest.raises(StripeAwayError):
        world.payments.open_portal("cus_sim_none", world.permit, return_url="https://example.org/me")


def test_a_monthly_checkout_made_behind_a_server_error_is_found_and_not_made_twice(world: World) -> None:
    order = monthly(world)
    control.order_fault(world.stripe, "checkout.sessions.create", "server_error_after")
    with pytest.raises(StripeAwayError):
        world.payments.open_checkout(order, world.permit)
    opened = world.payments.open_checkout(order, world.permit)
    assert [session.id for session in world.raw.checkout.sessions.list().data] == [opened.checkout_id]
