"""Room: spending. Purchases as the desk shows them: no shop by name, no person but those who drafted and decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations.errors import NotFoundError
from donations.tables import Purchase, PurchaseItem, PurchaseLine, clothing_fund, clothing_spend


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """One clothing fund's part of a bill; `children_cents` is what its own cents paid once approved."""

    code: str
    cents: int
    children_cents: int
    items: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseFacts:
    """A purchase; cents."""

    reference: str
    receipt_number: str
    bought_on: date
    cents: int
    funds: int
    paid_from: str
    state: str
    is_paid: bool
    drafted_by: str
    drafted_at: datetime
    decided_by: str | None
    lines: tuple[LineFacts, ...] = ()


def list_purchases(session: Session, *, limit: int = 200) -> list[PurchaseFacts]:
    """Return the latest purchases, the newest first, without their lines."""
    counts = (
        select(PurchaseLine.purchase_id, func.count().label("funds")).group_by(PurchaseLine.purchase_id).subquery()
    )
    rows = session.execute(
        select(Purchase, counts.c.funds)
        .join(counts, counts.c.purchase_id == Purchase.id)
        .order_by(Purchase.id.desc())
        .limit(limit)
    )
    return [_facts(row.Purchase, row.funds) for row in rows]


def read_purchase(session: Session, reference: str) -> PurchaseFacts:
    """Return one purchase with its lines; raises `NotFoundError`."""
    found = session.scalars(select(Purchase).where(Purchase.reference == reference)).one_or_none()
    if found is None:
        raise NotFoundError("There is no purchase with that reference.", field="reference")
    lines = _lines(session, found)
    return _facts(found, len(lines), lines)


def _lines(session: Session, found: Purchase) -> tuple[LineFacts, ...]:
    items: dict[int, dict[str, int]] = {}
    for item in session.scalars(select(PurchaseItem).where(PurchaseItem.purchase_id == found.id)):
        items.setdefault(item.clothing_fund_id, {})[item.item] = item.count
    rows = session.execute(
        select(clothing_fund.c.id, clothing_fund.c.code, PurchaseLine.cents, clothing_spend.c.cents.label("spent"))
        .join(PurchaseLine, PurchaseLine.clothing_fund_id == clothing_fund.c.id)
        .outerjoin(
            clothing_spend,
            (clothing_spend.c.clothing_fund_id == clothing_fund.c.id) & (clothing_spend.c.entry_id == found.entry_id),
        )
        .where(PurchaseLine.purchase_id == found.id)
        .order_by(clothing_fund.c.queue_no)
    )
    return tuple(
        LineFacts(code=row.code, cents=row.cents, children_cents=row.spent or 0, items=items.get(row.id, {}))
        for row in rows
    )


def _facts(found: Purchase, funds: int, lines: tuple[LineFacts, ...] = ()) -> PurchaseFacts:
    known: dict[str, Any] = {
        name: getattr(found, name)
        for name in (
            *("reference", "receipt_number", "bought_on", "cents", "paid_from", "state"),
            *("drafted_by", "drafted_at", "decided_by"),
        )
    }
    return PurchaseFacts(**known, funds=funds, lines=lines, is_paid=found.paid_entry_id is not None)
