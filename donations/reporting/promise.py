"""Room: reporting. Whether operations can keep the promise that fees never touch the children's money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from donations.ledger import AsOf, trial_balance
from donations.postings import FUND_IDS, account_named
from donations.settings import Organisation
from donations.tables import entry, transfer

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
    return operations_cash(session) >= 0


def read_promise(
    session: Session, organisation: Organisation, today: date, *, known_at: datetime | None = None
) -> Promise:
    """Return how the promise stood on a day, as known at an instant (None: now): kept, warning or broken."""
    cash = operations_cash(session, AsOf(effective_on=today, recorded_at=known_at))
    reserve = organisation.operations_reserve_cents or _usual_reserve(session, today)
    state: PromiseState = "broken" if cash < 0 else "warning" if cash < reserve else "kept"
    return Promise(state=state, balance_cents=cash, reserve_cents=reserve)


def operations_cash(session: Session, as_of: AsOf | None = None) -> int:
    """Return operations' cents in banks, at Stripe, under way and undeposited, less what waits in its suspense."""
    counted = {*CASH, _SUSPENSE}
    return sum(
        line.balance_cents
        for line in trial_balance(session, as_of)
        if line.fund == "operations" and line.account in counted
    )


def _usual_reserve(session: Session, today: date) -> int:
    """Return twice last month's processing fees and two of the dearest dispute fees Stripe ever took."""
    last_of_month = today.replace(day=1) - timedelta(days=1)
    last_month = entry.c.effective_on.between(last_of_month.replace(day=1), last_of_month)
    fees = session.scalar(_fees(func.sum(transfer.c.cents), "expense:processing-fees").where(last_month))
    dearest = session.scalar(_fees(func.max(transfer.c.cents), "expense:dispute-fees"))
    return _MONTHS_OF_FEES * int(fees or 0) + _DISPUTES * int(dearest or 0)


def _fees(asked: ColumnElement[int], path: str) -> Select[Any]:
    taken = transfer.c.debit_id == account_named(path).number
    joined = select(asked).join_from(transfer, entry, entry.c.id == transfer.c.entry_id)
    return joined.where(transfer.c.fund_id == FUND_IDS["operations"], taken)
