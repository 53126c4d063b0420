"""Room: leases. Stored work is claimed for a while, finished once, tried again, or parked for a person: never lost.

Rows of `inbox` and `outbox` have the same columns for it. Each claim raises the row's generation; a holder that comes
late finishes with an old generation and changes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session

from donations.tables import InboxRow, OutboxRow

Row = type[InboxRow] | type[OutboxRow]

LEASE = timedelta(seconds=120)
TRIES_MAX = 28
"""With the back-off below, and its shortest jitter, the last try is three days after the first."""
_BACKOFF_FIRST_SECONDS = 10
_BACKOFF_MAX_SECONDS = 6 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to carry out one row until the lease runs out."""

    row_id: int
    generation: int
    tries: int


def claim(session: Session, row: Row, *, now: datetime, limit: int) -> Sequence[Lease]:
    """Lease up to `limit` due rows, oldest due first; a row whose lease ran out is due again.

    A row whose every holder died is parked in the end: it may be what kills them.
    """
    due = or_(
        (row.state == "waiting") & (row.due_at <= now),
        (row.state == "leased") & (row.lease_until <= now),
    )
    found = session.execute(
        select(row.id, row.lease_generation, row.tries)
        .where(due)
        .order_by(row.due_at, row.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    leases = [
        Lease(row_id=found_id, generation=generation + 1, tries=tries + 1) for found_id, generation, tries in found
    ]
    for lease in leases:
        session.execute(
            update(row)
            .where(row.id == lease.row_id)
            .values(state="leased", lease_until=now + LEASE, lease_generation=lease.generation, tries=lease.tries)
        )
    for lease in leases:
        if lease.tries > TRIES_MAX:
            park(session, row, lease, fault="HolderDied")
    return [lease for lease in leases if lease.tries <= TRIES_MAX]


def is_fresh(claimed_at: datetime, *, now: datetime) -> bool:
    """Return whether enough of a lease is left to begin its work: another holder may not start meanwhile."""
    return now - claimed_at < LEASE / 2


def give_back(session: Session, row: Row, lease: Lease) -> bool:
    """Lay a row back that was not begun; it counts as no try."""
    return _close(session, row, lease, state="waiting", tries=lease.tries - 1)


def finish(session: Session, row: Row, lease: Lease, *, now: datetime) -> bool:
    """Mark the work done; False if the lease was lost to another holder, and then nothing changes."""
    return _close(session, row, lease, state="done", done_at=now, last_refusal=None)


def postpone(session: Session, row: Row, lease: Lease, *, fault: str, now: datetime) -> bool:
    """Try again later, with growing, jittered pauses; after the last try the row is parked."""
    if lease.tries >= TRIES_MAX:
        return park(session, row, lease, fault=fault)
    return _close(session, row, lease, state="waiting", due_at=now + pause_after(lease.tries), last_refusal=fault)


def park(session: Session, row: Row, lease: Lease, *, fault: str) -> bool:
    """Leave the row for a person; it blocks nothing and is shown to the treasurer."""
    return _close(session, row, lease, state="parked", last_refusal=fault)


def pause_after(tries: int) -> timedelta:
    """Return the pause after the given number of tries: 10 s doubling to 6 h, with a quarter of jitter."""
    seconds = min(_BACKOFF_FIRST_SECONDS * 2.0 ** min(tries - 1, 30), _BACKOFF_MAX_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))  # noqa: S311  Jitter is no secret.


def _close(session: Session, row: Row, lease: Lease, **values: object) -> bool:
    result = session.execute(
        update(row)
        .where(row.id == lease.row_id, row.state == "leased", row.lease_generation == lease.generation)
        .values(lease_until=None, **values)
    )
    return cast("CursorResult[Any]", result).rowcount == 1
