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

from donations.privacy import Rule
from donations.reporting.children import DESIGNATED, FILLED, SPENT, ChildrenSide, Question, read_children_side
from donations.reporting.periods import Period, month_period
from donations.reporting.publication import read_history
from donations.reporting.standing_cents import standing_cents
from donations.reporting.sums import read_day_book
from donations.settings import Organisation
from donations.tables import NewsItem, NewsMonth, Purchase, PurchaseItem, entry, filing

DELAY: Final = timedelta(days=14)
"""S9: a donor is told of a month at the earliest so long after its last day."""
_NOTHING: Final = (0, 0, 0, 0)


def last_tellable_month(today: date) -> Period:
    """Return the newest month that ended long enough ago."""
    month = month_period(today - DELAY)
    return month if month.last_on + DELAY <= today else month_period(month.first_on - timedelta(days=1))


def settle_month(session: Session, *, organisation: Organisation, today: date, now: datetime) -> NewsMonth | None:
    """Freeze what donors are told of the newest month that may be told, and return it; for `Database.write`.

    None where it was told before, where the mask withholds it (it is then told together with a later one), or where
    nothing has moved.
    """
    month = last_tellable_month(today)
    latest = session.scalar(select(NewsMonth).order_by(NewsMonth.through.desc()).limit(1))
    if latest is not None and latest.through >= month.last_on:
        return None
    rule = Rule(k=organisation.suppression_k, set_cents=organisation.set_price_cents)
    asked = Question(
        period=month,
        book=read_day_book(session, last_on=month.last_on, recorded_at=now),
        recorded_at=now,
        history=read_history(session),
        rule=rule,
    )
    row = _row_of(read_children_side(session, asked), month, now)
    if row is None or _sums(row) == (_sums(latest) if latest else _NOTHING):
        return None
    row.front_position, row.front_cents = _front(session, row)
    session.add(row)
    session.flush()
    session.add_all(NewsItem(through=row.through, item=item) for item in _items(session, row, latest, rule.k))
    session.flush()
    return row


def _row_of(side: ChildrenSide, month: Period, now: datetime) -> NewsMonth | None:
    """Return the month with the sums the mask lets through, or None: both counts are told, or neither."""
    filled, clothed = side.filled.told, side.clothed.told
    step = side.filled.steps[FILLED]
    if filled is None or clothed is None or step.value is None or step.since is None:
        return None
    designated, spent = filled.cents[DESIGNATED], clothed.cents[SPENT]
    if step.value < 0 or spent > designated:
        # A purchase of an earlier day than its cents were designated on waits for the next month.
        return None
    return NewsMonth(
        through=month.last_on,
        since=step.since,
        filled_step=step.value,
        filled_count=filled.count,
        designated_cents=designated,
        clothed_count=clothed.count,
        spent_cents=spent,
        told_at=now,
    )


def _sums(month: NewsMonth) -> tuple[int, ...]:
    return month.filled_count, month.designated_cents, month.clothed_count, month.spent_cents


def _front(session: Session, month: NewsMonth) -> tuple[int, int]:
    """Return how far the spent cents reach in the order in which the gifts came: the last place, and cents of it."""
    left = month.spent_cents
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


def _items(session: Session, month: NewsMonth, latest: NewsMonth | None, k: int) -> Sequence[str]:
    """Return the items bought for at least k clothing funds since the month told before (S5)."""
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
    if latest is not None:
        bought = bought.where(entry.c.effective_on > latest.through)
    return session.scalars(bought).all()
