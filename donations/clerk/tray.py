"""Room: clerk. What lies in the tray, as the clerk takes it up: gifts, and money that goes back or comes again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from donations import filing
from donations.errors import BrokenInvariantError
from donations.tables import Dispute, DocumentRequest, GiftSettlement, entry, returned, tray

_GIFTS = frozenset({"gift", "operations_gift", "opening", "goods_gift", "goods_sold"})
_LOST = "dispute_lost"
_HAS_WORK = select(or_(exists(select(tray.c.entry_id)), exists(select(DocumentRequest.id))))


def is_laid(session: Session) -> bool:
    """Tell whether anything lies in the clerk's trays: looking is cheaper than sitting down for nothing."""
    return bool(session.scalar(_HAS_WORK))


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftItem:
    """An entry that brings cents, and how many of them to the children."""

    entry_id: int
    children_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnItem:
    """A fact about money that had come: how many of the children's cents went back (> 0) or came again (< 0)."""

    entry_id: int
    source_key: str
    happened_at: datetime
    gift_id: int | None
    """None where it was never a gift's money."""
    children_cents: int
    """0 for a dispute lost: its cents had gone back before."""


def read_tray(session: Session, limit: int) -> list[GiftItem | ReturnItem]:
    """Return the first things in the tray by entry; raises `BrokenInvariantError` for one that cannot be filed.

    What an entry is filed as is decided by its `returned` row, not by its kind.
    """
    rows = session.execute(
        select(
            tray.c.entry_id,
            entry.c.kind,
            entry.c.source_key,
            entry.c.happened_at,
            returned.c.gift_id,
            returned.c.children_cents,
        )
        .join(entry, entry.c.id == tray.c.entry_id)
        .outerjoin(returned, returned.c.entry_id == tray.c.entry_id)
        .order_by(tray.c.entry_id)
        .limit(limit)
    ).all()
    gifts = [row.entry_id for row in rows if row.gift_id is None and row.kind in _GIFTS]
    brought = session.execute(filing.children_cents_of(select(entry.c.id).where(entry.c.id.in_(gifts))))
    cents = {row.entry_id: int(row.cents) for row in brought}
    return [_item(session, row, cents) for row in rows]


def _item(session: Session, row: Any, brought: dict[int, int]) -> GiftItem | ReturnItem:  # noqa: ANN401  # See above.
    if row.gift_id is not None:
        return _return_item(row, row.gift_id, row.children_cents)
    if row.kind in _GIFTS:
        return GiftItem(entry_id=row.entry_id, children_cents=brought.get(row.entry_id, 0))
    if row.kind == _LOST:
        return _return_item(row, _gift_of_dispute(session, row.source_key), 0)
    raise BrokenInvariantError(f"an entry of kind {row.kind} lies in the tray, and the clerk cannot file it")


def _return_item(row: Any, gift_id: int | None, children_cents: int) -> ReturnItem:  # noqa: ANN401  # See above.
    return ReturnItem(
        entry_id=row.entry_id,
        source_key=row.source_key,
        happened_at=row.happened_at,
        gift_id=gift_id,
        children_cents=children_cents,
    )


def _gift_of_dispute(session: Session, source_key: str) -> int | None:
    """Return the gift whose charge was disputed under `dispute/<id>/lost`."""
    dispute_id = source_key.removeprefix("dispute/").removesuffix("/lost")
    return session.scalar(
        select(GiftSettlement.gift_id)
        .join(Dispute, Dispute.charge_id == GiftSettlement.charge_id)
        .where(Dispute.id == dispute_id)
    )
