"""Room: filing. Clothing funds are opened and closed in the one order, and filled in the same commit.

A code is random, stands for no person in this system, and never leaves the charity.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations.designation import plan_closing
from donations.errors import FieldRefusedError, NotFoundError
from donations.filing.idle import add_idle
from donations.filing.order import await_clerks_lock, file_clothing_funds
from donations.filing.places import as_fund, read_places
from donations.filing.pool import settle_designations, write_designations
from donations.filing.rows import insert_rows
from donations.ledger import first_open_day
from donations.money import CENTS_MAX
from donations.tables import clothing_fund
from donations.tokens import CROCKFORD

FundState = Literal["open", "full", "purchased", "delivered", "closed"]

_CODE_LENGTH = 10
_OPENED_AT_ONCE_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClothingFundLine:
    """A clothing fund as `almoner fund list` shows it; cents, and the state derived from them."""

    code: str
    state: FundState
    target_cents: int
    designated_cents: int
    spent_cents: int
    opened_on: date


def open_clothing_funds(
    session: Session, *, count: int, target_cents: int, opened_on: date, draw_code: Callable[[], str]
) -> list[ClothingFundLine]:
    """Open clothing funds at the end of the queue and fill them from the idle pool in the same commit."""
    if not 1 <= count <= _OPENED_AT_ONCE_MAX:
        raise FieldRefusedError(f"Open between 1 and {_OPENED_AT_ONCE_MAX:,} clothing funds at once.", field="count")
    if not 1 <= target_cents <= CENTS_MAX:
        raise FieldRefusedError("The target of a clothing fund must be more than $0.00.", field="target")
    await_clerks_lock(session)
    last = session.scalar(select(func.max(clothing_fund.c.queue_no))) or 0
    codes = _draw_codes(session, count, draw_code)
    rows = [
        {"code": code, "queue_no": queue_no, "opened_on": opened_on, "target_cents": target_cents}
        for queue_no, code in enumerate(codes, start=last + 1)
    ]
    insert_rows(session, "clothing_fund", rows)
    newest = select(clothing_fund.c.id).where(clothing_fund.c.queue_no > last).order_by(clothing_fund.c.queue_no)
    file_clothing_funds(session, session.scalars(newest).all(), "opened")
    settle_designations(session, on=first_open_day(session, opened_on))
    return list_clothing_funds(session, after=last)


def close_clothing_fund(session: Session, code: str, *, closed_on: date) -> ClothingFundLine:
    """Close a fund: what is not spent is released and designated afresh in the same commit; closed twice is once."""
    await_clerks_lock(session)
    found = session.execute(select(clothing_fund).where(clothing_fund.c.code == code)).one_or_none()
    if found is None:
        raise NotFoundError("There is no clothing fund with that code.", field="code")
    if not found.closed:
        on = first_open_day(session, closed_on)
        released = plan_closing(as_fund(found), read_places(session, found.id))
        write_designations(session, released, on=on)
        add_idle(session, [(row.source_entry_id, -row.cents) for row in released])
        file_clothing_funds(session, [found.id], "closed")
        settle_designations(session, on=on)
    return _line(session.execute(select(clothing_fund).where(clothing_fund.c.id == found.id)).one())


def list_clothing_funds(session: Session, *, after: int = 0, limit: int | None = None) -> list[ClothingFundLine]:
    """Return clothing funds behind place `after` of the queue in filling order, all of them or so many."""
    chosen = select(clothing_fund).where(clothing_fund.c.queue_no > after).order_by(clothing_fund.c.queue_no)
    return [_line(row) for row in session.execute(chosen.limit(limit))]


def count_clothing_funds(session: Session) -> int:
    """Return how many clothing funds were ever opened: places follow one another."""
    return session.scalar(select(func.max(clothing_fund.c.queue_no))) or 0


def read_clothing_fund(session: Session, code: str) -> ClothingFundLine | None:
    """Return one clothing fund, None where there is none by that code."""
    found = session.execute(select(clothing_fund).where(clothing_fund.c.code == code)).one_or_none()
    return None if found is None else _line(found)


def draw_clothing_fund_code() -> str:
    """Return a new code, `CF-` and ten random base32 capitals; it never leaves the charity."""
    return "CF-" + "".join(secrets.choice(CROCKFORD.upper()) for _ in range(_CODE_LENGTH))


def derive_state(*, target_cents: int, designated_cents: int, spent_cents: int, closed: bool) -> FundState:
    """Return the state of a clothing fund, which is stored nowhere."""
    if closed:
        return "delivered" if spent_cents else "closed"
    if designated_cents < target_cents:
        return "open"
    return "purchased" if spent_cents else "full"


def _draw_codes(session: Session, count: int, draw_code: Callable[[], str]) -> list[str]:
    taken = set(session.scalars(select(clothing_fund.c.code)))
    codes: dict[str, None] = {}
    while len(codes) < count:
        code = draw_code()
        if code not in taken:
            codes[code] = None
    return list(codes)


def _line(row: Any) -> ClothingFundLine:  # noqa: ANN401  # A row of every column of `clothing_fund`.
    return ClothingFundLine(
        code=row.code,
        state=derive_state(
            target_cents=row.target_cents,
            designated_cents=row.designated_cents,
            spent_cents=row.spent_cents,
            closed=bool(row.closed),
        ),
        target_cents=row.target_cents,
        designated_cents=row.designated_cents,
        spent_cents=row.spent_cents,
        opened_on=row.opened_on,
    )
