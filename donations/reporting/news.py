"""Room: reporting. What one gift did: cents set aside and spent, in outfit sets, at the grain of a told month.

Everything here follows from the told month's frozen sums (`news_months`), the order in which gifts came and the gift
itself; no clothing fund, purchase, shop or day is asked (books rules S9, S11; tax rules, "Earmark-safe money").
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from donations.reporting.standing_cents import standing_cents
from donations.tables import Gift, GiftSettlement, NewsItem, NewsMonth, filing, returned


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftNews:
    """What a donor is told of a gift as of the last told month; `through` is None while no month was told."""

    kept_cents: int
    """Of the gift to the children's fund, what has not gone back."""
    through: date | None = None
    since: date | None = None
    filled_count: int = 0
    """Clothing funds filled from `since` through `through`, by all gifts together: 0, or at least k."""
    designated_cents: int = 0
    spent_cents: int = 0
    items: tuple[str, ...] = ()
    """Items of the outfit set bought since the gift came."""

    @property
    def may_move(self) -> bool:
        """Return whether cents are left that the charity may still move."""
        return self.spent_cents < self.kept_cents


def read_news(session: Session, reference: str, *, month: date | None = None) -> GiftNews | None:
    """Return what may be told of a settled gift, as of the last told month or of the one ending on `month`.

    None where there is no such gift, or its money has not come. Gifts count as spent in the order in which they came.
    """
    found = session.execute(
        select(Gift.id, Gift.amount_cents, GiftSettlement.entry_id, GiftSettlement.gift_on, filing.c.position)
        .join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
        .outerjoin(filing, filing.c.entry_id == GiftSettlement.entry_id)
        .where(Gift.reference == reference)
    ).one_or_none()
    if found is None:
        return None
    back = session.scalar(select(func.sum(returned.c.children_cents)).where(returned.c.gift_id == found.id)) or 0
    kept = max(0, found.amount_cents - int(back))
    aside, used = (
        _told_month(session, NewsMonth.filled_count, month),
        _told_month(session, NewsMonth.spent_cents, month),
    )
    latest = max((told for told in (aside, used) if told), key=lambda told: told.through, default=None)
    if latest is None or found.position is None:
        return GiftNews(kept_cents=kept)
    spent = 0
    if used is not None:
        reached = min(kept, _designated(session, found.entry_id, used.through))
        spent = min(reached, _spent(used, found.position, reached))
    designated = 0 if aside is None else min(kept, _designated(session, found.entry_id, aside.through))
    return GiftNews(
        kept_cents=kept,
        through=latest.through,
        since=latest.since,
        filled_count=latest.filled_step or 0,
        # What is spent was set aside, also where the sum set aside was not told yet.
        designated_cents=max(designated, spent),
        spent_cents=spent,
        items=_items(session, found.gift_on, latest.through) if spent else (),
    )


def _told_month(session: Session, side: InstrumentedAttribute[int | None], month: date | None) -> NewsMonth | None:
    """Return the last month of which this side was told, through the one ending on `month`."""
    told = select(NewsMonth).where(side.is_not(None)).order_by(NewsMonth.through.desc()).limit(1)
    return session.scalar(told if month is None else told.where(NewsMonth.through <= month))


def _designated(session: Session, entry_id: int, through: date) -> int:
    there = standing_cents(through, source=entry_id).subquery()
    return int(session.scalar(select(func.sum(there.c.cents))) or 0)


def _spent(told: NewsMonth, position: int, designated: int) -> int:
    """Return what of a gift's designated cents the told sum reaches: all before the front, none behind it."""
    if position < told.front_position:
        return designated
    return told.front_cents if position == told.front_position else 0


def _items(session: Session, gift_on: date, through: date) -> tuple[str, ...]:
    named = select(NewsItem.item).where(NewsItem.through >= gift_on, NewsItem.through <= through).distinct()
    return tuple(sorted(session.scalars(named)))
