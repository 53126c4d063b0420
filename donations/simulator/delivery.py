"""Room: simulator. Webhooks leave: signed by the SDK's signer, tried again as Stripe does, spoilt by a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import stripe

from donations.simulator.clock import SimulatedClock
from donations.simulator.events import destinations, payload_of
from donations.simulator.faults import is_out
from donations.simulator.ripening import ripen
from donations.simulator.store import Cabinet, Drawer, Json

Post = Callable[[bytes, dict[str, str]], int]
"""Sends a body with its headers and returns the HTTP status; an OSError counts as no answer."""

RETRY_SECONDS = (300, 1_800, 7_200, 18_000, 36_000, *(43_200,) * 4)
"""Stripe-like: 5 min, 30 min, 2 h, 5 h, 10 h, then every 12 h, given up after three days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How the way between Stripe and us behaves; every choice is drawn from the seed."""

    shuffle: bool = False
    duplicates: int = 0
    lose: float = 0.0
    delay_seconds: int = 0
    seed: int = 0


FAIR = Weather()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of one round: event ids that were taken, those tried in vain, those lost on the way for ever."""

    taken: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    delayed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parcel:
    seq: int
    event_id: str
    tries: int
    body: str
    secrets: tuple[str, ...]


def deliver_due(cabinet: Cabinet, post: Post, *, weather: Weather = FAIR, limit: int = 10_000) -> Delivered:
    """Send what is due by the simulated clock, once each, and write down what became of it.

    No transaction is open while `post` runs, so it may itself use the simulated Stripe.
    """
    with cabinet.open() as drawer:
        ripen(drawer)
        parcels = [] if is_out(drawer) else _take_due(drawer, limit)
    chance = random.Random(weather.seed)  # noqa: S311 (Reproducible weather, not a secret.)
    if weather.shuffle:
        chance.shuffle(parcels)
    found: dict[str, list[str]] = {"taken": [], "refused": [], "lost": [], "delayed": []}
    for parcel in parcels:
        ends = _send(cabinet, parcel, post, weather, chance)
        found[ends].append(parcel.event_id)
    return Delivered(**{name: tuple(ids) for name, ids in found.items()})


def resend(drawer: Drawer, event_id: str) -> int:
    """Owe every delivery of an event again, whatever became of it; returns how many."""
    again = drawer.sql.execute(
        "UPDATE delivery SET state = 'waiting', due_at = ?, tries = 0 WHERE event_id = ?", (drawer.epoch, event_id)
    )
    return again.rowcount


def resend_lost(drawer: Drawer) -> int:
    """Owe again everything that was lost or given up; returns how many."""
    again = drawer.sql.execute(
        "UPDATE delivery SET state = 'waiting', due_at = ?, tries = 0 WHERE state IN ('lost', 'given_up')",
        (drawer.epoch,),
    )
    return again.rowcount


def list_deliveries(drawer: Drawer, *, limit: int = 100) -> list[Json]:
    """Return the newest deliveries with their event's type, for the panel and the command."""
    rows = drawer.sql.execute(
        "SELECT delivery.seq, event_id, json_extract(body, '$.type'), destination, state, tries, last_status, due_at"
        " FROM delivery JOIN object ON object.id = event_id ORDER BY delivery.seq DESC LIMIT ?",
        (limit,),
    )
    names = ("seq", "event", "type", "destination", "state", "tries", "last_status", "due_at")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _take_due(drawer: Drawer, limit: int) -> list[_Parcel]:
    places = {destination["id"]: destination for destination in destinations(drawer)}
    rows = drawer.sql.execute(
        "SELECT seq, event_id, destination, tries FROM delivery WHERE state = 'waiting' AND due_at <= ?"
        " ORDER BY due_at, seq LIMIT ?",
        (drawer.epoch, limit),
    ).fetchall()
    return [
        _Parcel(
            seq=seq,
            event_id=event_id,
            tries=tries,
            body=payload_of(drawer.get("event", event_id) or {}, places[place]["payload"]),
            secrets=tuple(places[place]["secrets"]),
        )
        for seq, event_id, place, tries in rows
        if place in places
    ]


def _send(cabinet: Cabinet, parcel: _Parcel, post: Post, weather: Weather, chance: random.Random) -> str:
    if weather.delay_seconds and parcel.tries == 0 and chance.random() < 0.5:  # noqa: PLR2004 (A fair coin.)
        _note(cabinet, parcel, "waiting", None, wait=chance.randint(1, weather.delay_seconds))
        return "delayed"
    if chance.random() < weather.lose:
        _note(cabinet, parcel, "lost", None)
        return "lost"
    statuses = [_post(cabinet, parcel, post) for _ in range(1 + weather.duplicates)]
    taken = next((status for status in statuses if 200 <= status < 300), None)  # noqa: PLR2004 (HTTP's own.)
    if taken is not None:
        _note(cabinet, parcel, "delivered", taken)
        return "taken"
    is_last = parcel.tries >= len(RETRY_SECONDS)
    wait = 0 if is_last else RETRY_SECONDS[parcel.tries]
    _note(cabinet, parcel, "given_up" if is_last else "waiting", statuses[-1], wait=wait)
    return "refused"


def _post(cabinet: Cabinet, parcel: _Parcel, post: Post) -> int:
    """Sign at the very moment of sending: a long round must not outlive its own signatures."""
    signature = sign(parcel.body, parcel.secrets, int(SimulatedClock(cabinet).now().timestamp()))
    try:
        return post(parcel.body.encode(), {"Stripe-Signature": signature})
    except OSError:
        return 0


def sign(body: str, secrets: tuple[str, ...], at: int) -> str:
    """Return the `Stripe-Signature` header: one timestamp, one `v1` for each active secret, by the SDK's signer."""
    signed = [stripe.WebhookSignature.generate_signature_header(body, secret, at) for secret in secrets]
    return ",".join([signed[0], *(header.partition(",")[2] for header in signed[1:])])


def _note(cabinet: Cabinet, parcel: _Parcel, state: str, status: int | None, *, wait: int = 0) -> None:
    with cabinet.open() as drawer:
        drawer.sql.execute(
            "UPDATE delivery SET state = ?, tries = tries + 1, last_status = ?, last_at = ?, due_at = ?"
            " WHERE seq = ?",
            (state, status, drawer.epoch, drawer.epoch + wait, parcel.seq),
        )
