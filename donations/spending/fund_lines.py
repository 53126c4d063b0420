"""Room: spending. One clothing fund at the desk: what was designated to it, what was spent, by which entry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.errors import NotFoundError
from donations.filing import ClothingFundLine, read_clothing_fund
from donations.tables import Gift, GiftSettlement, Purchase, clothing_fund, clothing_spend, designation, entry


@dataclass(frozen=True, slots=True, kw_only=True)
class FundEvent:
    """One line of a clothing fund: cents in are positive, cents spent negative; `subject` is a gift or a purchase."""

    on: date
    what: str
    cents: int
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FundFacts:
    """A clothing fund with its lines, the oldest first; their sum is what is left of it."""

    fund: ClothingFundLine
    lines: tuple[FundEvent, ...]

    @property
    def left_cents(self) -> int:
        """Return what is designated and not spent."""
        return self.fund.designated_cents - self.fund.spent_cents


def read_fund(session: Session, code: str) -> FundFacts:
    """Return one clothing fund by its code; raises `NotFoundError`."""
    found = read_clothing_fund(session, code)
    if found is None:
        raise NotFoundError("There is no clothing fund with that code.", field="code")
    lines = [*_designated(session, code), *_spent(session, code)]
    return FundFacts(fund=found, lines=tuple(sorted(lines, key=lambda line: line.on)))


def _designated(session: Session, code: str) -> Iterable[FundEvent]:
    rows = session.execute(
        select(designation.c.effective_on, designation.c.reason, designation.c.cents, Gift.reference)
        .join(clothing_fund, clothing_fund.c.id == designation.c.clothing_fund_id)
        .outerjoin(GiftSettlement, GiftSettlement.entry_id == designation.c.source_entry_id)
        .outerjoin(Gift, Gift.id == GiftSettlement.gift_id)
        .where(clothing_fund.c.code == code)
        .order_by(designation.c.id)
    )
    for on, reason, cents, gift in rows:
        yield FundEvent(on=on, what=reason, cents=cents, subject=gift)


def _spent(session: Session, code: str) -> Iterable[FundEvent]:
    bought: Any = Purchase.entry_id == entry.c.id
    rows = session.execute(
        select(entry.c.effective_on, clothing_spend.c.cents, Purchase.reference)
        .join(clothing_spend, clothing_spend.c.entry_id == entry.c.id)
        .join(clothing_fund, clothing_fund.c.id == clothing_spend.c.clothing_fund_id)
        .outerjoin(Purchase, bought)
        .where(clothing_fund.c.code == code)
        .order_by(entry.c.id)
    )
    for on, cents, purchase in rows:
        yield FundEvent(on=on, what="spend" if cents > 0 else "return", cents=-cents, subject=purchase)
