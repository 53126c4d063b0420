"""Room: clerk. The one ordered desk: positions, gapless numbers, frozen facts, clothing funds; one commit a sitting.

What lies in the tray has settled already; nothing here decides whether money is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from donations import acknowledgment, filing
from donations.acknowledgment import AskedDocument
from donations.clerk.numbering import Numbering
from donations.designation import Source
from donations.errors import BrokenInvariantError
from donations.filing import What
from donations.settings import Organisation
from donations.tables import GiftSettlement, entry, tray

_BATCH_MAX = 1000
_ASKED_MAX = 100
"""Statements read whole years: so few share one commit that no other writer waits long."""

_WHAT: dict[str, What] = {"gift": "gift", "operations_gift": "gift", "opening": "gift"}
"""How entries of each kind that may lie in the tray are filed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the clerk is handed: whose documents, the clock's now, where they are checked, and tokens (32 hex)."""

    organisation: Organisation
    now: datetime
    base_url: str
    draw_token: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """What one sitting did: entries filed, numbers given, and whether more is waiting."""

    filed: int
    issued: tuple[str, ...]
    remaining: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One entry from the tray and the children's cents it brings."""

    entry_id: int
    what: What
    free_cents: int


def advance(session: Session, desk: Desk, limit: int) -> Advanced:
    """File at most `limit` things in one transaction: what lies in the tray by entry, then documents asked for.

    Does nothing if another clerk sits at the desk. Killed anywhere, everything or nothing of it has happened.
    """
    limit = min(limit, _BATCH_MAX)
    nothing = Advanced(filed=0, issued=(), remaining=False)
    if not filing.try_clerks_lock(session):
        return nothing
    items = _read_tray(session, limit)
    room = min(limit - len(items), _ASKED_MAX)
    asked = acknowledgment.read_requests(session, room)
    if not items and not asked:
        return nothing
    filing.file_entries(session, [(item.entry_id, item.what) for item in items])
    issued = _issue(session, desk, items, asked)
    # Gifts only fill, so their order alone decides and one pass over the batch is each item's own fill (law P5).
    # An item that returns money undoes and backfills at its own place: the pass must then end before it.
    filing.fill_clothing_funds(
        session, [Source(entry_id=item.entry_id, free_cents=item.free_cents) for item in items]
    )
    # Leaves of the public log are appended here, after the last row they tell of and before the tray is emptied.
    session.execute(delete(tray).where(tray.c.entry_id.in_([item.entry_id for item in items])))
    acknowledgment.forget_requests(session, asked)
    return Advanced(filed=len(items), issued=issued, remaining=len(items) == limit or len(asked) == room)


def _read_tray(session: Session, limit: int) -> list[_Item]:
    rows = session.execute(
        select(tray.c.entry_id, entry.c.kind)
        .join(entry, entry.c.id == tray.c.entry_id)
        .order_by(tray.c.entry_id)
        .limit(limit)
    ).all()
    cents = _read_children_cents(session, [row.entry_id for row in rows])
    return [_Item(entry_id=row.entry_id, what=_what(row.kind), free_cents=cents.get(row.entry_id, 0)) for row in rows]


def _read_children_cents(session: Session, entry_ids: Sequence[int]) -> dict[int, int]:
    found = session.execute(filing.children_cents_of(select(entry.c.id).where(entry.c.id.in_(entry_ids))))
    return {row.entry_id: int(row.cents) for row in found}


def _what(kind: str) -> What:
    if kind not in _WHAT:
        raise BrokenInvariantError(f"an entry of kind {kind} lies in the tray, and the clerk cannot file it")
    return _WHAT[kind]


def _issue(session: Session, desk: Desk, items: Sequence[_Item], asked: Sequence[AskedDocument]) -> tuple[str, ...]:
    """Give numbers to the gifts of these items, then to what was asked for, which may repeat them."""
    letterhead = acknowledgment.read_letterhead(session, desk.organisation, now=desk.now, base_url=desk.base_url)
    numbering = Numbering(session, letterhead, desk.draw_token)
    filed = GiftSettlement.entry_id.in_([item.entry_id for item in items])
    for gift in acknowledgment.read_settled_gifts(session, filed):
        numbering.issue_receipt(gift)
    numbering.write()
    for request in asked:
        numbering.answer(request)
    numbering.write()
    return numbering.issued
