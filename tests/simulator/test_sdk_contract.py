"""The simulated Stripe is the installed SDK's Stripe: addresses, parameters, answers, refusals."""

from __future__ import annotations

import ast
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe

from donations.simulator import acts, control
from donations.simulator.billing_operations import BILLING_OPERATIONS
from donations.simulator.contract import decode_form, find_faults
from donations.simulator.operations import OPERATIONS
from donations.simulator.pledge_operations import PLEDGE_OPERATIONS
from donations.simulator.refusals import StripeRefusal
from tests.simulator.world import World, is_refused, resource

SDK = Path(stripe.__file__).parent
EVERY_KIND = {
    "checkout.session": "checkout.Session",
    "payment_intent": "PaymentIntent",
    "charge": "Charge",
    "balance_transaction": "BalanceTransaction",
    "product": "Product",
}


def sdk_operations() -> dict[tuple[str, str], tuple[str, str]]:
    """Read every service of the installed SDK: (verb, path) to the names of its parameters and its answer."""
    found = {}
    for file in SDK.rglob("_*_service.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                text = ast.unparse(node)
                called = re.search(r"self\._request\('(\w+)', (?:f?'([^']+)'|'([^']+)'\.format)", text)
                params = re.search(r"params: (?:Optional\[)?'(\w+)'", text)
                answer = re.search(r"\) -> '([^']+)'", text)
                if called and params and answer:
                    path = re.sub(r"\{[^}]*\}", "{id}", called[2] or called[3])
                    found[called[1], path] = (params[1], answer[1])
    return found


def test_every_operation_played_is_the_sdks_own() -> None:
    known = sdk_operations()
    assert len(known) > 500
    for operation in OPERATIONS:
        params, answer = known[operation.verb, re.sub(r"\{[^}]*\}", "{id}", operation.path)]
        assert operation.params.rpartition(".")[2] == params
        assert re.sub(r"\b\w+\.", "", operation.answer) == answer


def test_every_operation_is_answered_as_the_sdk_says_it_is(world: World) -> None:
    charge = world.gift(fee_cover_cents=400)
    facts = world.raw.charges.retrieve(charge)
    world.raw.balance.retrieve()
    world.raw.balance_transactions.list({"limit": 3})
    world.raw.balance_transactions.retrieve(str(facts.balance_transaction), {"expand": ["source.payment_intent"]})
    session = world.raw.checkout.sessions.list({"expand": ["data.line_items.data.price.product"]}).data[0]
    world.raw.checkout.sessions.line_items.list(session.id)
    world.raw.checkout.sessions.expire(world.open())
    world.raw.payment_intents.list()
    world.raw.payment_intents.retrieve(str(facts.payment_intent), {"expand": ["latest_charge.balance_transaction"]})
    world.raw.charges.list()
    world.raw.products.list()
    event = world.raw.events.list({"types": ["charge.succeeded"], "delivery_success": False}).data[0]
    world.raw.events.retrieve(event.id)
    acts.dispute(world.stripe, world.gift(), outcome="won")
    refund = world.raw.refunds.create({"charge": charge, "amount": 100, "expand": ["charge.balance_transaction"]})
    world.raw.refunds.retrieve(refund.id, {"expand": ["balance_transaction", "payment_intent"]})
    world.raw.disputes.retrieve(world.raw.disputes.list().data[0].id, {"expand": ["charge"]})
    (payout,) = acts.pay_out(world.stripe, includes_pending=True).objects
    world.raw.payouts.retrieve(payout, {"expand": ["balance_transaction"]})
    world.raw.balance_transactions.list({"payout": payout, "expand": ["data.source"]})
    (warning,) = acts.warn(world.stripe, charge).objects
    world.raw.radar.early_fraud_warnings.retrieve(warning, {"expand": ["charge"]})
    (review,) = acts.review(world.stripe, charge).objects
    world.raw.reviews.retrieve(review)
    played = {call.split()[1].replace("/v1/", "") for call in world.stripe.calls}
    ours = set(OPERATIONS) - set(PLEDGE_OPERATIONS) - set(BILLING_OPERATIONS)
    assert {operation.path.split("/")[2] for operation in ours} <= {path.split("/")[0] for path in played}
    assert world.stripe.checked == len(world.stripe.calls) - 2  # Two products were looked for before they were made.


def test_every_snapshot_tells_its_object_as_the_sdk_says_it_is(world: World) -> None:
    control.delay_fees(world.stripe, 60)
    world.gift()
    control.decline(world.stripe, world.open())
    control.advance(world.stripe, timedelta(hours=1))
    kinds = set()
    for event in world.raw.events.list({"limit": 100}).data:
        about = event.data.object.to_dict(for_json=True)
        kinds.add(event.type)
        assert find_faults(resource(EVERY_KIND[about["object"]]), about) == []
    assert kinds == {
        "charge.failed",
        "charge.succeeded",
        "charge.updated",
        "checkout.session.completed",
        "checkout.session.expired",
        "payment_intent.created",
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
    }


GOOD: dict[str, Any] = {
    "mode": "payment",
    "line_items": [{"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 500, "product": "almoner_p"}}],
    "success_url": "https://example.org/thanks",
    "cancel_url": "https://example.org/give",
}


def price(**changed: object) -> dict[str, Any]:
    data = {"currency": "usd", "unit_amount": 500, "product": "almoner_p"} | changed
    return {"line_items": [{"quantity": 1, "price_data": {name: v for name, v in data.items() if v is not None}}]}


@pytest.mark.parametrize(
    ("changed", "code", "param"),
    [
        ({"payment_method_types": ["card"]}, "parameter_unknown", "payment_method_types"),
        ({"ui_mode": "hosted"}, None, "ui_mode"),
        ({"ui_mode": "elements"}, None, "ui_mode"),
        ({"mode": "setup"}, None, "mode"),
        ({"submit_type": "beg"}, None, "submit_type"),
        ({"adaptive_pricing": {"enabled": "yes"}}, None, "adaptive_pricing[enabled]"),
        ({"metadata": {"gift": "x" * 501}}, None, "metadata"),
        ({"metadata": "gift"}, None, "metadata"),
        ({"expires_at": 1}, None, "expires_at"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({"success_url": "thanks"}, "url_invalid", "success_url"),
        ({"customer_email": "nobody"}, "email_invalid", "customer_email"),
        ({"line_items": []}, "parameter_missing", "line_items"),
        (price(unit_amount=130.0), "parameter_invalid_integer", "line_items[0][price_data][unit_amount]"),
        (price(currency=None), "parameter_missing", "line_items[0][price_data][currency]"),
        (price(unit_amount=49), "amount_too_small", None),
        (price(unit_amount=100_000_000), "amount_too_large", None),
        (price(product="none"), "resource_missing", "line_items[0][price_data][product]"),
        (price(prize=1), "parameter_unknown", "line_items[0][price_data][prize]"),
    ],
)
def test_a_request_off_the_sdks_types_is_refused_as_stripe_refuses(
    world: World, changed: dict[str, Any], code: str | None, param: str | None
) -> None:
    world.raw.products.create({"id": "almoner_p", "name": "Gift"})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        world.raw.checkout.sessions.create({**GOOD, **changed})  # type: ignore[arg-type] # Wrong on purpose.
    assert (refusal.value.code, refusal.value.param) == (code, param)
    assert refusal.value.http_status == 400
    assert refusal.value.request_id is not None
    world.raw.checkout.sessions.create(GOOD)  # type: ignore[arg-type] # Only the change was wrong.


@pytest.mark.parametrize("form", ["amount=1&amount=2", "a[b]=1&a[b]=2", "a=1&a[b]=2", "a[b]=1&a=2"])
def test_a_field_sent_twice_is_refused(form: str) -> None:
    with pytest.raises(StripeRefusal):
        decode_form(form)


def test_an_id_is_taken_as_it_is_written(world: World) -> None:
    for name in ("\\1", "..", "%2F", "a b"):
        with pytest.raises(stripe.StripeError):
            world.raw.checkout.sessions.line_items.list(name)


def test_events_are_told_for_thirty_days(world: World) -> None:
    world.gift()
    event = world.raw.events.list().data[0].id
    control.advance(world.stripe, timedelta(days=29, hours=23))
    assert world.raw.events.retrieve(event).id == event
    control.advance(world.stripe, timedelta(days=1))
    assert world.raw.events.list().data == []
    with pytest.raises(stripe.InvalidRequestError):
        world.raw.events.retrieve(event)
    assert len(world.raw.balance_transactions.list().data) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/v1/transfers"),
        ("post", "/v1/charges"),
        ("get", "/v1/checkout"),
        ("delete", "/v1/prices/x"),
        ("get", "/"),
    ],
)
def test_every_other_address_gets_stripes_own_404(world: World, method: str, path: str) -> None:
    assert is_refused(method, path)
    headers = {"Authorization": "Bearer sk_simulated", "Stripe-Version": "2026-10-28.endive"}
    body, status, _ = world.stripe.request(method, f"https://api.stripe.com{path}", headers)
    assert status == 404
    assert json.loads(body)["error"]["message"].startswith(f"Unrecognized request URL ({method.upper()}: {path})")


def test_a_missing_object_is_missing_as_stripe_says_it(world: World) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        world.raw.charges.retrieve("ch_sim_none")
    assert (refusal.value.http_status, refusal.value.code, refusal.value.param) == (404, "resource_missing", "id")


def test_no_key_an_old_version_and_a_field_that_cannot_expand_are_refused(world: World) -> None:
    charge = world.gift()
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        world.raw.charges.retrieve(charge, {"expand": ["balance"]})
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        world.raw.charges.list({"expand": ["balance_transaction"]})
    with pytest.raises(stripe.InvalidRequestError, match="API version"):
        world.raw.charges.retrieve(charge, {}, {"stripe_version": "2020-08-27"})
    with pytest.raises(stripe.AuthenticationError):
        world.raw.charges.retrieve(charge, {}, {"api_key": ""})


def test_pages_follow_one_another_without_gap_or_repeat(world: World) -> None:
    charges = [world.gift() for _ in range(7)]
    first = world.raw.charges.list({"limit": 3})
    assert (len(first.data), first.has_more) == (3, True)
    assert [charge.id for charge in first.auto_paging_iter()] == charges[::-1]
    assert [charge.id for charge in world.raw.charges.list({"limit": 100}).data] == charges[::-1]
    for limit in (0, 101):
        with pytest.raises(stripe.InvalidRequestError):
            world.raw.charges.list({"limit": limit})
    with pytest.raises(stripe.InvalidRequestError):
        world.raw.charges.list({"starting_after": "ch_sim_none"})


def test_lists_are_filtered_by_time_owner_and_type(world: World) -> None:
    early = world.gift()
    control.advance(world.stripe, timedelta(days=1))
    late = world.gift()
    since = int(world.stripe.clock.now().timestamp()) - 3600
    assert [charge.id for charge in world.raw.charges.list({"created": {"gte": since}}).data] == [late]
    assert [charge.id for charge in world.raw.charges.list({"created": {"lt": since}}).data] == [early]
    intent = str(world.raw.charges.retrieve(late).payment_intent)
    assert [charge.id for charge in world.raw.charges.list({"payment_intent": intent}).data] == [late]
    sources = [row.source for row in world.raw.balance_transactions.list({"source": early}).data]
    assert sources == [early]
    assert world.raw.balance_transactions.list({"type": "payout"}).data == []
    with pytest.raises(stripe.InvalidRequestError):
        world.raw.events.list({"types": ["charge.failed"] * 21})
