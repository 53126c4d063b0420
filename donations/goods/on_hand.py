"""Room: goods. What is on the shelf, and what left it: things and counts, no person's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from donations.acknowledgment import is_taken_out
from donations.errors import NotFoundError
from donations.goods.facts import Kind
from donations.postings import HowOut
from donations.tables import Gift, GiftSettlement, GoodsGift, GoodsItem, GoodsOut, GoodsOutLine
from donations.tables.metadata import Whole

_SHOWN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One item of a gift in kind: how many came, left for good, and are in drafts; value in cents, of all of them."""

    item_id: int
    gift: str
    n: int
    kind: Kind
    description: str
    condition: str | None
    note: str
    came_on: date
    count: int
    gone: int
    drafted: int
    value_cents: int

    @property
    def left(self) -> int:
        """Return how many are on hand."""
        return self.count - self.gone

    @property
    def left_cents(self) -> int:
        """Return the book value of what is on hand."""
        return self.value_cents - self.value_cents * self.gone // self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class OutLine:
    """So many of one item that leave."""

    gift: str
    n: int
    description: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutFacts:
    """What leaves or left, and who said so; cents."""

    reference: str
    how: HowOut
    out_on: date
    state: str
    proceeds_cents: int
    commission_cents: int
    drafted_by: str
    drafted_at: datetime
    decided_by: str | None
    lines: tuple[OutLine, ...]


def read_shelf(
    session: Session, *, gifts: Sequence[str] | None = None, item_ids: Sequence[int] | None = None
) -> list[Shelf]:
    """Return items with what is left of them: of some gifts, of some ids, or the first 500 of which any is left."""
    asked = _counted()
    if gifts is not None:
        asked = asked.where(Gift.reference.in_(gifts))
    elif item_ids is not None:
        asked = asked.where(GoodsItem.id.in_(item_ids))
    else:
        asked = asked.having(GoodsItem.count > _pieces("approved")).limit(_SHOWN)
    return [Shelf(**row) for row in session.execute(asked).mappings()]


def list_out(session: Session, *, limit: int = 100) -> list[OutFacts]:
    """Return what left or is to leave, the newest first."""
    rows = session.scalars(select(GoodsOut).order_by(GoodsOut.id.desc()).limit(limit)).all()
    lines = _lines_of(session, [row.id for row in rows])
    return [_facts(row, lines.get(row.id, ())) for row in rows]


def read_out(session: Session, reference: str) -> OutFacts:
    """Return one; raises `NotFoundError`."""
    row = session.scalars(select(GoodsOut).where(GoodsOut.reference == reference)).one_or_none()
    if row is None:
        raise NotFoundError("Nothing with that reference left, or is to leave.", field="reference")
    return _facts(row, _lines_of(session, [row.id]).get(row.id, ()))


def _pieces(state: str) -> ColumnElement[int]:
    """Return how many left in a state; a whole number on PostgreSQL too, whose own sums are NUMERIC."""
    counted = case((GoodsOut.state == state, GoodsOutLine.count), else_=0)
    return as_type(func.coalesce(func.sum(counted), 0), Whole)


def _counted() -> Select[Any]:
    counted = (
        select(
            GoodsItem.id.label("item_id"),
            Gift.reference.label("gift"),
            GoodsItem.n,
            GoodsGift.kind,
            GoodsItem.description,
            GoodsItem.condition,
            GoodsItem.note,
            GiftSettlement.gift_on.label("came_on"),
            GoodsItem.count,
            _pieces("approved").label("gone"),
            _pieces("drafted").label("drafted"),
            GoodsItem.value_cents,
        )
        .join(GoodsGift, GoodsGift.gift_id == GoodsItem.gift_id)
        .join(Gift, Gift.id == GoodsItem.gift_id)
        .join(GiftSettlement, GiftSettlement.gift_id == GoodsItem.gift_id)
        .outerjoin(GoodsOutLine, GoodsOutLine.goods_item_id == GoodsItem.id)
        .outerjoin(GoodsOut, GoodsOut.id == GoodsOutLine.goods_out_id)
        .where(~is_taken_out())
        .group_by(GoodsItem.id, Gift.reference, GoodsGift.kind, GiftSettlement.gift_on)
        .order_by(GoodsItem.gift_id, GoodsItem.n)
    )
    return cast("Select[Any]", counted)


def _lines_of(session: Session, ids: Sequence[int]) -> dict[int, tuple[OutLine, ...]]:
    rows = session.execute(
        select(
            GoodsOutLine.goods_out_id,
            Gift.reference,
            GoodsItem.n,
            GoodsItem.description,
            GoodsOutLine.count.label("pieces"),
        )
        .join(GoodsItem, GoodsItem.id == GoodsOutLine.goods_item_id)
        .join(Gift, Gift.id == GoodsItem.gift_id)
        .where(GoodsOutLine.goods_out_id.in_(ids))
        .order_by(GoodsItem.gift_id, GoodsItem.n)
    )
    found: dict[int, tuple[OutLine, ...]] = {}
    for row in rows:
        line = OutLine(gift=row.reference, n=row.n, description=row.description, count=row.pieces)
        found[row.goods_out_id] = (*found.get(row.goods_out_id, ()), line)
    return found


def _facts(row: GoodsOut, lines: tuple[OutLine, ...]) -> OutFacts:
    known: dict[str, Any] = {
        name: getattr(row, name)
        for name in (
            *("reference", "how", "out_on", "state", "proceeds_cents", "commission_cents"),
            *("drafted_by", "drafted_at", "decided_by"),
        )
    }
    return OutFacts(**known, lines=lines)
