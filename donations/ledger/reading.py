"""Room: ledger. Balances are sums over transfers, read whenever they are asked for, as known at any moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select, text, union_all
from sqlalchemy.orm import Session

from donations.postings import CHART, FUND_IDS, FundName, NewTransfer, account_named
from donations.tables import entry, transfer
from donations.tables.money import MOVES_BANK

_FUNDS = {number: name for name, number in FUND_IDS.items()}
_BANKS = (1010, 1020)
_PATHS = {account.number: account.path for account in CHART}


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """The book through a day, as it was known at an instant (None: as it is known now)."""

    effective_on: date
    recorded_at: datetime | None = None
    is_before_close: bool = False
    """Leave the closing entries of that very day out: a year as it stood before its close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceLine:
    """What one fund has in one account; debit positive."""

    fund: FundName
    account: str
    balance_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedEntry:
    """An entry as it stands in the book, with its transfers in the order of their lines."""

    entry_id: int
    kind: str
    source_key: str
    happened_at: datetime
    effective_on: date
    recorded_at: datetime
    reverses: int | None
    actor: str
    transfers: tuple[NewTransfer, ...]


def balance(session: Session, fund: FundName, account_path: str, as_of: AsOf | None = None) -> int:
    """Return the cents one fund has in one account, debit positive."""
    number = account_named(account_path).number
    signed = case((transfer.c.debit_id == number, transfer.c.cents), else_=-transfer.c.cents)
    moved = select(func.sum(signed)).where(transfer.c.fund_id == FUND_IDS[fund], moves_account(number))
    return int(session.scalar(_known(moved.select_from(transfer), as_of)) or 0)


def moves_account(number: int) -> ColumnElement[bool]:
    """Return the condition that a transfer moves an account; of a bank account an index knows them."""
    is_moved = or_(transfer.c.debit_id == number, transfer.c.credit_id == number)
    return and_(text(f"({MOVES_BANK})"), is_moved) if number in _BANKS else is_moved


def trial_balance(session: Session, as_of: AsOf | None = None) -> list[BalanceLine]:
    """Return every fund and account that was ever moved, in the order of the chart; each fund sums to 0."""
    moved = _movements(as_of)
    sums = (
        select(moved.c.fund_id, moved.c.account_id, func.sum(moved.c.cents))
        .group_by(moved.c.fund_id, moved.c.account_id)
        .order_by(moved.c.fund_id, moved.c.account_id)
    )
    return [
        BalanceLine(fund=_FUNDS[fund_id], account=_PATHS[account_id], balance_cents=int(cents))
        for fund_id, account_id, cents in session.execute(sums)
    ]


def entries_of(session: Session, source_key_prefix: str) -> list[BookedEntry]:
    """Return the entries whose source key begins so (`charge/ch_1`, `suspense/`), in the order they were booked."""
    return _entries(session, entry.c.source_key.startswith(source_key_prefix, autoescape=True))


def entries_by_id(session: Session, entry_ids: Collection[int]) -> list[BookedEntry]:
    """Return these entries in the order they were booked."""
    return _entries(session, entry.c.id.in_(entry_ids))


def _movements(as_of: AsOf | None, *conditions: ColumnElement[bool]) -> Subquery:
    """Return each transfer as two rows: its cents on the debit side, its negative cents on the credit side."""
    debits = select(transfer.c.fund_id, transfer.c.debit_id.label("account_id"), transfer.c.cents)
    credits_ = select(
        transfer.c.fund_id, transfer.c.credit_id.label("account_id"), (-transfer.c.cents).label("cents")
    )
    sides = [_known(side, as_of).where(*conditions) for side in (debits, credits_)]
    return union_all(*sides).subquery()


def _known(side: Select[Any], as_of: AsOf | None) -> Select[Any]:
    if as_of is None:
        return side
    chosen = side.join(entry, entry.c.id == transfer.c.entry_id).where(entry.c.effective_on <= as_of.effective_on)
    if as_of.is_before_close:
        chosen = chosen.where(or_(entry.c.kind != "close", entry.c.effective_on < as_of.effective_on))
    if as_of.recorded_at is None:
        return chosen
    return chosen.where(entry.c.recorded_at <= as_of.recorded_at)


def _entries(session: Session, condition: ColumnElement[bool]) -> list[BookedEntry]:
    rows = session.execute(select(entry).where(condition).order_by(entry.c.id)).mappings().all()
    chosen = select(transfer).where(transfer.c.entry_id.in_([row["id"] for row in rows]))
    lines: dict[int, list[NewTransfer]] = {row["id"]: [] for row in rows}
    for line in session.execute(chosen.order_by(transfer.c.entry_id, transfer.c.line)).mappings():
        sides = (_PATHS[line["debit_id"]], _PATHS[line["credit_id"]])
        lines[line["entry_id"]].append(NewTransfer(_FUNDS[line["fund_id"]], *sides, line["cents"]))
    return [
        BookedEntry(
            entry_id=row["id"],
            kind=row["kind"],
            source_key=row["source_key"],
            happened_at=row["happened_at"],
            effective_on=row["effective_on"],
            recorded_at=row["recorded_at"],
            reverses=row["reverses"],
            actor=row["actor"],
            transfers=tuple(lines[row["id"]]),
        )
        for row in rows
    ]
