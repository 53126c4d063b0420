"""Webhooks: signed, retried as Stripe does, and under bad weather still the same set of events in the end."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from donations.errors import SettingsRefusedError
from donations.gateways.stripe_webhook import StripeDoorbell
from donations.simulator import control
from donations.simulator.delivery import RETRY_SECONDS, Weather, list_deliveries
from tests.simulator.world import LetterSlot, World


def test_each_event_is_delivered_once_in_its_order_and_the_slot_believes_it(world: World) -> None:
    world.gift()
    slot = LetterSlot(world)
    delivered = control.deliver(world.stripe, slot)
    assert [ring.type for ring in slot.rings] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    assert delivered.taken == tuple(ring.event_id for ring in slot.rings)
    assert control.deliver(world.stripe, slot).taken == ()
    assert slot.rejections == []


def test_both_kinds_of_payload_name_the_same_objects_under_ids_of_their_own(world: World) -> None:
    control.add_thin_destination(world.stripe)
    world.gift()
    slot = LetterSlot(world)
    control.deliver(world.stripe, slot)
    about = Counter((ring.type, ring.object_type, ring.object_id) for ring in slot.rings)
    assert set(about.values()) == {2}
    assert len({ring.event_id for ring in slot.rings}) == len(slot.rings) == 8


def test_the_sdk_itself_believes_both_payloads(world: World) -> None:
    secrets = (*world.stripe.webhook_secrets(), control.add_thin_destination(world.stripe))
    client = stripe.StripeClient("sk_simulated", http_client=world.stripe)
    told: list[str] = []

    def post(body: bytes, headers: dict[str, str]) -> int:
        signature = headers["Stripe-Signature"]
        if b"v2.core.event" in body:
            told.append(client.parse_event_notification(body, signature, secrets[1]).type)
        else:
            told.append(client.construct_event(body, signature, secrets[0]).type)
        return 200

    world.gift()
    control.deliver(world.stripe, post)
    assert told.count("v1.checkout.session.completed") == told.count("checkout.session.completed") == 1


def test_a_thin_payload_carries_nothing_about_the_donor(world: World) -> None:
    control.add_thin_destination(world.stripe)
    world.gift()
    bodies: list[bytes] = []

    def post(body: bytes, headers: dict[str, str]) -> int:
        del headers
        bodies.append(body)
        return 204

    control.deliver(world.stripe, post)
    thin = [body for body in bodies if b"v2.core.event" in body]
    assert len(thin) == 4
    assert all(b"@" not in body and len(body) < 400 for body in thin)


def test_a_refused_delivery_comes_again_with_a_fresh_signature_as_stripe_retries(world: World) -> None:
    control.decline(world.stripe, world.open())
    slot = LetterSlot(world)
    slot.closed_for = 3
    assert len(control.deliver(world.stripe, slot).refused) == 3
    assert control.deliver(world.stripe, slot).taken == ()
    control.advance(world.stripe, timedelta(seconds=RETRY_SECONDS[0]))
    assert len(control.deliver(world.stripe, slot).taken) == 3
    assert slot.rejections == []


def test_a_delivery_refused_for_three_days_is_given_up_and_can_be_sent_again(world: World) -> None:
    world.gift()
    slot = LetterSlot(world)
    slot.closed_for = 1_000
    for seconds in (0, *RETRY_SECONDS):
        control.advance(world.stripe, timedelta(seconds=seconds))
        control.deliver(world.stripe, slot)
    assert 1_000 - slot.closed_for == 4 * (len(RETRY_SECONDS) + 1)
    assert timedelta(days=2) < timedelta(seconds=sum(RETRY_SECONDS)) <= timedelta(days=3)
    with world.stripe.cabinet.open() as drawer:
        assert {row["state"] for row in list_deliveries(drawer)} == {"given_up"}
    slot.closed_for = 0
    assert control.resend_lost(world.stripe) == 4
    assert len(control.deliver(world.stripe, slot).taken) == 4


def test_no_answer_counts_as_a_refusal(world: World) -> None:
    world.gift()

    def silence(body: bytes, headers: dict[str, str]) -> int:
        del body, headers
        raise ConnectionRefusedError

    assert len(control.deliver(world.stripe, silence).refused) == 4


class Street(BaseHTTPRequestHandler):
    """A door over HTTP: refuses the first caller, then answers 204."""

    heard: ClassVar[list[tuple[bytes, str | None, str | None]]] = []

    def do_POST(self) -> None:
        """Remember what came."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((body, self.headers["Stripe-Signature"], self.headers["Content-Type"]))
        self.send_response(400 if len(self.heard) == 1 else 204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


def test_over_http_the_same_bytes_arrive_with_their_signature(world: World) -> None:
    control.decline(world.stripe, world.open())
    server = HTTPServer(("127.0.0.1", 0), Street)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        delivered = control.deliver(world.stripe, control.post_to(f"http://127.0.0.1:{server.server_port}/"))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert (len(delivered.refused), len(delivered.taken)) == (1, 2)
    slot = LetterSlot(world)
    assert [slot(body, {"Stripe-Signature": str(signature)}) for body, signature, _ in Street.heard] == [204] * 3
    assert {media_type for _, _, media_type in Street.heard} == {"application/json"}
    world.gift()
    nobody = control.deliver(world.stripe, control.post_to(f"http://127.0.0.1:{server.server_port}/"))
    assert (len(nobody.taken), len(nobody.refused)) == (0, 4)


def test_one_event_can_be_sent_again(world: World) -> None:
    world.gift()
    slot = LetterSlot(world)
    event = control.deliver(world.stripe, slot).taken[1]
    assert control.resend(world.stripe, event) == 1
    assert control.deliver(world.stripe, slot).taken == (event,)
    assert control.resend(world.stripe, "evt_sim_none") == 0


def test_during_a_rotation_both_secrets_sign_and_afterwards_only_the_new_one(world: World) -> None:
    (old,) = world.stripe.webhook_secrets()
    new = control.rotate_secret(world.stripe)
    world.gift()
    knows_old, knows_new = LetterSlot(world, (old,)), LetterSlot(world, (new,))
    control.deliver(world.stripe, knows_old)
    control.rotate_secret(world.stripe, keep_old=False)
    world.gift()
    control.deliver(world.stripe, knows_new)
    assert (len(knows_old.rings), len(knows_new.rings), len(knows_new.rejections)) == (4, 0, 4)
    (newest,) = world.stripe.webhook_secrets()
    control.advance(world.stripe, timedelta(minutes=5))
    latest = LetterSlot(world, (newest,))
    control.deliver(world.stripe, latest)
    assert len(latest.rings) == 4


def test_an_event_told_late_is_no_reason_to_refuse_it(world: World) -> None:
    world.gift()
    control.advance(world.stripe, timedelta(days=2))
    slot = LetterSlot(world)
    control.deliver(world.stripe, slot)
    assert len(slot.rings) == 4


def test_a_long_round_signs_each_event_when_it_is_sent(world: World) -> None:
    for _ in range(3):
        world.gift()
    slot = LetterSlot(world)

    def post(body: bytes, headers: dict[str, str]) -> int:
        status = slot(body, headers)
        control.advance(world.stripe, timedelta(minutes=2))
        return status

    assert len(control.deliver(world.stripe, post).taken) == 12


def test_while_stripe_is_out_nothing_is_delivered_and_nothing_is_lost(world: World) -> None:
    world.gift()
    control.order_outage(world.stripe, timedelta(hours=3))
    slot = LetterSlot(world)
    assert control.deliver(world.stripe, slot).taken == ()
    control.advance(world.stripe, timedelta(hours=3))
    assert len(control.deliver(world.stripe, slot).taken) == 4


@given(
    gifts=st.integers(1, 4),
    weather=st.builds(
        Weather,
        shuffle=st.booleans(),
        duplicates=st.integers(0, 3),
        lose=st.floats(0, 1),
        delay_seconds=st.integers(0, 600),
        seed=st.integers(0, 10_000),
    ),
)
def test_whatever_the_weather_every_event_arrives_once_lost_ones_are_sent_again(gifts: int, weather: Weather) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder) / "stripe.sqlite3")
        for _ in range(gifts):
            world.gift()
        slot = LetterSlot(world)
        first = control.deliver(world.stripe, slot, weather=weather)
        told = len(slot.rings)
        assert told == len(first.taken) * (1 + weather.duplicates)
        control.advance(world.stripe, timedelta(seconds=600))
        assert control.resend_lost(world.stripe) == len(first.lost)
        control.deliver(world.stripe, slot)
        events = {event.id for event in world.raw.events.list({"limit": 100}).data}
        assert {ring.event_id for ring in slot.rings} == events
        assert len(slot.rings) - told == len(first.lost) + len(first.delayed)
        assert slot.rejections == []
        world.stripe.close()


def test_the_same_seed_is_the_same_weather(tmp_path: Path) -> None:
    lost = []
    for name in ("a", "b"):
        world = World(tmp_path / name)
        for _ in range(5):
            world.gift()
        slot = LetterSlot(world)
        delivered = control.deliver(world.stripe, slot, weather=Weather(shuffle=True, lose=0.4, seed=7))
        lost.append((len(delivered.lost), [ring.type for ring in slot.rings]))
        world.stripe.close()
    assert lost[0] == lost[1]
    assert 0 < lost[0][0] < 20


def test_a_doorbell_without_any_secret_does_not_start() -> None:
    with pytest.raises(SettingsRefusedError):
        StripeDoorbell(())
