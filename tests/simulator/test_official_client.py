"""Stripe's own command-line program as a witness: its scenarios against the simulated Stripe over loopback HTTP.

It is asked where it is installed (`STRIPE_CLI` names it, or `stripe` is on the path); CI installs it from npm.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from wsgiref.simple_server import make_server

import pytest

from donations.simulator import control
from donations.simulator.client import SimulatedStripe
from donations.simulator.http import HttpStripe
from tests.simulation.world import open_world
from tests.simulator.test_foreign_billing import learn, suspended
from tests.simulator.test_http import QuietHandler
from tests.simulator.world import World

PROGRAM = os.environ.get("STRIPE_CLI") or shutil.which("stripe") or ""
KEY = "sk_test_simulated_almoner_0"

pytestmark = [
    pytest.mark.stripe_cli,
    pytest.mark.skipif(not PROGRAM, reason="Stripe's command-line program is not installed"),
]

FITTING = {
    "charge.dispute.closed": {"charge.dispute.created", "charge.dispute.closed"},
    "charge.dispute.created": {"charge.succeeded", "charge.dispute.created"},
    "charge.failed": {"charge.failed", "payment_intent.payment_failed"},
    "charge.refund.updated": {"charge.refunded", "charge.refund.updated", "refund.updated"},
    "charge.refunded": {"charge.refunded", "refund.created"},
    "charge.succeeded": {"charge.succeeded", "payment_intent.succeeded"},
    "checkout.session.expired": {"checkout.session.expired"},
    "customer.created": {"customer.created"},
    "customer.deleted": {"customer.deleted"},
    "customer.subscription.created": {"customer.subscription.created", "invoice.paid", "charge.succeeded"},
    "customer.subscription.deleted": {"customer.subscription.deleted", "invoice.paid"},
    "customer.subscription.paused": {"customer.subscription.created", "customer.subscription.paused"},
    "customer.subscription.trial_will_end": {"customer.subscription.trial_will_end", "invoice.paid"},
    "customer.subscription.updated": {"customer.subscription.updated", "invoice.paid"},
    "customer.updated": {"customer.updated"},
    "invoice.created": {"invoice.created"},
    "invoice.deleted": {"invoice.created", "invoice.deleted"},
    "invoice.finalized": {"invoice.finalized"},
    "invoice.marked_uncollectible": {"invoice.finalized", "invoice.marked_uncollectible"},
    "invoice.paid": {"invoice.paid", "invoice_payment.paid", "charge.succeeded", "payment_method.attached"},
    "invoice.payment_action_required": {"invoice.payment_action_required", "payment_intent.requires_action"},
    "invoice.payment_failed": {"invoice.payment_failed", "charge.failed", "payment_intent.payment_failed"},
    "invoice.payment_succeeded": {"invoice.payment_succeeded", "charge.succeeded"},
    "invoice.sent": {"invoice.finalized", "invoice.sent"},
    "invoice.updated": {"invoice.updated"},
    "invoice.voided": {"invoice.voided"},
    "invoiceitem.created": {"invoiceitem.created"},
    "invoiceitem.deleted": {"invoiceitem.deleted"},
    "payment_intent.canceled": {"payment_intent.canceled"},
    "payment_intent.succeeded": {"charge.succeeded", "payment_intent.succeeded"},
    "payment_method.attached": {"payment_method.attached"},
    "payment_method.detached": {"payment_method.detached"},
    "payout.created": {"payout.created"},
    "price.created": {"price.created"},
    "price.updated": {"price.updated"},
    "product.deleted": {"product.deleted"},
    "product.updated": {"product.updated"},
    "subscription.payment_failed": {"customer.subscription.created", "invoice.payment_failed", "charge.failed"},
    "subscription.payment_succeeded": {"customer.subscription.updated", "invoice.payment_succeeded"},
}
"""Scenarios that run through, and events each must have caused."""
REFUSED = {
    "charge.succeeded": "payment_method_types",  # The program is older than the API that dropped it.
    "checkout.session.completed": "/v1/payment_pages",  # The inside of Stripe's own page is no API of its.
}
"""Scenarios that ask for what is refused or not played here, and the word of the refusal."""


@contextmanager
def served(simulated: SimulatedStripe) -> Iterator[str]:
    """Serve a simulated Stripe on a free port of this machine alone."""
    server = make_server("127.0.0.1", 0, HttpStripe(simulated), handler_class=QuietHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def base(world: World) -> Iterator[str]:
    """Serve the world's Stripe."""
    with served(world.stripe) as address:
        yield address


def trigger(scenario: str, base: str, home: Path, *options: str) -> str:
    """Run one scenario and return what the program said; nothing of this user's own settings is read."""
    words = [PROGRAM, "trigger", scenario, "--api-base", base, "--api-key", KEY, *options]
    environ = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "PATH": os.environ["PATH"]}
    proxy = {"HTTPS_PROXY": f"http://127.0.0.1:{closed_port()}", "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(words, env=environ | proxy, capture_output=True, text=True, timeout=60, check=False)
    return re.sub(r"\s+", " ", done.stdout + done.stderr)


def closed_port() -> int:
    """Return a port on which nobody answers: the program may ask nobody but the simulated Stripe."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.parametrize("scenario", sorted(FITTING))
def test_stripes_own_scenario_runs_through(world: World, base: str, tmp_path: Path, scenario: str) -> None:
    said = trigger(scenario, base, tmp_path, "--remove", "payment_intent:payment_method_types")
    assert "Trigger succeeded" in said, said
    told = {event.type for event in world.raw.events.list({"limit": 100}).data}
    assert told >= FITTING[scenario]
    book = control.read_book(world.stripe)
    balance = world.payments.fetch_balance()
    assert balance.available_cents + balance.pending_cents == book.balance_cents


@pytest.mark.parametrize("scenario", sorted(REFUSED))
def test_what_is_refused_is_refused_for_the_expected_word(base: str, tmp_path: Path, scenario: str) -> None:
    said = trigger(scenario, base, tmp_path)
    assert "Trigger failed" in said
    assert REFUSED[scenario] in said


PAID = {"customer.subscription.created": 1_500, "invoice.paid": 2_000, "subscription.payment_succeeded": 2_000}
"""Scenarios in which money comes in, and how many cents."""


def test_a_house_books_the_money_of_the_scenarios_apart_and_receipts_none_of_it(
    database_url: str, tmp_path: Path
) -> None:
    unpaid = (
        "customer.subscription.paused",
        "invoice.payment_failed",
        "invoice.voided",
        "subscription.payment_failed",
    )
    with open_world(database_url, tmp_path / "house") as house:
        with served(house.stripe) as base:
            for scenario in (*PAID, *unpaid):
                assert "Trigger succeeded" in (said := trigger(scenario, base, tmp_path)), said
        learn(house, "webhooks")
        assert suspended(house) == sum(PAID.values())
        house.pass_time(timedelta(days=32))
        learn(house, "sweep")
        assert suspended(house) == sum(PAID.values()) + 1_500 + 2_000
