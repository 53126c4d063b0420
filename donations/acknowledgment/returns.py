"""Room: acknowledgment. What becomes of a receipt when its gift's money goes back: void, hold, unhold.

Judged from everything filed so far, never from one event: told in any order, the document stands the same.
A void stays void; a partial return, and one in a later year, leave the receipt standing (`list_owed_documents`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from donations.acknowledgment.gifts import is_root_receipt
from donations.tables import (
    Dispute,
    Gift,
    GiftSettlement,
    Receipt,
    ReceiptEvent,
    entry,
    filing,
    returned,
    transfer,
)

_REASONS = {"refund": "refund", "dispute": "dispute_lost", "late_return": "late_return", "correction": "correction"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Back:
    """What went back of a gift, by everything filed: cents of both funds."""

    in_tax_year_cents: int
    disputed_cents: int
    """Withdrawn, and not yet decided."""
    has_lost: bool
    reason: str
    """Of the fact that took the last cents."""


def follow_return(session: Session, gift_id: int, *, now: datetime) -> None:
    """Write what the facts filed make of a gift's receipt, if it has one and that is news."""
    receipt = _read_live_receipt(session, gift_id)
    if receipt is None:
        return
    number, tax_year, paid_cents = receipt
    kinds = session.scalars(select(ReceiptEvent.kind).where(ReceiptEvent.number == number)).all()
    back = _read_back(session, gift_id, tax_year)
    is_held = kinds.count("hold") > kinds.count("unhold")
    event = None if "void" in kinds else _judge(back, paid_cents=paid_cents, is_held=is_held)
    if event is not None:
        kind, reason = event
        values = {"number": number, "kind": kind, "reason_code": reason, "recorded_at": now}
        session.execute(insert(ReceiptEvent).values(**values))


def _judge(back: _Back, *, paid_cents: int, is_held: bool) -> tuple[str, str] | None:
    if back.disputed_cents > 0:
        return None if is_held else ("hold", "disputed")
    if back.in_tax_year_cents >= paid_cents:
        return "void", back.reason
    if is_held:
        return "unhold", "dispute_lost" if back.has_lost else "dispute_won"
    return None


def _read_live_receipt(session: Session, gift_id: int) -> tuple[str, int, int] | None:
    """Return number, tax year and what was paid, of the receipt nothing has replaced."""
    root = session.execute(
        select(Receipt.number, Receipt.tax_year, Gift.amount_cents + Gift.fee_cover_cents)
        .join(Gift, Gift.id == Receipt.gift_id)
        .where(is_root_receipt(), Receipt.gift_id == gift_id)
    ).one_or_none()
    if root is None:
        return None
    number, tax_year, paid_cents = root
    while (later := session.scalar(select(Receipt.number).where(Receipt.replaces == number))) is not None:
        number = later
    return number, tax_year, paid_cents


def _read_back(session: Session, gift_id: int, tax_year: int) -> _Back:
    rows = session.execute(
        select(returned.c.kind, returned.c.children_cents + returned.c.operations_cents, entry.c.effective_on)
        .join(entry, entry.c.id == returned.c.entry_id)
        .join(filing, filing.c.entry_id == returned.c.entry_id)
        .where(returned.c.gift_id == gift_id)
        .order_by(filing.c.position)
    ).all()
    lost_cents = _read_lost_cents(session, gift_id)
    return _Back(
        in_tax_year_cents=sum(cents for _, cents, day in rows if day.year <= tax_year),
        disputed_cents=sum(cents for kind, cents, _ in rows if kind == "dispute") - lost_cents,
        has_lost=lost_cents > 0,
        reason=_REASONS[next((kind for kind, cents, _ in reversed(rows) if cents > 0), "refund")],
    )


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
