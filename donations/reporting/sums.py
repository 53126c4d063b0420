"""Room: reporting. The book summed by day in one reading; every figure of a report is a part of that sum.

A report asks some thirty questions. Put to the database one by one they would read the whole book thirty times.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from donations.postings import CHART, FUND_IDS, FundName
from donations.tables import entry, transfer

_NAMES: dict[int, FundName] = {number: name for name, number in FUND_IDS.items()}
_PATHS = {account.number: account.path for account in CHART}
_CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Days of the book, both ends included (`first_on` None: since it was opened), known at `recorded_at`."""

    first_on: date | None
    last_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class DayLine:
    """What one fund moved between two accounts on one day, in how many transfers; cents > 0."""

    day: date
    fund: FundName
    debit: str
    credit: str
    is_reversal: bool
    cents: int
    transfers: int


@dataclass(frozen=True, slots=True)
class DayBook:
    """The book by day. Amounts are debit positive; what never moved is 0; yearly closing entries are left out."""

    lines: tuple[DayLine, ...]

    def through(self, last_on: date) -> DayBook:
        """Return the book up to the end of a day."""
        return DayBook(tuple(line for line in self.lines if line.day <= last_on))

    def since(self, first_on: date | None) -> DayBook:
        """Return the book from the beginning of a day on; None leaves it whole."""
        return DayBook(tuple(line for line in self.lines if first_on is None or line.day >= first_on))

    def debit(self, fund: FundName, *paths: str) -> int:
        """Return what these accounts of a fund were debited, net."""
        return sum(cents for _, cents in self._movements(fund, paths))

    def credit(self, fund: FundName, *paths: str) -> int:
        """Return what these accounts of a fund were credited, net."""
        return -self.debit(fund, *paths)

    def debit_by_month(self, fund: FundName, path: str) -> dict[date, int]:
        """Return the net debits of an account by the first day of their month."""
        months: dict[date, int] = {}
        for day, cents in self._movements(fund, (path,)):
            month = day.replace(day=1)
            months[month] = months.get(month, 0) + cents
        return months

    def count_credits(self, fund: FundName, path: str) -> int:
        """Return how often an account was credited, less the times that was reversed."""
        count = 0
        for line in self.lines:
            if line.fund == fund and line.credit == path and not line.is_reversal:
                count += line.transfers
            elif line.fund == fund and line.debit == path and line.is_reversal:
                count -= line.transfers
        return count

    def _movements(self, fund: FundName, paths: tuple[str, ...]) -> Iterator[tuple[date, int]]:
        for line in self.lines:
            if line.fund == fund:
                if line.debit in paths:
                    yield line.day, line.cents
                if line.credit in paths:
                    yield line.day, -line.cents


def read_day_book(session: Session, *, last_on: date, recorded_at: datetime | None = None) -> DayBook:
    """Read the book through a day, as it was known at an instant (None: as it is known now)."""
    is_reversal = entry.c.reverses.is_not(None)
    group = (entry.c.effective_on, transfer.c.fund_id, transfer.c.debit_id, transfer.c.credit_id, is_reversal)
    chosen = (
        select(*group, func.sum(transfer.c.cents), func.count())
        .join_from(transfer, entry, entry.c.id == transfer.c.entry_id)
        .where(entry.c.effective_on <= last_on, entry.c.kind != _CLOSE)
        .group_by(*group)
    )
    if recorded_at is not None:
        chosen = chosen.where(entry.c.recorded_at <= recorded_at)
    return DayBook(
        tuple(
            DayLine(day, _NAMES[fund_id], _PATHS[debit], _PATHS[credit], bool(reverses), int(cents), transfers)
            for day, fund_id, debit, credit, reverses, cents, transfers in session.execute(chosen)
        )
    )


def in_span(span: Span) -> Iterable[ColumnElement[bool]]:
    """Return the conditions on `entry` that choose a span."""
    yield entry.c.effective_on <= span.last_on
    yield entry.c.recorded_at <= span.recorded_at
    if span.first_on is not None:
        yield entry.c.effective_on >= span.first_on
