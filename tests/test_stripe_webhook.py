"""The letter slot's verifier: what it believes, what it refuses, and that it never raises."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from donations.errors import SettingsRefusedError
from donations.gateways.stripe_webhook import StripeDoorbell
from donations.ports import Rejected, Ring

WHSEC = "whsec_simulated_first"
OLD_WHSEC = "whsec_simulated_old"
NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
SNAPSHOT: dict[str, Any] = {
    "id": "evt_sim_1",
    "object": "event",
    "api_version": "2026-10-28.endive",
    "created": 1795348800,
    "livemode": False,
    "type": "checkout.session.completed",
    "data": {"object": {"id": "cs_sim_1", "object": "checkout.session", "amount_total": 13000}},
}
THIN: dict[str, Any] = {
    "id": "evt_sim_2",
    "object": "v2.core.event",
    "created": "2026-11-22T12:00:00.000Z",
    "livemode": False,
    "type": "v1.charge.succeeded",
    "related_object": {"id": "ch_sim_1", "type": "charge", "url": "/v1/charges/ch_sim_1"},
}


def sign(body: bytes, *, secret: str = WHSEC, at: datetime = NOW) -> bytes:
    """Sign with the SDK's own signer: the oracle."""
    header = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, int(at.timestamp()))
    return str(header).encode()


def ring(
    body: bytes, *, signature: bytes | None = None, secrets: tuple[str, ...] = (WHSEC,), now: datetime = NOW
) -> Ring | Rejected:
    return StripeDoorbell(secrets).verify(signature=signature or sign(body), body=body, now=now)


def told(event: dict[str, Any]) -> Ring | Rejected:
    return ring(json.dumps(event).encode())


def test_a_signed_snapshot_rings_with_its_seven_fields_and_nothing_else() -> None:
    assert told(SNAPSHOT) == Ring(
        event_id="evt_sim_1",
        type="checkout.session.completed",
        object_type="checkout.session",
        object_id="cs_sim_1",
        livemode=False,
        created_at=datetime.fromtimestamp(1795348800, tz=UTC),
        api_version="2026-10-28.endive",
    )


def test_a_signed_thin_event_rings_the_same_way_without_its_prefix() -> None:
    assert told(THIN) == Ring(
        event_id="evt_sim_2",
        type="charge.succeeded",
        object_type="charge",
        object_id="ch_sim_1",
        livemode=False,
        created_at=NOW,
        api_version=None,
    )


def test_an_event_about_a_thing_without_an_id_still_rings() -> None:
    balance = told(SNAPSHOT | {"type": "balance.available", "data": {"object": {"object": "balance"}}})
    nothing = told(THIN | {"type": "v1.something.new", "related_object": None})
    assert isinstance(balance, Ring)
    assert (balance.object_type, balance.object_id) == ("balance", "")
    assert isinstance(nothing, Ring)
    assert (nothing.object_type, nothing.object_id) == ("", "")


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_the_time_window_is_open_for_300_seconds_on_both_sides(seconds: int) -> None:
    assert isinstance(ring(json.dumps(SNAPSHOT).encode(), now=NOW + timedelta(seconds=seconds)), Ring)


@pytest.mark.parametrize("seconds", [-86_400, -301, 301, 86_400])
def test_outside_the_window_past_and_future_are_both_refused(seconds: int) -> None:
    refused = ring(json.dumps(SNAPSHOT).encode(), now=NOW + timedelta(seconds=seconds))
    assert refused == Rejected("time outside the window")


def test_during_a_rotation_either_secret_opens_and_afterwards_the_old_one_does_not() -> None:
    body = json.dumps(SNAPSHOT).encode()
    old = sign(body, secret=OLD_WHSEC)
    assert isinstance(ring(body, signature=old, secrets=(WHSEC, OLD_WHSEC)), Ring)
    assert isinstance(ring(body, signature=sign(body), secrets=(WHSEC, OLD_WHSEC)), Ring)
    assert ring(body, signature=old, secrets=(WHSEC,)) == Rejected("no signature matches")


def test_one_of_several_signatures_is_enough_and_other_schemes_mean_nothing() -> None:
    body = json.dumps(SNAPSHOT).encode()
    good = sign(body)
    stamp, value = good.split(b",")
    assert isinstance(ring(body, signature=b"%b,v1=%b,%b" % (stamp, b"0" * 64, value)), Ring)
    assert isinstance(ring(body, signature=good + b",v0=" + b"f" * 64), Ring)
    assert isinstance(ring(body, signature=stamp + b",v0=" + value.removeprefix(b"v1=")), Rejected)


def test_one_changed_byte_is_refused() -> None:
    body = json.dumps(SNAPSHOT).encode()
    for index in range(0, len(body), 7):
        changed = body[:index] + bytes([body[index] ^ 1]) + body[index + 1 :]
        assert ring(changed, signature=sign(body)) == Rejected("no signature matches")


STAMP = b"t=%d" % int(NOW.timestamp())
BODY = json.dumps(SNAPSHOT).encode()
GOOD = sign(BODY).split(b",")[1]


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"t=",
        STAMP,
        GOOD,
        STAMP + b"," + STAMP + b"," + GOOD,
        STAMP + b"," + GOOD[:-1],
        STAMP + b"," + GOOD + b"0",
        STAMP + b"," + GOOD.upper(),
        STAMP + b"," + GOOD + b",v1=" + "é".encode(),
        STAMP + b"," + GOOD + b",v1=short",
        STAMP + b", " + GOOD,
        STAMP + b",," + GOOD,
        STAMP + b"," + GOOD + b",",
        STAMP + b"," + GOOD + b"\n",
        b"t=0%d,%b" % (int(NOW.timestamp()), GOOD),
        b"t=+%d,%b" % (int(NOW.timestamp()), GOOD),
        b"t=1e9," + GOOD,
        b"t=" + b"9" * 13 + b"," + GOOD,
        STAMP + b"," + GOOD + b",x=" + b"y" * 4096,
    ],
)
def test_a_header_off_the_grammar_is_refused(header: bytes) -> None:
    assert isinstance(StripeDoorbell((WHSEC,)).verify(signature=header, body=BODY, now=NOW), Rejected)


def test_a_missing_header_is_refused() -> None:
    assert StripeDoorbell((WHSEC,)).verify(signature=None, body=BODY, now=NOW) == Rejected("no signature header")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"event"',
        b"{",
        b"\xff\xfe",
        b'{"object": "event"}',
        b'{"object": "event", "object": "event"}',
        BODY.replace(b'"livemode"', b'"livemode": false, "livemode"'),
        BODY.replace(b'"amount_total"', b'"id": "cs_sim_1", "id"'),
        BODY.replace(b"13000", b"NaN"),
        b'{"object": "event", "x": NaN}',
        b'{"object": "event", "x": -Infinity}',
        b"[" * 100_000,
        b'{"object": "event", "x": ' + b"9" * 5_000 + b"}",
        json.dumps(SNAPSHOT | {"object": "charge"}).encode(),
        json.dumps(SNAPSHOT | {"livemode": 0}).encode(),
        json.dumps(SNAPSHOT | {"livemode": "false"}).encode(),
        json.dumps(SNAPSHOT | {"created": "1795348800"}).encode(),
        json.dumps(SNAPSHOT | {"created": True}).encode(),
        json.dumps(SNAPSHOT | {"created": 10**30}).encode(),
        json.dumps(SNAPSHOT | {"created": 1.5}).encode(),
        json.dumps(SNAPSHOT | {"id": "evt\ud800"}).encode(),
        json.dumps(SNAPSHOT | {"id": "evt\x00"}).encode(),
        json.dumps(SNAPSHOT | {"id": "e" * 256}).encode(),
        json.dumps(SNAPSHOT | {"id": 7}).encode(),
        json.dumps(SNAPSHOT | {"id": ""}).encode(),
        json.dumps(SNAPSHOT | {"data": {"object": "ch_1"}}).encode(),
        json.dumps(SNAPSHOT | {"data": {"object": {"id": "ch_1"}}}).encode(),
        json.dumps(SNAPSHOT | {"api_version": 3}).encode(),
        json.dumps(THIN | {"created": "2026-11-22T12:00:00"}).encode(),
        json.dumps(THIN | {"created": "0001-01-01T00:00:00+14:00"}).encode(),
        json.dumps(THIN | {"created": 1795348800}).encode(),
        json.dumps(THIN | {"related_object": "charge"}).encode(),
    ],
)
def test_a_signed_body_that_is_no_event_of_either_kind_is_refused(body: bytes) -> None:
    header = sign(body) if body != b"\xff\xfe" else b"%b,%b" % (STAMP, GOOD)
    assert isinstance(ring(body, signature=header), Rejected)


def test_nesting_is_allowed_to_32_and_refused_at_33() -> None:
    def nested(depth: int) -> dict[str, Any]:
        inner: Any = []
        for _ in range(depth - 2):
            inner = [inner]
        return SNAPSHOT | {"x": inner}

    assert isinstance(told(nested(32)), Ring)
    assert isinstance(told(nested(33)), Rejected)


@pytest.mark.parametrize("secrets", [(), ("",), (WHSEC, " ")])
def test_an_empty_secret_stops_the_start(secrets: tuple[str, ...]) -> None:
    with pytest.raises(SettingsRefusedError):
        StripeDoorbell(secrets)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_arbitrary_bytes_are_refused_and_never_raise(header: bytes, body: bytes) -> None:
    assert isinstance(StripeDoorbell((WHSEC,)).verify(signature=header, body=body, now=NOW), Rejected)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(["event", "v2.core.event"]), st.sampled_from([SNAPSHOT, THIN]), st.data())
def test_a_well_signed_event_with_any_field_replaced_rings_or_is_refused(
    kind: str, base: dict[str, Any], data: st.DataObject
) -> None:
    field = data.draw(st.sampled_from(sorted(base)))
    answer = told(base | {"object": kind} | {field: data.draw(JSON)})
    assert isinstance(answer, Ring | Rejected)
    if isinstance(answer, Ring):
        answer.event_id.encode("ascii")
        answer.object_id.encode("ascii")


@given(st.text(max_size=200))
def test_whatever_the_sdk_signs_our_verifier_finds_signed(text: str) -> None:
    body = json.dumps(SNAPSHOT | {"description": text}, ensure_ascii=True).encode()
    assert isinstance(ring(body), Ring)
    stripe.WebhookSignature.verify_header(body, sign(body).decode(), WHSEC)
