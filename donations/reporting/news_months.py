"""Room: reporting. Which months donors are told of: frozen sums of the whole fund, behind the mask of the reports.

Months and published reports are one history to the mask, so neither can be subtracted from the other. From the sums
of a month and the order of the gifts everything follows that any donor is told: all notes together say no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations.privacy import Milestone, Rule
from donations.reporting.children import (
    CLOTHED,
    DESIGNATED,
    FILLED,
    SPENT,
    ChildrenSide,
    History,
    Question,
    read_children_side,
)
from donations.reporting.periods import Period, month_period
from donations.reporting.publication import read_history
from donations.reporting.standing_cents import standing_cents
from donations.reporting.sums import read_day_book
from donations.settings import Organisation
from donations.tables import NewsItem, NewsMonth, Purchase, PurchaseItem, entry, filing

DELAY: Final = timedelta(days=14)
"""S9: a donor is told of a month at the earliest so long after its last day."""


def last_tellable_month(today: date) -> Period:
    """Return the newest month that ended long enough ago."""
    month = month_period(today - DELAY)
    return month if month.last_on + DELAY <= today else month_period(month.first_on - timedelta(days=1))


def settle_month(session: Session, *, organisation: Organisation, today: date, now: datetime) -> NewsMonth | None:
    """Freeze what donors are told of the newest month that may be told, and return it; for `Database.write`.

    None where it was told before, or where the mask withholds it: it is then told together with a later one.
    """
    month = last_tellable_month(today)
    latest = session.scalar(select(NewsMonth).order_by(NewsMonth.through.desc()).limit(1))
    if latest is not None and latest.through >= month.last_on:
        return None
    rule = Rule(k=organisation.suppression_k, set_cents=organisation.set_price_cents)
    history = read_history(session)
    asked = Question(
        period=month,
        book=read_day_book(session, last_on=month.last_on, recorded_at=now),
        recorded_at=now,
        history=history,
        rule=rule,
    )
    row = _row_of(read_children_side(session, asked), month, now)
    if row.filled_count is None and row.clothed_count is None:
        return None
    row.front_position, row.front_cents = _front(session, row)
    session.add(row)
    session.flush()
    if row.clothed_count is not None:
        named = _items(session, row, _last(history, CLOTHED), rule.k)
        session.add_all(NewsItem(through=row.through, item=item) for item in named)
    session.flush()
    return row


def _row_of(side: ChildrenSide, month: Period, now: datetime) -> NewsMonth:
    """Return the month with each side that the mask lets through, moved or not: silence must not tell which."""
    filled, clothed, step = side.filled.told, side.clothed.told, side.filled.steps[FILLED]
    row = NewsMonth(through=month.last_on, since=month.first_on, told_at=now)
    if filled is not None and step.value is not None and step.value >= 0:
        row.since = step.since or row.since
        row.filled_step, row.filled_count, row.designated_cents = step.value, filled.count, filled.cents[DESIGNATED]
    if clothed is not None:
        row.clothed_count, row.spent_cents = clothed.count, clothed.cents[SPENT]
    return row


def _last(history: History, name: str) -> Milestone | None:
    return max(history.get(name, ()), key=lambda milestone: milestone.on, default=None)


def _front(session: Session, month: NewsMonth) -> tuple[int, int]:
    """Return how far the spent cents reach in the order in which the gifts came: the last place, and cents of it."""
    left = month.spent_cents or 0
    for position, cents in _designated_in_order(session, month.through):
        if left <= cents:
            return (position, left) if left else (0, 0)
        left -= cents
    return 0, 0


def _designated_in_order(session: Session, through: date) -> Iterator[tuple[int, int]]:
    there = standing_cents(through).subquery()
    rows = select(filing.c.position, func.sum(there.c.cents)).join(
        there, there.c.source_entry_id == filing.c.entry_id
    )
    for position, cents in session.execute(rows.group_by(filing.c.position).order_by(filing.c.position)):
        yield position, int(cents)


def _items(session: Session, month: NewsMonth, before: Milestone | None, k: int) -> Sequence[str]:
    """Return the items bought for at least k clothing funds since what was told before (S5)."""
    bought = (
        select(PurchaseItem.item)
        .join(Purchase, Purchase.id == PurchaseItem.purchase_id)
        .join(entry, entry.c.id == Purchase.entry_id)
        .where(
            Purchase.state == "approved", entry.c.effective_on <= month.through, entry.c.recorded_at <= month.told_at
        )
        .group_by(PurchaseItem.item)
        .having(func.count(PurchaseItem.clothing_fund_id.distinct()) >= k)
    )
    if before is not None:
        bought = bought.where(entry.c.effective_on > before.on)
    return session.scalars(bought).all()
