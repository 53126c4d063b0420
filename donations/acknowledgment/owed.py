"""Room: acknowledgment. Documents that money gone back still calls for: a replacement, or a notice of a later year.

A query over what is filed; nothing waits in a table for it, and nothing can be forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Integer, String, Subquery, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from donations.tables import Gift, Receipt, ReceiptEvent, entry, filing, returned

Need = Literal["replacement", "notice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedDocument:
    """A receipt that no longer tells the whole truth, and what is called for; cents of both funds."""

    number: str
    gift_reference: str
    told_cents: int
    kept_cents: int
    returned_later_cents: int
    """Of what went back, the part after the tax year: it changes no receipt, and a notice tells of it."""
    need: Need


def list_owed_documents(session: Session) -> list[OwedDocument]:
    """Return the newest receipt of every gift for which a replacement or a notice is still called for.

    A receipt under dispute waits for its outcome, and a void one whose gift was kept after all is to be replaced.
    """
    back, events = _back_by_receipt(), _events_by_receipt()
    paid = Gift.amount_cents + Gift.fee_cover_cents
    is_void = func.coalesce(events.c.voids, 0) > 0
    told_wrong = or_(
        and_(is_void, back.c.in_year < paid), and_(~is_void, Receipt.amount_cents != paid - back.c.in_year)
    )
    found = session.execute(
        select(Receipt.number, Gift.reference, Receipt.amount_cents, paid, back.c.in_year, back.c.later, told_wrong)
        .join(back, back.c.number == Receipt.number)
        .join(Gift, Gift.id == Receipt.gift_id)
        .outerjoin(events, events.c.number == Receipt.number)
        .where(func.coalesce(events.c.holds, 0) == 0, or_(told_wrong, and_(~is_void, back.c.later != 0)))
        .order_by(Receipt.number)
    )
    return [
        OwedDocument(
            number=number,
            gift_reference=reference,
            told_cents=told,
            kept_cents=paid_cents - int(in_year) - int(after),
            returned_later_cents=int(after),
            need="replacement" if is_wrong else "notice",
        )
        for number, reference, told, paid_cents, in_year, after, is_wrong in found
    ]


def _back_by_receipt() -> Subquery:
    """Return what went back of each newest receipt's gift, within its tax year and later, by everything filed."""
    later = aliased(Receipt)
    year = cast(func.substr(cast(entry.c.effective_on, String), 1, 4), Integer)
    cents = returned.c.children_cents + returned.c.operations_cents
    return (
        select(
            Receipt.number,
            func.sum(case((year <= Receipt.tax_year, cents), else_=0)).label("in_year"),
            func.sum(case((year > Receipt.tax_year, cents), else_=0)).label("later"),
        )
        .join(returned, returned.c.gift_id == Receipt.gift_id)
        .join(filing, filing.c.entry_id == returned.c.entry_id)
        .join(entry, entry.c.id == returned.c.entry_id)
        .outerjoin(later, later.replaces == Receipt.number)
        .where(Receipt.series == "R", later.number.is_(None))
        .group_by(Receipt.number)
        .subquery()
    )


def _events_by_receipt() -> Subquery:
    kind = ReceiptEvent.kind
    return (
        select(
            ReceiptEvent.number,
            func.sum(case((kind == "void", 1), else_=0)).label("voids"),
            func.sum(case((kind == "hold", 1), (kind == "unhold", -1), else_=0)).label("holds"),
        )
        .group_by(ReceiptEvent.number)
        .subquery()
    )
