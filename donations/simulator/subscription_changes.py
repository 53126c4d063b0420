"""Room: simulator. A subscription changes: the new state is written and told, with what stood there before."""

from __future__ import annotations

from typing import Any

from donations.simulator.events import tell
from donations.simulator.store import Drawer, Json

ENDED = ("canceled", "incomplete_expired")


def subscription_of(drawer: Drawer, billed: Json) -> Json:
    """Return the subscription an invoice is for; an invoice by itself is for none, and the answer is empty."""
    details = (billed["parent"] or {}).get("subscription_details") or {}
    return drawer.get("subscription", details.get("subscription", "")) or {}


def change(
    drawer: Drawer, pledged: Json, changes: Json, *, at: int, kind: str = "customer.subscription.updated"
) -> list[str]:
    """Write what differs and tell it; what differs in nothing is not told. Returns the events."""
    before = {name: pledged[name] for name, value in changes.items() if pledged[name] != value}
    if not before:
        return []
    pledged |= changes
    return [tell(drawer, kind, drawer.put(pledged), previous=before, at=at)]


def end(drawer: Drawer, pledged: Json, *, at: int, reason: str) -> list[str]:
    """End a subscription; what ended already stays as it is."""
    if pledged["status"] in ENDED:
        return []
    details: dict[str, Any] = pledged["cancellation_details"] | {"reason": reason}
    pledged |= {
        "status": "canceled",
        "canceled_at": pledged["canceled_at"] or at,
        "ended_at": at,
        "cancellation_details": details,
        "pause_collection": None,
        "_ended": True,
    }
    return [tell(drawer, "customer.subscription.deleted", drawer.put(pledged), at=at)]


def period_of(pledged: Json) -> tuple[int, int]:
    """Return the month a subscription is in: when it began and when it ends."""
    first = pledged["items"]["data"][0]
    return int(first["current_period_start"]), int(first["current_period_end"])


def with_period(pledged: Json, period: tuple[int, int]) -> Json:
    """Return its items moved on to another month."""
    moved = {"current_period_start": period[0], "current_period_end": period[1]}
    items: Json = pledged["items"]
    return items | {"data": [part | moved for part in items["data"]]}
