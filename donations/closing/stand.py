"""Room: closing. How a year stands in the book: open or locked, what its funds carry over, and the hash of it all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations import ledger
from donations.ledger import AsOf
from donations.postings import FundName, account_named
from donations.tables import entry

_NET_ASSETS: Final[dict[FundName, str]] = {
    "children": "net_assets_with_restriction",
    "operations": "net_assets_without_restriction",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A year at the end of its last day, its own closing entries left out."""

    is_closed: bool
    carried: dict[str, int]
    """What income less expense adds to the net assets of each fund, in cents."""
    balances: Mapping[FundName, Mapping[str, int]]
    """Cents by fund and account, debit positive."""
    book_sha256: str
    """Of all these balances and of how many entries the book holds through that day."""


def last_day(year: int) -> date:
    """Return the day a year's closing entries are booked on."""
    return date(year, 12, 31)


def stand_of(session: Session, year: int) -> Stand:
    """Return how a year stands, the same before and after its close."""
    locked = ledger.locked_through(session)
    balances: dict[FundName, dict[str, int]] = {"children": {}, "operations": {}}
    for line in ledger.trial_balance(session, AsOf(effective_on=last_day(year), is_before_close=True)):
        balances[line.fund][line.account] = line.balance_cents
    booked = (entry.c.effective_on <= last_day(year)) & (
        (entry.c.kind != "close") | (entry.c.effective_on < last_day(year))
    )
    entries = session.scalar(select(func.count()).select_from(entry).where(booked)) or 0
    said = json.dumps({"balances": balances, "entries": entries}, sort_keys=True, separators=(",", ":"))
    return Stand(
        is_closed=locked is not None and locked >= last_day(year),
        carried={name: _carried(balances[fund]) for fund, name in _NET_ASSETS.items()},
        balances=balances,
        book_sha256=hashlib.sha256(said.encode("ascii")).hexdigest(),
    )


def earlier_open_years(session: Session, year: int) -> list[int]:
    """Return the years before this one that hold entries and are not locked, the earliest first."""
    locked = ledger.locked_through(session)
    is_open = entry.c.effective_on <= last_day(year - 1)
    if locked is not None:
        is_open &= entry.c.effective_on > locked
    first, last = session.execute(
        select(func.min(entry.c.effective_on), func.max(entry.c.effective_on)).where(is_open)
    ).one()
    return [] if first is None else list(range(first.year, last.year + 1))


def _carried(balances: Mapping[str, int]) -> int:
    return -sum(cents for path, cents in balances.items() if account_named(path).kind in {"income", "expense"})
