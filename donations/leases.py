"""Room: leases. Stored work is claimed for a while, finished once, tried again, or parked for a person: never lost.

Rows of `inbox` and `outbox` have the same columns for it. Each claim raises the row's generation; a holder that comes
late finishes with an old generation and changes nothing. Its statements take the narrow road of the database: a gift
needs a dozen of them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, and_, bindparam, exists, literal_column, null, or_, select, update
from sqlalchemy.orm import Session

from donations.database.driver import Prepared, engine_name, prepare
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


def is_due(session: Session, row: Row, *, now: datetime) -> bool:
    """Tell whether anything could be claimed now: looking is cheaper than claiming nothing."""
    return bool(_is_due(engine_name(session), row).run(session, {"now": now}).fetchone()[0])


def claim(
    session: Session, row: Row, columns: tuple[str, ...], *, now: datetime, limit: int
) -> Sequence[tuple[Lease, tuple[str, ...]]]:
    """Lease up to `limit` due rows and return each with these columns of it (texts), oldest due first.

    A row whose lease ran out is due again. One whose every holder died is parked: it may be what kills them.
    """
    asked = {"now": now, "until": now + LEASE, "limit": limit}
    found = _claim(engine_name(session), row, columns).run(session, asked).fetchall()
    leased = [
        (Lease(row_id=row_id, generation=generation, tries=tries), tuple(rest))
        for _, row_id, generation, tries, *rest in sorted(found, key=lambda one: (one[0], one[1]))
    ]
    for lease, _ in leased:
        if lease.tries > TRIES_MAX:
            park(session, row, lease, fault="HolderDied")
    return [(lease, rest) for lease, rest in leased if lease.tries <= TRIES_MAX]


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
    held = {"row_id": lease.row_id, "generation": lease.generation}
    closing = _closing(engine_name(session), row, tuple(values))
    return bool(closing.run(session, {**values, **held}).rowcount == 1)


def _due(row: Row) -> ColumnElement[bool]:
    now = bindparam("now", type_=row.due_at.type)
    return or_(
        and_(row.state == literal_column("'waiting'"), row.due_at <= now),
        and_(row.state == literal_column("'leased'"), row.lease_until <= now),
    )


@cache
def _is_due(engine: str, row: Row) -> Prepared:
    return prepare(engine, select(exists().where(_due(row))))


@cache
def _claim(engine: str, row: Row, columns: tuple[str, ...]) -> Prepared:
    """Choose and lease in one statement: nobody else can take a chosen row in between, nor wait for it."""
    chosen = (
        select(row.id)
        .where(_due(row))
        .order_by(row.due_at, row.id)
        .limit(bindparam("limit", type_=row.id.type))
        .offset(literal_column("0"))  # Else SQLite's dialect binds one of its own.
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    leased = (
        update(row)
        .where(row.id.in_(select(chosen.c.id)))
        .values(
            state=literal_column("'leased'"),
            lease_until=bindparam("until", type_=row.lease_until.type),
            lease_generation=row.lease_generation + literal_column("1"),
            tries=row.tries + literal_column("1"),
        )
    )
    wanted = [getattr(row, name) for name in columns]
    return prepare(engine, leased.returning(row.due_at, row.id, row.lease_generation, row.tries, *wanted))


@cache
def _closing(engine: str, row: Row, columns: tuple[str, ...]) -> Prepared:
    new = {name: bindparam(name, type_=getattr(row, name).type) for name in columns}
    held = (
        row.id == bindparam("row_id", type_=row.id.type),
        row.state == literal_column("'leased'"),
        row.lease_generation == bindparam("generation", type_=row.lease_generation.type),
    )
    return prepare(engine, update(row).where(*held).values(lease_until=null(), **new))
