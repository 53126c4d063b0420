"""The letter slot: the exact answers of the Stripe design, and nothing kept of what is refused."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from donations.errors import HouseClosedError
from donations.ports import Ring
from tests.web_house import FakeHouse

GOOD = {"Stripe-Signature": "good"}


def test_a_believed_ring_is_stored_and_answered_204(client: FlaskClient, house: FakeHouse) -> None:
    answer = client.post("/webhooks/stripe", data=b"{}", headers=GOOD)
    assert (answer.status_code, answer.data) == (204, b"")
    assert [ring.event_id for ring in house.rings] == ["evt_1"]
    assert house.doorbell.heard == [b"{}"]


@pytest.mark.parametrize("signature", [None, "", "bad", "x" * 5000, "t=1,v1=ü"])
def test_anything_else_is_one_constant_400(client: FlaskClient, house: FakeHouse, signature: str | None) -> None:
    headers = {} if signature is None else {"Stripe-Signature": signature}
    answer = client.post("/webhooks/stripe", data=b"<b>secret</b>", headers=headers)
    assert (answer.status_code, answer.data) == (400, b"refused")
    assert house.rings == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_405(client: FlaskClient, house: FakeHouse, method: str) -> None:
    answer = client.open("/webhooks/stripe", method=method, headers=GOOD)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert house.doorbell.heard == []


def test_too_large_is_413_and_never_looked_at(client: FlaskClient, house: FakeHouse) -> None:
    assert client.post("/webhooks/stripe", data=b"x" * (1024 * 1024 + 1), headers=GOOD).status_code == 413
    assert house.doorbell.heard == []


def test_a_house_that_cannot_store_asks_stripe_to_come_again(house: FakeHouse) -> None:
    def closed(ring: Ring) -> None:
        raise HouseClosedError(f"The database cannot take {ring.event_id} just now.")

    house.receive = closed
    answer = house.open().test_client().post("/webhooks/stripe", data=b"{}", headers=GOOD)
    assert (answer.status_code, answer.data) == (503, b"closed")


def test_the_slot_stands_outside_cookies_and_origin_checks(client: FlaskClient) -> None:
    headers = {**GOOD, "Origin": "https://stripe.example", "Sec-Fetch-Site": "cross-site"}
    answer = client.post("/webhooks/stripe", data=b"{}", headers=headers)
    assert answer.status_code == 204
    assert "Set-Cookie" not in answer.headers


def test_any_bytes_are_refused_without_a_fault(house: FakeHouse) -> None:
    client = house.open().test_client()

    @given(
        body=st.binary(max_size=300), signature=st.text(st.characters(max_codepoint=255, categories=["L", "N", "P"]))
    )
    def holds(body: bytes, signature: str) -> None:
        answer = client.post("/webhooks/stripe", data=body, headers={"Stripe-Signature": signature})
        assert (answer.status_code, answer.data) == (400, b"refused") or signature == "good"

    holds()
