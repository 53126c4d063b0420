"""Room: reporting. Sums over transfers between two days, as the book was known at an instant."""

from __future__ import annotations

from collections.abc import Iterable
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
class Sums:
    """Cents moved by fund and account, debit positive; what never moved is 0."""

    cents: dict[tuple[FundName, str], int]

    def debit(self, fund: FundName, *paths: str) -> int:
        """Return what these accounts of a fund were debited, net, in cents."""
        return sum(self.cents.get((fund, path), 0) for path in paths)

    def credit(self, fund: FundName, *paths: str) -> int:
        """Return what these accounts of a fund were credited, net, in cents."""
        return -self.debit(fund, *paths)


def read_sums(session: Session, span: Span) -> Sums:
    """Return every fund's movement of every account in the span; the yearly closing entries are left out."""
    cents: dict[tuple[FundName, str], int] = {}
    for column, sign in ((transfer.c.debit_id, 1), (transfer.c.credit_id, -1)):
        chosen = (
            select(transfer.c.fund_id, column, func.sum(transfer.c.cents))
            .join(entry, entry.c.id == transfer.c.entry_id)
            .where(*in_span(span), entry.c.kind != _CLOSE)
            .group_by(transfer.c.fund_id, column)
        )
        for fund_id, account_id, total in session.execute(chosen):
            key = (_NAMES[fund_id], _PATHS[account_id])
            cents[key] = cents.get(key, 0) + sign * int(total)
    return Sums(cents)


def read_monthly(session: Session, span: Span, fund: FundName, path: str) -> dict[date, int]:
    """Return the net debits of one account by the first day of their month."""
    months: dict[date, int] = {}
    number = next(account.number for account in CHART if account.path == path)
    for column, sign in ((transfer.c.debit_id, 1), (transfer.c.credit_id, -1)):
        chosen = (
            select(entry.c.effective_on, func.sum(transfer.c.cents))
            .join(entry, entry.c.id == transfer.c.entry_id)
            .where(*in_span(span), transfer.c.fund_id == FUND_IDS[fund], column == number, entry.c.kind != _CLOSE)
            .group_by(entry.c.effective_on)
        )
        for day, total in session.execute(chosen):
            month = day.replace(day=1)
            months[month] = months.get(month, 0) + sign * int(total)
    return months


def in_span(span: Span) -> Iterable[ColumnElement[bool]]:
    """Return the conditions on `entry` that choose a span."""
    yield entry.c.effective_on <= span.last_on
    yield entry.c.recorded_at <= span.recorded_at
    if span.first_on is not None:
        yield entry.c.effective_on >= span.first_on
