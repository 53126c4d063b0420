"""Room: acknowledgment. What went back of a gift, by everything filed so far: never by one event.

A failed refund counts in the year of the refund it undoes, so that a refund of December that fails in January leaves
the old year as it was; what is told when its day was closed counts on its own day, not on the one it is booked on.
What came again without naming what it undoes is taken off that year and way last. A correction says that the gift was
never so: it counts in the gift's own year, whenever it is found out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from donations.tables import Dispute, GiftSettlement, entry, filing, returned, transfer

_REASONS = {"refund": "refund", "dispute": "dispute_lost", "late_return": "late_return", "correction": "correction"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cents:
    """Cents of a gift: of its part for the children, and of its fee cover for operations."""

    children: int
    operations: int

    @property
    def total(self) -> int:
        """Return both together."""
        return self.children + self.operations


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """What went back of a gift, and why."""

    in_year: Cents
    """Within the tax year of the gift, or before."""
    later_cents: int
    """After the tax year: it changes no receipt."""
    disputed_cents: int
    """Withdrawn, and not yet decided."""
    has_lost: bool
    reason: str
    """Of the fact that took the last cents: refund, dispute_lost, late_return or correction."""
    later_on: date | None
    """The last day after the tax year on which cents went back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    kind: str
    cents: Cents
    on: date
    year: int
    """To which it counts: of what it undoes, else its own."""


def read_back(session: Session, gift_id: int, tax_year: int) -> Back:
    """Return what went back of a gift, by everything filed."""
    rows = _read_rows(session, gift_id, tax_year)
    lost_cents = _read_lost_cents(session, gift_id)
    ways = {row.kind for row in rows}
    in_year = [_in_year([row for row in rows if row.kind == way], tax_year) for way in ways]
    within = Cents(
        children=sum(cents.children for cents in in_year), operations=sum(cents.operations for cents in in_year)
    )
    gone = [row for row in rows if row.cents.total > 0]
    return Back(
        in_year=within,
        later_cents=sum(row.cents.total for row in rows) - within.total,
        disputed_cents=sum(row.cents.total for row in rows if row.kind == "dispute") - lost_cents,
        has_lost=lost_cents > 0,
        reason=_REASONS[gone[-1].kind if gone else "refund"],
        later_on=max((row.on for row in gone if row.year > tax_year), default=None),
    )


def _in_year(rows: Iterable[_Row], tax_year: int) -> Cents:
    """Return what went back by one way within the tax year and did not come again later."""
    rows = tuple(rows)
    old = [row.cents for row in rows if row.year <= tax_year]
    return Cents(
        children=min(sum(cents.children for cents in old), sum(row.cents.children for row in rows)),
        operations=min(sum(cents.operations for cents in old), sum(row.cents.operations for row in rows)),
    )


def _read_rows(session: Session, gift_id: int, tax_year: int) -> list[_Row]:
    undone, undone_return = aliased(entry), aliased(returned)
    own_day = func.coalesce(returned.c.happened_on, entry.c.effective_on)
    found = session.execute(
        select(
            returned.c.kind,
            returned.c.children_cents,
            returned.c.operations_cents,
            own_day.label("own_day"),
            func.coalesce(undone_return.c.happened_on, undone.c.effective_on, own_day).label("counts_on"),
        )
        .join(entry, entry.c.id == returned.c.entry_id)
        .outerjoin(undone, undone.c.id == entry.c.reverses)
        .outerjoin(undone_return, undone_return.c.entry_id == undone.c.id)
        .join(filing, filing.c.entry_id == returned.c.entry_id)
        .where(returned.c.gift_id == gift_id)
        .order_by(filing.c.position)
    )
    return [
        _Row(
            kind=row.kind,
            cents=Cents(children=row.children_cents, operations=row.operations_cents),
            on=row.own_day,
            year=tax_year if row.kind == "correction" else row.counts_on.year,
        )
        for row in found
    ]


def _read_lost_cents(session: Session, gift_id: int) -> int:
    """Return what of the gift's disputes was given up, by entries that are filed."""
    lost: Any = "dispute/" + Dispute.id + "/lost"
    cents = session.scalar(
        select(func.sum(transfer.c.cents))
        .select_from(GiftSettlement)
        .join(Dispute, Dispute.charge_id == GiftSettlement.charge_id)
        .join(entry, entry.c.source_key == lost)
        .join(filing, filing.c.entry_id == entry.c.id)
        .join(transfer, transfer.c.entry_id == entry.c.id)
        .where(GiftSettlement.gift_id == gift_id)
    )
    return int(cents or 0)
