"""Room: simulator. Something happened: it is written down as an event, and owed to every webhook destination."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime

from donations.simulator import shapes
from donations.simulator.store import Drawer, Json, new_id, shown


def tell(drawer: Drawer, kind: str, about: Json, *, previous: Json | None = None, at: int | None = None) -> str:
    """Write an event about an object as it is now and queue its deliveries; returns its id."""
    now = drawer.epoch if at is None else at
    told = drawer.put(shapes.event(kind, shown(about), now=now, previous=previous))
    for destination in destinations(drawer):
        drawer.sql.execute(
            "INSERT INTO delivery (event_id, destination, state, due_at) VALUES (?, ?, 'waiting', ?)",
            (told["id"], destination["id"], now),
        )
    return str(told["id"])


def destinations(drawer: Drawer) -> list[Json]:
    """Return the webhook destinations; a new file has one, for snapshots, with a fresh secret."""
    found = drawer.setting("destinations", default="")
    if not found:
        first = {"id": new_id("we"), "payload": "snapshot", "secrets": [_new_secret()]}
        drawer.keep("destinations", json.dumps([first]))
        return [first]
    return list(json.loads(found))


def add_destination(drawer: Drawer, payload: str) -> Json:
    """Add a destination that gets `snapshot` or `thin` payloads."""
    added = {"id": new_id("we"), "payload": payload, "secrets": [_new_secret()]}
    drawer.keep("destinations", json.dumps([*destinations(drawer), added]))
    return added


def rotate_secret(drawer: Drawer, destination_id: str, *, keep_old: bool = True) -> str:
    """Give a destination a new secret; with `keep_old` deliveries carry both signatures for a while."""
    known = destinations(drawer)
    for destination in known:
        if destination["id"] == destination_id:
            destination["secrets"] = [_new_secret(), *(destination["secrets"][:1] if keep_old else [])]
    drawer.keep("destinations", json.dumps(known))
    return next(str(destination["secrets"][0]) for destination in known if destination["id"] == destination_id)


def payload_of(told: Json, payload: str) -> str:
    """Return the body as it is sent: the event itself, or the thin notification of it, which has an id of its own."""
    if payload == "snapshot":
        return json.dumps(told, separators=(",", ":"))
    about = told["data"]["object"]
    thin = {
        "id": f"{told['id']}_thin",
        "object": "v2.core.event",
        "type": f"v1.{told['type']}",
        "livemode": False,
        "created": _instant(told["created"]),
        "context": None,
        "related_object": {"id": about["id"], "type": about["object"], "url": url_of(about)},
    }
    return json.dumps(thin, separators=(",", ":"))


def url_of(about: Json) -> str:
    """Return the address under which an object is fetched."""
    folders = {"checkout.session": "checkout/sessions", "radar.early_fraud_warning": "radar/early_fraud_warnings"}
    return f"/v1/{folders.get(about['object'], about['object'] + 's')}/{about['id']}"


def _new_secret() -> str:
    return f"whsec_sim_{secrets.token_hex(16)}"


def _instant(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
