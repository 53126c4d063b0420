"""Room: filing. The clerk's lock and the one total order.

Whoever writes a position, a number or a designation holds the lock to the end of the transaction. On PostgreSQL it
is an advisory lock that dies with the connection; on SQLite the one writer is the lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from donations.filing.rows import insert_rows
from donations.tables import filing

What = Literal["gift", "return", "make_whole", "purchase", "opened", "closed"]

_CLERKS_LOCK = 0x616C6D03


def try_clerks_lock(session: Session) -> bool:
    """Sit down at the clerk's desk until the transaction ends; False if somebody else sits there."""
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _CLERKS_LOCK}))


def await_clerks_lock(session: Session) -> None:
    """Wait for the clerk's desk: for the rare acts that file themselves."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CLERKS_LOCK})


def next_position(session: Session) -> int:
    """Return the position after the last one filed; the caller holds the lock."""
    return (session.scalar(select(func.max(filing.c.position))) or 0) + 1


def file_entries(session: Session, entries: Sequence[tuple[int, What]]) -> int:
    """Give (entry, what) pairs the next positions in their order; return the first. The caller holds the lock."""
    first = next_position(session)
    rows = [
        {"position": position, "what": what, "entry_id": entry_id}
        for position, (entry_id, what) in enumerate(entries, start=first)
    ]
    insert_rows(session, "filing", rows)
    return first


def file_clothing_funds(session: Session, fund_ids: Sequence[int], what: Literal["opened", "closed"]) -> None:
    """Give the opening or closing of these funds the next positions; the caller holds the lock."""
    first = next_position(session)
    rows = [
        {"position": position, "what": what, "clothing_fund_id": fund_id}
        for position, fund_id in enumerate(fund_ids, start=first)
    ]
    insert_rows(session, "filing", rows)
