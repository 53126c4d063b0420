"""Room: inbox. Events told to us, stored once and for ever; a worker then looks at what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from donations import leases
from donations.database import insert_once
from donations.leases import Lease
from donations.ports import Ring
from donations.tables import InboxRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A leased event: which object to look at, and nothing of what was said about it."""

    lease: Lease
    origin: str
    type: str
    object_type: str
    object_id: str


def record(
    session: Session,
    ring: Ring,
    *,
    origin: Literal["webhook", "sweep", "thanks"],
    received_at: datetime,
    parked_because: str | None = None,
) -> bool:
    """Store an event under its id; False if it was stored before. `parked_because` keeps it for a person."""
    values = {
        "event_id": ring.event_id,
        "origin": origin,
        "type": ring.type,
        "object_type": ring.object_type,
        "object_id": ring.object_id,
        "api_version": ring.api_version,
        "created_at": ring.created_at,
        "received_at": received_at,
        "state": "parked" if parked_because else "waiting",
        "due_at": received_at,
        "last_refusal": parked_because,
    }
    return insert_once(session, InboxRow, values, key=("event_id",))


def claim(session: Session, *, now: datetime, limit: int) -> Sequence[Told]:
    """Lease due events, oldest first."""
    return [
        Told(lease=lease, origin=origin, type=type_, object_type=object_type, object_id=object_id)
        for lease, (origin, type_, object_type, object_id) in leases.claim(
            session, InboxRow, ("origin", "type", "object_type", "object_id"), now=now, limit=limit
        )
    ]


def is_due(session: Session, *, now: datetime) -> bool:
    """Tell whether any event waits now."""
    return leases.is_due(session, InboxRow, now=now)


def finish(session: Session, lease: Lease, *, now: datetime) -> bool:
    """Mark the event worked off; False if its lease was lost."""
    return leases.finish(session, InboxRow, lease, now=now)


def give_back(session: Session, lease: Lease) -> bool:
    """Lay it back untouched: its turn did not come while the lease was fresh."""
    return leases.give_back(session, InboxRow, lease)


def postpone(session: Session, lease: Lease, *, fault: str, now: datetime) -> bool:
    """Look at it again later: the fault may pass."""
    return leases.postpone(session, InboxRow, lease, fault=fault, now=now)


def park(session: Session, lease: Lease, *, fault: str) -> bool:
    """Leave it for a person: the fault will not pass by itself."""
    return leases.park(session, InboxRow, lease, fault=fault)
