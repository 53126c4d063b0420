"""Room: closing. The close of a year: its income and expenses go to net assets, and its days are locked for good.

Both happen in one commit, so that no entry comes between. What is told of the year later is an adjustment of the
first open day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from donations import audit_log, ledger, postings
from donations.audit_log import Actor
from donations.closing.looking import look_at_year
from donations.closing.obstacle import YearEnd
from donations.closing.stand import last_day, stand_of
from donations.errors import FieldRefusedError
from donations.filing import await_clerks_lock
from donations.ports import Clock
from donations.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class YearClose:
    """The wish to close a year: by whom in the audit log, by what request in the book."""

    year: int
    actor: Actor
    by: str
    """The reference of the request two people agreed on, or `command`."""
    agreed: Mapping[str, Any] | None = None
    """The content they agreed on; None where one acts alone."""


def close_year(session: Session, settings: Settings, clock: Clock, wish: YearClose) -> tuple[str, ...]:
    """Close a year once and return the keys of its closing entries; closed again it is as it was.

    Raises `FieldRefusedError` while something blocks, and where the book is not what was agreed on any more.
    """
    await_clerks_lock(session)
    ledger.hold_periods(session)
    now = clock.now()
    found = look_at_year(session, settings, wish.year, now=now)
    if not found.closed:
        refuse_unready(found)
        _refuse_changed(found, wish)
        _book(session, wish, now)
        facts = {**found.content, "by": wish.by}
        audit_log.record(session, wish.actor, "close_year", at=now, subject=str(wish.year), facts=facts)
    return tuple(each.source_key for each in ledger.entries_of(session, f"close/{wish.year}/"))


def _book(session: Session, wish: YearClose, now: datetime) -> None:
    for fund, balances in stand_of(session, wish.year).balances.items():
        entry = postings.year_close(year=wish.year, fund=fund, balances=balances, happened_at=now, actor=wish.by)
        if entry is not None:
            ledger.post(session, entry, recorded_at=now)
    ledger.lock_through(session, last_day(wish.year), actor=wish.by, recorded_at=now)


def _refuse_changed(found: YearEnd, wish: YearClose) -> None:
    if wish.agreed is not None and found.content != wish.agreed:
        raise FieldRefusedError(
            f"The book of {wish.year} has changed since this was asked: look again, and ask again.", field="year"
        )


def refuse_unready(found: YearEnd) -> None:
    """Raise `FieldRefusedError` with everything that keeps a year from its close."""
    blocking = [one for one in found.obstacles if one.blocks]
    if blocking:
        told = "; ".join(f"{one.words.lower()} ({one.count})" for one in blocking)
        raise FieldRefusedError(f"{found.year} cannot be closed yet: {told}.", field="year")
