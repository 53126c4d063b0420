"""Room: reporting. What every account moved in each month, remembered: an entry never changes once it is booked.

A desk holds one `MonthSums`. The first question reads the book; each later one reads only what was booked lately, so
its cost does not grow with the book.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations.postings import CHART, FUND_IDS, FundName
from donations.tables import entry, transfer

LATE: Final = timedelta(hours=1)
"""An entry takes its number before it is committed. No transaction is open this long: what is older is all there."""
_PATHS: Final = {account.number: account.path for account in CHART}
_FUNDS: Final[dict[int, FundName]] = {number: name for name, number in FUND_IDS.items()}
_CLOSE: Final = "close"

_Sums = dict[tuple[FundName, str, date], int]


@dataclass(frozen=True, slots=True)
class MonthBook:
    """Net debits by fund, account and first day of the month; yearly closing entries are left out."""

    cents: _Sums

    def debit(self, month: date, fund: FundName, *paths: str) -> int:
        """Return what these accounts of a fund were debited in a month, net."""
        return sum(self.cents.get((fund, path, month), 0) for path in paths)

    def credit(self, month: date, fund: FundName, *paths: str) -> int:
        """Return what these accounts of a fund were credited in a month, net."""
        return -self.debit(month, fund, *paths)

    def total_debit(self, fund: FundName, *paths: str) -> int:
        """Return what these accounts of a fund were debited since the book was opened, net."""
        return sum(cents for (of, path, _), cents in self.cents.items() if of == fund and path in paths)


@dataclass(slots=True)
class MonthSums:
    """Remembers the sums through an entry that no late commit can come before any more."""

    late: timedelta = LATE
    _kept: tuple[int, _Sums] = field(default_factory=lambda: (0, {}))

    @property
    def remembered_through(self) -> int:
        """Return the last entry that is not read again."""
        return self._kept[0]

    def read(self, session: Session, *, now: datetime) -> MonthBook:
        """Return the book by month as this reading sees it."""
        through, sums = self._kept
        newest = session.scalar(select(func.max(entry.c.id))) or 0
        old = (entry.c.id > through, entry.c.recorded_at < now - self.late)
        settled = session.scalar(select(func.max(entry.c.id)).where(*old)) or 0
        if settled > through:
            sums = _added(sums, _read(session, through, settled))
            # One assignment: a second thread sees the old pair or the new one, and both are true.
            self._kept = (settled, sums)
            through = settled
        return MonthBook(_added(sums, _read(session, through, newest)))


def last_months(day: date, count: int) -> tuple[date, ...]:
    """Return the first days of the months up to a day's, the oldest first."""
    place = day.year * 12 + day.month - 1
    return tuple(date(at // 12, at % 12 + 1, 1) for at in range(place - count + 1, place + 1))


def _read(session: Session, after: int, through: int) -> Iterator[tuple[tuple[FundName, str, date], int]]:
    group = (entry.c.effective_on, transfer.c.fund_id, transfer.c.debit_id, transfer.c.credit_id)
    rows = session.execute(
        select(*group, func.sum(transfer.c.cents))
        .join_from(transfer, entry, entry.c.id == transfer.c.entry_id)
        .where(entry.c.id > after, entry.c.id <= through, entry.c.kind != _CLOSE)
        .group_by(*group)
    )
    for day, fund_id, debit, credit, cents in rows:
        fund, month = _FUNDS[fund_id], day.replace(day=1)
        yield (fund, _PATHS[debit], month), int(cents)
        yield (fund, _PATHS[credit], month), -int(cents)


def _added(sums: _Sums, more: Iterator[tuple[tuple[FundName, str, date], int]]) -> _Sums:
    added = dict(sums)
    for key, cents in more:
        added[key] = added.get(key, 0) + cents
    return added
