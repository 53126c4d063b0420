"""Room: reporting. The children's side: what was counted, handed to the mask; no other module reads these counts.

Filled are the clothing funds whose target is designated; waiting are the open ones still short; clothed are those on
which money was spent. $130 each means that money is a count, so money goes behind the same mask (S4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from donations.privacy import Masked, Milestone, Rule, Tally, mask
from donations.reporting.periods import Period
from donations.reporting.sums import DayBook, Span, in_span
from donations.tables import clothing_fund, clothing_spend, designation, entry

FILLED, WAITING, CLOTHED = "funds_filled", "funds_waiting", "children_clothed"
DESIGNATED, SPENT = "designated_cents", "spent_cents"
CLOTHING = "expense:clothing"
HELD = (
    "assets:bank:children",
    "assets:stripe",
    "assets:stripe:disputed",
    "assets:in-transit",
    "assets:undeposited",
    "liabilities:suspense",
    "liabilities:payable",
)
History = Mapping[str, Sequence[Milestone]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildrenSide:
    """The masked tallies."""

    filled: Masked
    waiting: Masked
    clothed: Masked

    def told(self) -> dict[str, Milestone]:
        """Return what this report adds to the history: the milestones of its own last day."""
        named = {FILLED: self.filled, WAITING: self.waiting, CLOTHED: self.clothed}
        return {name: masked.told for name, masked in named.items() if masked.told is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Truth:
    """The unmasked counts through a day; they leave this module only as cells of the mask."""

    public_cents: int
    designated_cents: int
    filled: int
    waiting: int
    spent_cents: int
    clothed: int
    designated_rows: Select[Any]
    spent_rows: Select[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about the children's side: of which period, in a book through its last day, after what."""

    period: Period
    book: DayBook
    recorded_at: datetime
    history: History
    rule: Rule


def read_children_side(session: Session, asked: Question) -> ChildrenSide:
    """Count through the end of the period and return what may be told after everything in its history."""
    period, history, rule = asked.period, asked.history, asked.rule
    truth = _read_truth(session, asked)
    blank = Tally(
        name=WAITING,
        begins_on=period.first_on,
        on=period.last_on,
        opened_on=min((line.day for line in asked.book.lines), default=period.first_on),
        count=truth.waiting,
        cents={},
        touched=None,
    )
    filled = mask(_filled(session, truth, blank, history), history.get(FILLED, ()), rule=rule)
    waiting = mask(replace(blank, companion_told=filled.told is not None), history.get(WAITING, ()), rule=rule)
    beside = filled.stands[FILLED].value
    clothed = mask(
        replace(_clothed(session, truth, blank, history), beside=beside), history.get(CLOTHED, ()), rule=rule
    )
    return ChildrenSide(filled=filled, waiting=waiting, clothed=clothed)


def public_cents(book: DayBook) -> int:
    """Return the children's cents that came and stayed, spent or not; the gifts tell it to everyone."""
    return book.debit("children", *HELD, CLOTHING)


def _filled(session: Session, truth: _Truth, blank: Tally, history: History) -> Tally:
    last = _last(history.get(FILLED, ()), blank.on)
    return replace(
        blank,
        name=FILLED,
        count=truth.filled,
        cents={DESIGNATED: truth.designated_cents},
        touched=_count_touched(session, truth.designated_rows, last),
        room_cents=truth.public_cents - (last.cents[DESIGNATED] if last else 0),
    )


def _clothed(session: Session, truth: _Truth, blank: Tally, history: History) -> Tally:
    last = _last(history.get(CLOTHED, ()), blank.on)
    return replace(
        blank,
        name=CLOTHED,
        count=truth.clothed,
        cents={SPENT: truth.spent_cents},
        touched=_count_touched(session, truth.spent_rows, last),
        room_cents=truth.public_cents - (last.cents[SPENT] if last else 0),
    )


def _read_truth(session: Session, asked: Question) -> _Truth:
    through = Span(first_on=None, last_on=asked.period.last_on, recorded_at=asked.recorded_at)
    designated_rows, spent_rows = _designated_rows(through), _spent_rows(through)
    designated = _per_fund(designated_rows)
    is_filled = or_(
        designated.c.cents >= clothing_fund.c.target_cents,
        and_(clothing_fund.c.closed == 1, clothing_fund.c.spent_cents > 0),
    )
    counted = session.execute(
        select(
            func.coalesce(func.sum(designated.c.cents), 0),
            func.coalesce(func.sum(case((is_filled, 1), else_=0)), 0),
            func.coalesce(func.sum(case((or_(is_filled, clothing_fund.c.closed == 1), 0), else_=1)), 0),
        )
        .select_from(clothing_fund)
        .outerjoin(designated, designated.c.fund_id == clothing_fund.c.id)
        .where(clothing_fund.c.opened_on <= through.last_on)
    ).one()
    spent = _per_fund(spent_rows)
    return _Truth(
        public_cents=public_cents(asked.book),
        designated_cents=int(counted[0]),
        filled=int(counted[1]),
        waiting=int(counted[2]),
        spent_cents=asked.book.debit("children", CLOTHING),
        clothed=session.scalar(select(func.count()).where(spent.c.cents > 0)) or 0,
        designated_rows=designated_rows,
        spent_rows=spent_rows,
    )


def _designated_rows(through: Span) -> Select[Any]:
    """Return (fund, day, cents), each on the day it was written: what is released later changes no earlier day."""
    return (
        select(
            designation.c.clothing_fund_id.label("fund_id"),
            designation.c.effective_on.label("day"),
            designation.c.cents,
        )
        .join(entry, entry.c.id == designation.c.source_entry_id)
        .join(clothing_fund, clothing_fund.c.id == designation.c.clothing_fund_id)
        .where(
            designation.c.effective_on <= through.last_on,
            entry.c.recorded_at <= through.recorded_at,
            clothing_fund.c.opened_on <= through.last_on,
            # A make-whole changes whose cents a fund holds, never how many.
            designation.c.reason != "make_whole",
        )
    )


def _spent_rows(through: Span) -> Select[Any]:
    return (
        select(
            clothing_spend.c.clothing_fund_id.label("fund_id"),
            entry.c.effective_on.label("day"),
            clothing_spend.c.cents,
        )
        .join(entry, entry.c.id == clothing_spend.c.entry_id)
        .where(*in_span(through))
    )


def _per_fund(rows: Select[Any]) -> Any:  # noqa: ANN401  # A subquery's columns carry no types.
    each = rows.subquery()
    return select(each.c.fund_id, func.sum(each.c.cents).label("cents")).group_by(each.c.fund_id).subquery()


def _count_touched(session: Session, rows: Select[Any], last: Milestone | None) -> int:
    each = rows.subquery()
    counted = select(func.count(each.c.fund_id.distinct()))
    return session.scalar(counted if last is None else counted.where(each.c.day > last.on)) or 0


def _last(history: Sequence[Milestone], on: date) -> Milestone | None:
    return max((m for m in history if m.on <= on), key=lambda m: m.on, default=None)
