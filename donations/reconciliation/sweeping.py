"""Room: reconciliation. The sweep asks Stripe what we may have missed and puts it into the inbox.

Rows of Stripe's book never vanish, so they are the floor; events are forgotten after 30 days. Overlap is free, for
every entry stands under its own key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations import inbox
from donations.clock import to_rfc3339
from donations.database import Database
from donations.ports import BalanceTransaction, Payments, Ring
from donations.reconciliation.events import EVENT_TYPES
from donations.reconciliation.unfinished import find_unfinished
from donations.reconciliation.watermarks import move_mark, read_mark
from donations.tables import Gift, InboxRow, Pledge, entry, stripe_balance_transaction

OVERLAP = timedelta(hours=2)
EVENT_MEMORY = timedelta(days=30)
"""How long Stripe remembers an event."""
_PAGE = 100

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep looked at, and how much of it was put into the inbox."""

    checked: int
    found: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One run of the sweep: its database and processor, and when it began."""

    database: Database
    payments: Payments
    livemode: bool
    now: datetime

    def ring(self, object_type: str, object_id: str) -> Ring:
        """Return the ring by which this run tells of an object."""
        return Ring(
            event_id=f"sweep/{object_type}/{object_id}/{to_rfc3339(self.now)}",
            type="sweep",
            object_type=object_type,
            object_id=object_id,
            livemode=self.livemode,
            created_at=self.now,
            api_version=None,
        )

    def tell(self, rings: Sequence[Ring]) -> int:
        """Put them into the inbox in one commit and return how many were news."""
        if not rings:
            return 0
        return self.database.write(
            lambda session: sum(inbox.record(session, ring, origin="sweep", received_at=self.now) for ring in rings)
        )


def sweep(run: Round, *, look_back: timedelta | None = None) -> Swept:
    """Ask for everything since the last sweep, two hours of overlap included, or as far back as `look_back`.

    What is not in the book or the inbox yet is put into the inbox; a stream's mark moves when all of it is committed.
    """
    events = _sweep_events(run, _since(run, "events", look_back))
    rows = _sweep_rows(run, _since(run, "balance_transactions", look_back))
    with run.database.read() as session:
        unfinished = find_unfinished(session, now=run.now)
    found = run.tell([run.ring(*one) for one in unfinished])
    return Swept(checked=events.checked + rows.checked + len(unfinished), found=events.found + rows.found + found)


def _since(run: Round, stream: str, look_back: timedelta | None) -> datetime:
    with run.database.read() as session:
        mark = read_mark(session, stream)
        start = mark if mark is not None else _beginning(session, run.now)
    if mark is not None and look_back is not None:
        return min(start - OVERLAP, run.now - look_back)
    return start - OVERLAP


def _beginning(session: Session, now: datetime) -> datetime:
    """Return when the first thing of this book happened; never swept, we cannot know what came since."""
    known = session.execute(
        select(
            select(func.min(Gift.promised_at)).scalar_subquery(),
            select(func.min(Pledge.promised_at)).scalar_subquery(),
            select(func.min(entry.c.recorded_at)).scalar_subquery(),
        )
    ).one()
    moments: list[datetime] = [now, *(one for one in known if one is not None)]
    return min(moments)


def _sweep_events(run: Round, since: datetime) -> Swept:
    created_from = max(since, run.now - EVENT_MEMORY)
    rings = run.payments.list_events(created_from=created_from, types=EVENT_TYPES)
    swept = _page_by_page(run, (ring for ring in rings if ring.livemode == run.livemode), _untold)
    run.database.write(lambda session: move_mark(session, "events", run.now))
    return swept


def _sweep_rows(run: Round, since: datetime) -> Swept:
    rows = run.payments.list_balance_transactions(created_from=since)
    swept = _page_by_page(run, rows, _unmirrored)
    run.database.write(lambda session: move_mark(session, "balance_transactions", run.now))
    return swept


def _page_by_page(
    run: Round, items: Iterable[_Item], choose: Callable[[Session, Sequence[_Item]], list[tuple[str, str]]]
) -> Swept:
    checked = found = 0
    for page in _pages(items):
        with run.database.read() as session:
            chosen = choose(session, page)
        found += run.tell([run.ring(*one) for one in dict.fromkeys(chosen)])
        checked += len(page)
    return Swept(checked=checked, found=found)


def _pages(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    rest = iter(items)
    while page := list(islice(rest, _PAGE)):
        yield page


def _untold(session: Session, rings: Sequence[Ring]) -> list[tuple[str, str]]:
    """Return the objects of which nothing in the inbox tells that is as young as the event."""
    ids = {ring.object_id for ring in rings}
    latest = {
        row.object_id: row.told_at
        for row in session.execute(
            select(InboxRow.object_id, func.max(InboxRow.created_at).label("told_at"))
            .where(InboxRow.object_id.in_(ids))
            .group_by(InboxRow.object_id)
        )
    }
    return [
        (ring.object_type, ring.object_id)
        for ring in rings
        if ring.object_id not in latest or latest[ring.object_id] < ring.created_at
    ]


def _unmirrored(session: Session, rows: Sequence[BalanceTransaction]) -> list[tuple[str, str]]:
    """Return the rows that the book does not know: a row is kept when it is booked, not before."""
    ids = [row.id for row in rows]
    known = set(
        session.scalars(select(stripe_balance_transaction.c.id).where(stripe_balance_transaction.c.id.in_(ids)))
    )
    return [("balance_transaction", row_id) for row_id in ids if row_id not in known]
