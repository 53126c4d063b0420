"""Cases of the letter slot: what comes to the real door is believed and stored once, or refused and forgotten."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from donations import inbox, ledger
from donations.cli.playing import Street
from donations.database import open_database
from donations.ports import Ring
from donations.settings import Settings
from donations.simulator import acts, control
from donations.simulator.delivery import sign
from donations.simulator.events import payload_of
from donations.tables import GiftSettlement, InboxRow, Receipt
from donations.wiring import open_rooms
from tests.databases import Foundry
from tests.journeys.houses import founded, street_of

_FORM = {"amount": "130.00", "name": "Ada Example", "email": "ada@example.org"}
_OF_SOMEBODY_ELSE = "whsec_of_somebody_else"
_FIFTY_MEGABYTES = 50 * 1024 * 1024
_BELIEVED, _REFUSED, _TOO_LARGE, _NOT_THAT_WAY = 204, 400, 413, 405


@dataclass(frozen=True, slots=True)
class _Slot:
    """The letter slot of one house, and one event of the simulated Stripe to push through it."""

    street: Street
    body: str
    secrets: tuple[str, ...]

    @property
    def now(self) -> int:
        """Return the present in Stripe's seconds."""
        return int(self.street.rooms.clock.now().timestamp())

    def push(self, body: str | bytes | None = None, *, signature: str | bytes | None, method: str = "POST") -> int:
        """Push a body through the slot and return the answer's status."""
        headers = {} if signature is None else {"Stripe-Signature": signature}
        return self.street.door.open(
            "/webhooks/stripe",
            method=method,
            data=self.body if body is None else body,
            headers=headers,
            content_type="application/json",
            base_url=self.street.rooms.settings.base_url,
        ).status_code

    def signed(self, body: str | None = None, *, seconds: int = 0, secret: str | None = None) -> str:
        """Return a signature as Stripe makes it, at so many seconds from now."""
        secrets = self.secrets if secret is None else (secret,)
        return sign(self.body if body is None else body, secrets, self.now + seconds)

    def stored(self) -> list[InboxRow]:
        """Return what was stored."""
        with self.street.rooms.database.read() as session:
            return list(session.scalars(select(InboxRow)))


@pytest.fixture
def slot(street: Street) -> _Slot:
    """Return the slot of a house to which one gift was paid that nobody has told of yet."""
    given = street.give(_FORM, how="paid")
    assert given.played is not None
    with street.stripe.cabinet.open() as drawer:
        told = [drawer.get("event", event) for event in given.played.events]
        body = next(payload_of(each, "snapshot") for each in told if each and each["type"] == "charge.succeeded")
    return _Slot(street=street, body=body, secrets=tuple(street.stripe.webhook_secrets()))


def test_an_event_without_a_signature_is_refused(slot: _Slot) -> None:
    """Case 1."""
    assert slot.push(signature=None) == _REFUSED
    assert slot.stored() == []


def test_an_event_signed_with_a_wrong_secret_is_refused(slot: _Slot) -> None:
    """Case 2."""
    assert slot.push(signature=slot.signed(secret=_OF_SOMEBODY_ELSE)) == _REFUSED
    assert slot.stored() == []
    assert slot.push(signature=slot.signed()) == _BELIEVED


def test_an_event_of_which_one_byte_was_changed_is_refused(slot: _Slot) -> None:
    """Case 3."""
    signature = slot.signed()
    for place in range(0, len(slot.body), max(1, len(slot.body) // 40)):
        changed = slot.body[:place] + chr(ord(slot.body[place]) ^ 1) + slot.body[place + 1 :]
        assert slot.push(changed, signature=signature) == _REFUSED, place
    assert slot.stored() == []


def test_an_event_signed_more_than_300_seconds_ago_is_refused(slot: _Slot) -> None:
    """Case 4."""
    assert slot.push(signature=slot.signed(seconds=-302)) == _REFUSED
    assert slot.stored() == []
    assert slot.push(signature=slot.signed(seconds=-290)) == _BELIEVED


def test_an_event_signed_in_the_future_is_refused(slot: _Slot) -> None:
    """Case 5."""
    assert slot.push(signature=slot.signed(seconds=310)) == _REFUSED
    assert slot.stored() == []
    assert slot.push(signature=slot.signed(seconds=280)) == _BELIEVED


def test_a_signature_that_is_not_ascii_is_refused_without_a_fault(slot: _Slot) -> None:
    """Case 6."""
    when = slot.signed().partition(",")[0]
    for odd in ("é" * 64, "ß" * 64, "٣" * 64, "\u00a0" + "a" * 63):
        assert slot.push(signature=f"{when},v1={odd}".encode().decode("latin-1")) == _REFUSED
    assert slot.stored() == []


def test_a_body_of_50_megabytes_is_refused_unread(slot: _Slot) -> None:
    """Case 7."""
    assert slot.push(b"x" * _FIFTY_MEGABYTES, signature=slot.signed()) == _TOO_LARGE
    assert slot.stored() == []


def test_an_event_of_the_other_mode_is_kept_for_a_person_and_books_nothing(slot: _Slot) -> None:
    """Case 8."""
    other = json.dumps(json.loads(slot.body) | {"livemode": True})
    assert slot.push(other, signature=slot.signed(other)) == _BELIEVED
    slot.street.worker().drain()
    assert [(row.state, row.last_refusal) for row in slot.stored()] == [("parked", "OtherMode")]
    assert _settled(slot.street) == 0


def test_an_event_of_a_type_nobody_knows_is_stored_and_worked_off_in_peace(slot: _Slot) -> None:
    """Case 9."""
    unheard = json.loads(slot.body) | {"id": "evt_sim_unheard", "type": "kind.of_tomorrow"}
    unheard["data"] = {"object": {"id": "kot_sim_1", "object": "kind_of_tomorrow"}}
    body = json.dumps(unheard)
    assert slot.push(body, signature=slot.signed(body)) == _BELIEVED
    slot.street.worker().drain()
    assert [(row.type, row.state) for row in slot.stored()] == [("kind.of_tomorrow", "done")]


def test_one_fact_told_in_both_kinds_of_payload_is_booked_once(slot: _Slot) -> None:
    """Case 10."""
    with slot.street.stripe.cabinet.open() as drawer:
        thin = payload_of(drawer.get("event", json.loads(slot.body)["id"]) or {}, "thin")
    assert slot.push(signature=slot.signed()) == slot.push(thin, signature=slot.signed(thin)) == _BELIEVED
    slot.street.worker().drain()
    assert len(slot.stored()) == 2
    assert {row.object_id for row in slot.stored()} == {json.loads(slot.body)["data"]["object"]["id"]}
    assert _settled(slot.street) == _receipts(slot.street) == 1


def test_the_old_secret_is_believed_while_secrets_rotate_and_not_after_it_was_removed(slot: _Slot) -> None:
    """Case 11."""
    (old,) = slot.secrets
    control.rotate_secret(slot.street.stripe, keep_old=True)
    with street_of(slot.street.rooms.settings) as during:
        rotating = _Slot(street=during, body=slot.body, secrets=slot.secrets)
        assert rotating.push(signature=slot.signed(secret=old)) == _BELIEVED
    new = control.rotate_secret(slot.street.stripe, keep_old=False)
    with street_of(slot.street.rooms.settings) as after:
        rotated = _Slot(street=after, body=slot.body, secrets=(new,))
        assert rotated.push(signature=slot.signed(secret=old)) == _REFUSED
        assert rotated.push(signature=rotated.signed()) == _BELIEVED


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_the_slot_takes_nothing_but_post(slot: _Slot, method: str) -> None:
    """Case 12."""
    assert slot.push(signature=slot.signed(), method=method) == _NOT_THAT_WAY
    assert slot.stored() == []


def test_money_of_another_product_on_the_same_account_waits_apart_and_is_no_gift(slot: _Slot) -> None:
    """Case 13."""
    acts.sell_elsewhere(slot.street.stripe, 4_200)
    slot.street.deliver_and_drain()
    rooms = slot.street.rooms
    with rooms.database.read() as session:
        assert ledger.balance(session, "children", "liabilities:suspense") == -4_200
        assert ledger.balance(session, "children", "income:gifts") == -13_000
    assert _settled(slot.street) == _receipts(slot.street) == 1
    assert {row.state for row in slot.stored()} == {"done"}


def test_one_event_told_20_times_at_once_by_threads_is_one_row_and_one_gift(slot: _Slot) -> None:
    """Case 15, by threads at the real door."""
    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda _: slot.push(signature=slot.signed()), range(20)))
    assert statuses == [_BELIEVED] * 20
    slot.street.worker().drain()
    assert len(slot.stored()) == _settled(slot.street) == _receipts(slot.street) == 1


@pytest.mark.slow
def test_one_event_told_20_times_at_once_by_processes_is_one_row(slot: _Slot) -> None:
    """Case 15, by processes."""
    tell = partial(_tell_from_elsewhere, slot.street.rooms.settings.database_url, json.loads(slot.body))
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        news = list(pool.map(tell, range(20)))
    assert sorted(news) == [False] * 19 + [True]
    assert len(slot.stored()) == 1


def _tell_from_elsewhere(url: str, event: dict[str, Any], _: int) -> bool:
    """Record an event from a process of its own; return whether it was new."""
    told, at = event["data"]["object"], datetime.fromtimestamp(event["created"], tz=UTC)
    ring = Ring(
        event_id=event["id"],
        type=event["type"],
        object_type=told["object"],
        object_id=told["id"],
        livemode=False,
        created_at=at,
        api_version=event["api_version"],
    )
    database = open_database(url)
    try:
        return database.write(lambda session: inbox.record(session, ring, origin="webhook", received_at=at))
    finally:
        database.close()


@pytest.fixture
def two_destinations(foundry: Foundry, tmp_path: Path, faces: Path) -> Iterator[Settings]:
    """Found a house to which Stripe sends everything twice, in both kinds of payload, each under its own secret."""
    with founded(foundry, tmp_path / "house", faces) as settings:
        with open_rooms(settings) as rooms:
            assert rooms.simulation is not None
            control.add_thin_destination(rooms.simulation)
        yield settings


def test_two_destinations_on_one_address_tell_everything_twice_and_it_is_booked_once(
    two_destinations: Settings,
) -> None:
    """Case 16."""
    with street_of(two_destinations) as street:
        given = street.give(_FORM, how="paid")
        assert given.played is not None
        street.deliver_and_drain()
        with street.rooms.database.read() as session:
            rows = session.scalar(select(func.count()).select_from(InboxRow).where(InboxRow.state == "done"))
            children = ledger.balance(session, "children", "income:gifts")
        assert rows == 2 * len(given.played.events)
        assert (children, _settled(street), _receipts(street)) == (-13_000, 1, 1)


def _settled(street: Street) -> int:
    with street.rooms.database.read() as session:
        return session.scalar(select(func.count()).select_from(GiftSettlement)) or 0


def _receipts(street: Street) -> int:
    with street.rooms.database.read() as session:
        return session.scalar(select(func.count()).select_from(Receipt)) or 0
