"""Stripe's idempotency as it is documented: bound to parameters, the first outcome kept, for a day."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import stripe
import time_machine

from donations.simulator import control
from donations.simulator.client import SIMULATED_KEY
from donations.simulator.idempotency import RUNNING_SECONDS, claim_key
from tests.simulator.world import World

HEADERS = {"Authorization": f"Bearer {SIMULATED_KEY}", "Stripe-Version": "2026-10-28.endive"}
PRODUCTS = "https://api.stripe.com/v1/products"


def post(world: World, body: str, key: str = "product/1") -> tuple[bytes, int, Mapping[str, str]]:
    return world.stripe.request("post", PRODUCTS, {**HEADERS, "Idempotency-Key": key}, body)


def count_products(world: World) -> int:
    return len(world.raw.products.list().data)


def test_a_key_told_again_answers_the_same_and_says_so(world: World) -> None:
    body, status, headers = post(world, "name=A")
    again, again_status, again_headers = post(world, "name=A")
    assert (again, again_status) == (body, status) == (body, 200)
    assert "idempotent-replayed" not in headers
    assert again_headers["Idempotent-Replayed"] == "true"
    assert again_headers["original-request"] == headers["request-id"] != again_headers["request-id"]
    assert count_products(world) == 1


def test_the_order_of_fields_is_no_difference_and_a_value_is(world: World) -> None:
    body, _, _ = post(world, "name=A&description=d")
    assert post(world, "description=d&name=A")[0] == body
    with pytest.raises(stripe.IdempotencyError):
        world.raw.products.create({"name": "B"}, {"idempotency_key": "product/1"})
    assert count_products(world) == 1


def test_a_key_is_bound_to_its_address(world: World) -> None:
    world.raw.products.create({"name": "A"}, {"idempotency_key": "one"})
    with pytest.raises(stripe.IdempotencyError):
        world.raw.checkout.sessions.expire("cs_sim_none", {}, {"idempotency_key": "one"})


def test_a_request_that_fails_validation_keeps_nothing(world: World) -> None:
    assert post(world, "title=A")[1] == 400
    assert post(world, "name=A")[1] == 200


def test_a_refusal_of_something_begun_is_kept(world: World) -> None:
    checkout = world.open()
    world.raw.checkout.sessions.expire(checkout)
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            world.raw.checkout.sessions.expire(checkout, {}, {"idempotency_key": "expire"})
    assert refusal.value.headers is not None
    assert refusal.value.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(("kind", "made"), [("server_error", 0), ("server_error_after", 1)])
def test_a_server_error_is_kept_and_told_again_and_the_sdk_is_told_not_to_retry(
    world: World, kind: str, made: int
) -> None:
    control.order_fault(world.stripe, "products.create", kind)
    first, again = post(world, "name=A"), post(world, "name=A")
    assert (first[1], again[1]) == (500, 500)
    assert first[2]["stripe-should-retry"] == "false"
    assert again[2]["idempotent-replayed"] == "true"
    assert count_products(world) == made


@pytest.mark.parametrize("kind", ["conflict", "rate_limit"])
def test_what_never_began_keeps_nothing(world: World, kind: str) -> None:
    control.order_fault(world.stripe, "products.create", kind)
    assert post(world, "name=A")[1] in {409, 429}
    assert post(world, "name=A")[1] == 200
    assert count_products(world) == 1


def test_a_lost_answer_is_told_on_the_second_asking(world: World) -> None:
    control.order_fault(world.stripe, "products.create", "lost_answer")
    with pytest.raises(stripe.APIConnectionError):
        post(world, "name=A")
    body, status, headers = post(world, "name=A")
    assert (status, headers["idempotent-replayed"]) == (200, "true")
    assert count_products(world) == 1
    assert b'"name": "A"' in body


def test_of_many_requests_at_once_with_one_key_one_acts_and_the_others_conflict_or_hear_it_again(
    world: World,
) -> None:
    control.order_fault(world.stripe, "products.create", "slow")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: post(world, "name=A"), range(20)))
    assert {status for _, status, _ in answers} <= {200, 409}
    told = [(body, "idempotent-replayed" in headers) for body, status, headers in answers if status == 200]
    assert len({body for body, _ in told}) == 1
    assert [is_replay for _, is_replay in told].count(False) == 1
    assert count_products(world) == 1


def test_a_request_that_died_does_not_hold_its_key_for_ever(world: World) -> None:
    with world.stripe.cabinet.open() as drawer:
        assert claim_key(drawer, "product/1", '["post", "/v1/products", {"name": "A"}]') is None
    assert post(world, "name=A")[1] == 409
    with time_machine.travel(world.stripe.clock.now() + timedelta(seconds=RUNNING_SECONDS + 1)):
        assert post(world, "name=A")[1] == 200


def test_after_a_simulated_day_a_key_is_new(world: World) -> None:
    post(world, "name=A")
    control.advance(world.stripe, timedelta(hours=23))
    post(world, "name=A")
    assert count_products(world) == 1
    control.advance(world.stripe, timedelta(hours=1))
    post(world, "name=A")
    assert count_products(world) == 2


def test_processes_share_one_stripe(world: World) -> None:
    checkout = world.open()
    program = (
        "import sys, pathlib\n"
        "from donations.simulator import control\n"
        "from donations.simulator.client import SimulatedStripe\n"
        "s = SimulatedStripe(pathlib.Path(sys.argv[1]), base_url='http://127.0.0.1:8000')\n"
        "print(control.pay(s, sys.argv[2]).charge_id)\n"
    )
    told: Any = subprocess.run(
        [sys.executable, "-c", program, str(world.stripe.cabinet.file), checkout],
        check=True,
        capture_output=True,
        text=True,
    )
    assert world.raw.charges.retrieve(told.stdout.strip()).paid
