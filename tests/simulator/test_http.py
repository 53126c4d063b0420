"""The simulated Stripe over loopback HTTP: the real SDK with an API base, no plug of ours in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import stripe

from donations.simulator import control
from donations.simulator.client import SIMULATED_KEY
from donations.simulator.http import BODY_MAX, HttpStripe
from tests.simulator.world import World


class QuietHandler(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (The parent's own name.)
        """Write nothing."""


@pytest.fixture
def base(world: World) -> Iterator[str]:
    """Serve the world's Stripe on a free port of this machine alone."""
    server = make_server("127.0.0.1", 0, HttpStripe(world.stripe), handler_class=QuietHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def remote(base: str) -> Iterator[stripe.StripeClient]:
    """Return the SDK as anyone would use it, with another address of Stripe."""
    http = stripe.RequestsClient(timeout=10)
    yield stripe.StripeClient(SIMULATED_KEY, base_addresses={"api": base}, http_client=http)
    http.close()  # type: ignore[no-untyped-call] # The SDK gives it none.


def test_what_was_done_in_the_house_is_told_over_http(world: World, remote: stripe.StripeClient) -> None:
    charge_id = world.gift(amount_cents=10_000)
    charge = remote.v1.charges.retrieve(charge_id, {"expand": ["balance_transaction"]})
    assert isinstance(charge.balance_transaction, stripe.BalanceTransaction)
    assert charge.balance_transaction.fee == 320
    made = remote.v1.refunds.create({"charge": charge_id, "amount": 100}, {"idempotency_key": "refund/a/1"})
    again = remote.v1.refunds.create({"charge": charge_id, "amount": 100}, {"idempotency_key": "refund/a/1"})
    assert made.id == again.id
    assert [refund.id for refund in remote.v1.refunds.list({"charge": charge_id}).data] == [made.id]


def test_refusals_and_faults_arrive_as_stripes_own(world: World, remote: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        remote.v1.charges.retrieve("ch_sim_none")
    assert refusal.value.code == "resource_missing"
    control.order_fault(world.stripe, "charges.list", "rate_limit")
    with pytest.raises(stripe.RateLimitError):
        remote.v1.charges.list()
    control.order_fault(world.stripe, "charges.list", "cut")
    with pytest.raises(stripe.APIError):
        remote.v1.charges.list()


def test_a_live_key_and_a_body_without_end_are_refused(base: str) -> None:
    http = stripe.RequestsClient(timeout=10)
    live = stripe.StripeClient("sk_live_1", base_addresses={"api": base}, http_client=http)
    with pytest.raises(stripe.AuthenticationError):
        live.v1.charges.list()
    body, status, _ = http.request("post", f"{base}/v1/refunds", {}, "x" * (BODY_MAX + 1))
    assert status == 413
    assert "too large" in str(body)
    http.close()  # type: ignore[no-untyped-call] # The SDK gives it none.
