"""Room: reporting. Whether operations can keep the promise that fees never touch the children's money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from donations.postings import FUND_IDS, account_named
from donations.reporting.sums import DayBook, read_day_book
from donations.settings import Organisation
from donations.tables import transfer

PromiseState = Literal["kept", "warning", "broken"]
CASH = (
    "assets:bank:children",
    "assets:bank:operations",
    "assets:stripe",
    "assets:in-transit",
    "assets:undeposited",
)
_SUSPENSE = "liabilities:suspense"
_MONTHS_OF_FEES = _DISPUTES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What operations has in cash less its suspense, what it should have, and what follows; cents."""

    state: PromiseState
    balance_cents: int
    reserve_cents: int


def promise_is_kept(session: Session, organisation: Organisation) -> bool:
    """Return whether a page, mail or receipt may say 100 %: operations is not lent children's money."""
    del organisation  # The reserve decides about the warning, not about the sentence.
    counted = [account_named(path).number for path in (*CASH, _SUSPENSE)]
    into = case((transfer.c.debit_id.in_(counted), transfer.c.cents), else_=0)
    out_of = case((transfer.c.credit_id.in_(counted), transfer.c.cents), else_=0)
    cash = session.scalar(select(func.sum(into - out_of)).where(transfer.c.fund_id == FUND_IDS["operations"]))
    return (cash or 0) >= 0


def read_promise(
    session: Session, organisation: Organisation, today: date, *, known_at: datetime | None = None
) -> Promise:
    """Return how the promise stood on a day, as known at an instant (None: now): kept, warning or broken."""
    return judge_promise(read_day_book(session, last_on=today, recorded_at=known_at), organisation, today)


def judge_promise(book: DayBook, organisation: Organisation, today: date) -> Promise:
    """Return how the promise stands by a book through that day."""
    cash = book.debit("operations", *CASH, _SUSPENSE)
    reserve = organisation.operations_reserve_cents or _usual_reserve(book, today)
    state: PromiseState = "broken" if cash < 0 else "warning" if cash < reserve else "kept"
    return Promise(state=state, balance_cents=cash, reserve_cents=reserve)


def _usual_reserve(book: DayBook, today: date) -> int:
    """Return twice last month's processing fees and two of the dearest dispute fees Stripe ever took."""
    last_of_month = today.replace(day=1) - timedelta(days=1)
    last_month = book.through(last_of_month).since(last_of_month.replace(day=1))
    dispute_fees = [-(-line.cents // line.transfers) for line in book.lines if line.debit == "expense:dispute-fees"]
    fees = last_month.debit("operations", "expense:processing-fees")
    return _MONTHS_OF_FEES * fees + _DISPUTES * max(dispute_fees, default=0)
