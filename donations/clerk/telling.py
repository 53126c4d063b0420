"""Room: clerk. The pen in the clerk's hand: one public line after another, committed to and in its month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations import log
from donations.log import NONE, Kind, Line, Opening, Pen, Told
from donations.tables import GiftSettlement, log_leaf, transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """What telling needs: the pen, today in the book's zone, and the largest line a gift may have."""

    pen: Pen
    zone: ZoneInfo
    on: date
    part_max_cents: int

    def tell(
        self, kind: Kind, opening: Opening, told: Told, *, ref: int | None = None, month: str | None = None
    ) -> int:
        """Add a line that commits to an opening and return its index; its month is the opening's, if none is said."""
        line = Line(
            kind=kind,
            number=opening.number,
            month=month or month_of(opening.gift_on),
            children_cents=opening.children_cents,
            operations_cents=opening.operations_cents,
            ref=NONE if ref is None else str(ref),
        )
        return self.pen.add(line, told, opening)

    def read_further_parts(self, session: Session, gift_id: int) -> list[tuple[Opening, Told]]:
        """Return the parts of a large gift that are not told yet."""
        lines = select(log_leaf).where(log_leaf.c.gift_id == gift_id, log_leaf.c.kind.in_(("gift", "part")))
        rows = session.execute(lines.order_by(log_leaf.c.idx)).all()
        first, known = rows[0], {row.part for row in rows}
        cents = read_gift_cents(session, gift_id)
        gift_on = session.scalars(select(GiftSettlement.gift_on).where(GiftSettlement.gift_id == gift_id)).one()
        return [
            (
                Opening(
                    number=NONE,
                    children_cents=log.split_cents(cents[0], first.parts)[part - 1],
                    operations_cents=log.split_cents(cents[1], first.parts)[part - 1],
                    gift_on=gift_on,
                    part=log.part_text("part", part, first.parts, first.number),
                ),
                Told(subject=f"gift/{gift_id}/{part}", gift_id=gift_id, part=part, parts=first.parts),
            )
            for part in range(2, first.parts + 1)
            if part not in known
        ]


def month_of(day: date) -> str:
    """Return a month as lines say it."""
    return f"{day.year}-{day.month:02d}"


def read_gift_cents(session: Session, gift_id: int) -> tuple[int, int]:
    """Return the cents a gift brought to the children and to operations."""
    brought = (
        select(transfer.c.fund_id, func.sum(transfer.c.cents))
        .join(GiftSettlement, GiftSettlement.entry_id == transfer.c.entry_id)
        .where(GiftSettlement.gift_id == gift_id, transfer.c.credit_id.in_((4010, 4020)))
        .group_by(transfer.c.fund_id)
    )
    found = {fund_id: int(cents) for fund_id, cents in session.execute(brought)}
    return found.get(1, 0), found.get(2, 0)
