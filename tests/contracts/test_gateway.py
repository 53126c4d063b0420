"""The production gateway under bad luck: which faults may pass, what is looked up, when it stops asking."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
import stripe

from donations.errors import SettingsRefusedError, StripeAwayError, StripeRefusedError
from donations.gateways import stripe_calls
from donations.gateways.breaker import FAULTS_MAX, PAUSE_SECONDS, Breaker
from donations.ports import ChargeFacts
from donations.simulator import control
from tests.simulator.world import INSTANCE, CheckedStripe, World

PASSING = ["conflict", "rate_limit", "server_error", "timeout", "cut"]


@pytest.mark.parametrize("kind", PASSING)
def test_a_fault_that_passes_is_away_and_afterwards_the_same_order_opens(world: World, kind: str) -> None:
    order = world.order()
    control.order_fault(world.stripe, "checkout.sessions.create", kind, calls=9)
    with pytest.raises(StripeAwayError):
        world.payments.open_checkout(order, world.permit)
    (rule,) = control.list_faults(world.stripe)
    assert rule.fired == {"rate_limit": 1, "server_error": 1}.get(kind, 3)
    control.clear_faults(world.stripe)
    if kind == "server_error":
        control.advance(world.stripe, timedelta(hours=24))
        order = world.order()
    opened = world.payments.open_checkout(order, world.permit)
    assert world.payments.open_checkout(order, world.permit) == opened
    assert len(world.raw.checkout.sessions.list().data) == 1


@pytest.mark.parametrize("kind", ["conflict", "timeout", "cut", "lost_answer"])
def test_one_short_fault_is_ridden_out_by_the_sdk_under_the_same_key(world: World, kind: str) -> None:
    control.order_fault(world.stripe, "checkout.sessions.create", kind)
    world.open()
    assert [rule.fired for rule in control.list_faults(world.stripe)] == [1]
    assert len(world.raw.checkout.sessions.list().data) == 1


def test_a_checkout_made_behind_a_server_error_is_found_and_not_made_twice(world: World) -> None:
    order = world.order()
    control.order_fault(world.stripe, "checkout.sessions.create", "server_error_after")
    with pytest.raises(StripeAwayError):
        world.payments.open_checkout(order, world.permit)
    opened = world.payments.open_checkout(order, world.permit)
    assert [session.id for session in world.raw.checkout.sessions.list().data] == [opened.checkout_id]
    assert world.payments.open_checkout(order, world.permit) == opened


def test_a_replayed_fault_that_made_nothing_stays_away(world: World) -> None:
    order = world.order()
    other = world.open()
    control.order_fault(world.stripe, "checkout.sessions.create", "server_error")
    for _ in range(3):
        with pytest.raises(StripeAwayError):
            world.payments.open_checkout(order, world.permit)
    assert [session.id for session in world.raw.checkout.sessions.list().data] == [other]


def test_what_is_looked_up_is_this_very_attempt_and_no_earlier_one(world: World) -> None:
    first = world.order()
    world.payments.open_checkout(first, world.permit)
    second = replace(first, key=f"checkout/{first.reference}/2", expires_at=first.expires_at + timedelta(minutes=1))
    control.order_fault(world.stripe, "checkout.sessions.create", "server_error")
    for _ in range(2):
        with pytest.raises(StripeAwayError):
            world.payments.open_checkout(second, world.permit)


def test_after_five_faults_in_a_row_nobody_waits_for_stripe_until_the_pause_is_over(world: World) -> None:
    control.order_outage(world.stripe, timedelta(hours=3))
    for _ in range(FAULTS_MAX):
        with pytest.raises(StripeAwayError):
            world.payments.fetch_family("charge", "ch_sim_1")
    asked = len(world.stripe.calls)
    with pytest.raises(StripeAwayError):
        world.payments.fetch_family("charge", "ch_sim_1")
    assert len(world.stripe.calls) == asked
    world.breaker_seconds += PAUSE_SECONDS
    with pytest.raises(StripeAwayError):
        world.payments.fetch_family("charge", "ch_sim_1")
    assert len(world.stripe.calls) > asked
    control.advance(world.stripe, timedelta(hours=4))
    world.breaker_seconds += PAUSE_SECONDS
    world.gift()


def test_only_faults_in_a_row_open_the_breaker(world: World) -> None:
    charge_id = world.gift()
    control.order_fault(world.stripe, "charges.retrieve", "rate_limit", calls=FAULTS_MAX - 1)
    control.order_fault(
        world.stripe, "charges.retrieve", "rate_limit", from_call=FAULTS_MAX + 1, calls=FAULTS_MAX - 1
    )
    outcomes = []
    for _ in range(2 * FAULTS_MAX):
        try:
            outcomes.append(world.payments.fetch_family("charge", charge_id) is not None)
        except StripeAwayError:
            outcomes.append(False)
    assert outcomes == [*[False] * 4, True, *[False] * 4, True]


def test_while_half_open_one_caller_tries_and_the_others_do_not_wait() -> None:
    seconds = 0.0
    breaker = Breaker(tell_seconds=lambda: seconds)
    for _ in range(FAULTS_MAX):
        assert breaker.admit()
        breaker.note(is_fault=True)
    assert not breaker.admit()
    seconds = PAUSE_SECONDS
    assert [breaker.admit() for _ in range(3)] == [True, False, False]
    breaker.note(is_fault=True)
    assert not breaker.admit()
    seconds = 2 * PAUSE_SECONDS
    assert breaker.admit()
    breaker.note(is_fault=False)
    assert [breaker.admit() for _ in range(3)] == [True, True, True]


def test_a_refusal_does_not_open_the_breaker(world: World) -> None:
    for _ in range(2 * FAULTS_MAX):
        with pytest.raises(StripeRefusedError):
            world.payments.fetch_family("charge", "ch_sim_1")
    world.gift()


def test_what_goes_to_stripe_is_exactly_the_order(world: World) -> None:
    order = world.order(amount_cents=13_000, fee_cover_cents=419)
    world.payments.open_checkout(order, world.permit)
    sent = [dict(parse_qsl(body)) for path, body in world.stripe.posted if path == "/v1/checkout/sessions"]
    assert sent == [
        {
            "mode": "payment",
            "ui_mode": "hosted_page",
            "submit_type": "donate",
            "line_items[0][quantity]": "1",
            "line_items[0][price_data][currency]": "usd",
            "line_items[0][price_data][unit_amount]": "13000",
            "line_items[0][price_data][product]": "almoner_almoner_example_children",
            "line_items[1][quantity]": "1",
            "line_items[1][price_data][currency]": "usd",
            "line_items[1][price_data][unit_amount]": "419",
            "line_items[1][price_data][product]": "almoner_almoner_example_operations",
            "client_reference_id": order.reference,
            "metadata[almoner]": INSTANCE,
            "metadata[gift]": order.reference,
            "payment_intent_data[metadata][almoner]": INSTANCE,
            "payment_intent_data[metadata][gift]": order.reference,
            "allowed_payment_method_types[0]": "card",
            "allowed_payment_method_types[1]": "link",
            "allowed_payment_method_types[2]": "us_bank_account",
            "adaptive_pricing[enabled]": "false",
            "billing_address_collection": "auto",
            "customer_creation": "if_required",
            "customer_email": "donor@example.org",
            "locale": "en",
            "expires_at": str(int(order.expires_at.timestamp())),
            "success_url": order.success_url,
            "cancel_url": order.cancel_url,
        }
    ]


def test_without_fee_cover_there_is_one_line(world: World) -> None:
    world.open(fee_cover_cents=0)
    (body,) = [body for path, body in world.stripe.posted if path == "/v1/checkout/sessions"]
    assert "line_items[1]" not in body


def test_the_two_products_are_made_once_for_all_processes(world: World) -> None:
    world.open(fee_cover_cents=400)
    world.open(fee_cover_cents=400)
    other = world.open_payments()
    other.open_checkout(world.order(fee_cover_cents=400), world.permit)
    assert [path for path, _ in world.stripe.posted].count("/v1/products") == 2
    names = {product.name for product in world.raw.products.list().data}
    assert names == {"Gift to the Children's Clothing Fund", "Gift towards running costs"}


def test_a_product_that_someone_removed_is_made_anew_at_the_next_try(world: World) -> None:
    order = world.order()
    world.open()
    with world.stripe.cabinet.open() as drawer:
        drawer.sql.execute("DELETE FROM object WHERE type = 'product'")
        drawer.sql.execute("DELETE FROM idempotency WHERE key LIKE 'product/%'")
    with pytest.raises(StripeRefusedError):
        world.payments.open_checkout(order, world.permit)
    world.payments.open_checkout(order, world.permit)


def test_neither_refusals_nor_log_lines_repeat_what_stripe_wrote(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    order = replace(world.order(), email="not an address of secret.person")
    with caplog.at_level(logging.DEBUG), pytest.raises(StripeRefusedError) as refusal:
        world.payments.open_checkout(order, world.permit)
    assert "secret.person" not in caplog.text + refusal.value.sentence
    assert refusal.value.__cause__ is None
    assert "code=email_invalid" in caplog.text


@pytest.mark.parametrize("kind", ["checkout.session", "payment_intent", "charge", "balance_transaction"])
def test_every_member_of_a_family_leads_to_the_whole_family(world: World, kind: str) -> None:
    checkout_id = world.open(amount_cents=5_000)
    declined = control.decline(world.stripe, checkout_id, "insufficient_funds").charge_id
    paid = str(control.pay(world.stripe, checkout_id).charge_id)
    charge = world.raw.charges.retrieve(paid)
    names = {
        "checkout.session": checkout_id,
        "payment_intent": str(charge.payment_intent),
        "charge": str(declined),
        "balance_transaction": str(charge.balance_transaction),
    }
    family = world.payments.fetch_family(kind, names[kind])
    assert family is not None
    assert family.checkout is not None
    assert family.checkout.checkout_id == checkout_id
    assert [(charge.charge_id, charge.status) for charge in family.charges] == [
        (paid, "succeeded"),
        (declined, "failed"),
    ]


def test_a_late_fee_is_nothing_at_first_and_then_what_stripe_took(world: World) -> None:
    control.delay_fees(world.stripe, 3600)
    charge_id = world.gift(amount_cents=10_000)
    early = world.payments.fetch_family("charge", charge_id)
    control.advance(world.stripe, timedelta(hours=1))
    late = world.payments.fetch_family("charge", charge_id)
    assert early is not None
    assert late is not None
    assert early.charges[0].balance_transaction is None
    row = late.charges[0].balance_transaction
    assert row is not None
    assert (row.amount_cents, row.fee_cents) == (10_000, 320)
    assert row.reporting_category == "charge"


def sold(world: World, *, on_session: dict[str, str], on_intent: dict[str, str]) -> ChargeFacts:
    """Pay a checkout that another product on the same account opened, with these marks."""
    product = world.raw.products.create({"name": "Something else sold on this account"})
    session = world.raw.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [
                {"quantity": 2, "price_data": {"currency": "usd", "unit_amount": 700, "product": product.id}}
            ],
            "success_url": "https://example.org/a",
            "cancel_url": "https://example.org/b",
            "metadata": on_session,
            "payment_intent_data": {"metadata": on_intent},
        }
    )
    control.pay(world.stripe, session.id)
    family = world.payments.fetch_family("checkout.session", session.id)
    assert family is not None
    return family.charges[0]


@pytest.mark.parametrize(
    ("on_session", "on_intent", "marks"),
    [
        ({}, {}, (None, None)),
        ({"almoner": "a", "gift": "g_1"}, {}, ("a", "g_1")),
        ({"almoner": "a", "gift": "g_1"}, {"almoner": "b", "gift": "g_2"}, ("b", "g_2")),
        ({"almoner": "a", "gift": "g_1"}, {"gift": "g_2"}, (None, "g_2")),
        ({"shop": "s"}, {"shop": "s"}, (None, None)),
    ],
)
def test_the_marks_nearest_to_the_money_are_believed_and_halves_are_never_joined(
    world: World, on_session: dict[str, str], on_intent: dict[str, str], marks: tuple[str | None, str | None]
) -> None:
    charge = sold(world, on_session=on_session, on_intent=on_intent)
    assert (charge.instance, charge.gift, charge.amount_cents) == (*marks, 1_400)


def test_more_rows_than_a_page_are_all_listed_newest_first(world: World) -> None:
    charges = [world.gift() for _ in range(stripe_calls.PAGE + 1)]
    since = world.stripe.clock.now() - timedelta(hours=1)
    rows = list(world.payments.list_balance_transactions(created_from=since))
    assert [row.source_id for row in rows] == charges[::-1]
    assert list(world.payments.list_balance_transactions(created_from=since + timedelta(hours=2))) == []


class ForgetfulStripe(CheckedStripe):
    """A Stripe of another version: its charges have no amount."""

    def request(  # type: ignore[override] # As its parent.
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: str | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Answer without the field."""
        body, status, answered = super().request(method, url, headers, post_data)
        answer = json.loads(body)
        for charge in answer.get("data", []):
            charge.pop("amount", None)
        return json.dumps(answer).encode(), status, answered


def test_a_field_that_vanished_is_refused_and_never_guessed(world: World) -> None:
    charge_id = world.gift()
    world.stripe = ForgetfulStripe(world.stripe.cabinet.file)
    with pytest.raises(StripeRefusedError):
        world.open_payments().fetch_family("charge", charge_id)
    world.stripe.close()


def test_another_api_version_than_the_proven_one_stops_the_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The version is the installed library's own; there is no other way to meet the next one before it is out.
    monkeypatch.setattr(stripe, "api_version", "2026-12-01.fescue")
    with pytest.raises(SettingsRefusedError):
        world.open_payments()
