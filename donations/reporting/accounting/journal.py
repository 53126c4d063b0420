"""Room: reporting. The journal of a year, entry by entry in memory that does not grow, with what stood before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import ledger
from donations.ledger import AsOf, BalanceLine
from donations.postings import CHART, FUND_IDS, Account
from donations.tables import entry, transfer

_BATCH = 500
_FUNDS = {number: name for name, number in FUND_IDS.items()}
_ACCOUNTS = {account.number: account for account in CHART}
_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLine:
    """What an entry does to one account of one fund; cents, debit positive."""

    fund: str
    account: Account
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One entry of the book; its lines add up to nothing, in all and for each fund."""

    day: date
    kind: str
    source_key: str
    lines: tuple[JournalLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """A year's journal: its entries by book day, and balances at any of its days, summed by the ledger itself."""

    session: Session
    year: int

    @property
    def first_day(self) -> date:
        """Return the first day of the year."""
        return date(self.year, 1, 1)

    def entries(self) -> Iterator[JournalEntry]:
        """Yield the entries of the year in the order of their days, then of their booking."""
        rows = self.session.execute(_statement(self.year), execution_options={"yield_per": _BATCH})
        for _, lines in groupby(rows, key=lambda row: row.id):
            yield _entry(list(lines))

    def entries_to_be_closed(self) -> Iterator[JournalEntry]:
        """Yield them without the year's closing entries, for a program that closes its years by itself."""
        return (each for each in self.entries() if each.kind != "close")

    def balances_before(self) -> list[JournalLine]:
        """Return what every fund had in every account when the year began."""
        return self.balances_on(self.first_day - timedelta(days=1))

    def balances_on(self, day: date) -> list[JournalLine]:
        """Return what every fund has in every account at the end of a day, as the ledger adds it up."""
        return [_balance(line) for line in ledger.trial_balance(self.session, AsOf(effective_on=day))]

    def month_ends(self) -> list[date]:
        """Return the last day of each month."""
        firsts = [date(self.year + month // _MONTHS, month % _MONTHS + 1, 1) for month in range(1, _MONTHS + 1)]
        return [first - timedelta(days=1) for first in firsts]


def _statement(year: int) -> Any:  # noqa: ANN401  # A statement's rows carry no types.
    return (
        select(
            entry.c.id,
            entry.c.effective_on,
            entry.c.kind,
            entry.c.source_key,
            transfer.c.fund_id,
            transfer.c.debit_id,
            transfer.c.credit_id,
            transfer.c.cents,
        )
        .join(transfer, transfer.c.entry_id == entry.c.id)
        .where(entry.c.effective_on.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(entry.c.effective_on, entry.c.id, transfer.c.line)
    )


def _entry(rows: list[Any]) -> JournalEntry:
    lines = tuple(
        JournalLine(fund=_FUNDS[row.fund_id], account=_ACCOUNTS[number], cents=cents)
        for row in rows
        for number, cents in ((row.debit_id, row.cents), (row.credit_id, -row.cents))
    )
    first = rows[0]
    return JournalEntry(day=first.effective_on, kind=first.kind, source_key=first.source_key, lines=lines)


def _balance(line: BalanceLine) -> JournalLine:
    number = next(account for account in CHART if account.path == line.account)
    return JournalLine(fund=line.fund, account=number, cents=line.balance_cents)
