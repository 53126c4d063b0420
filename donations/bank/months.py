"""Room: bank. Months are closed when the book is whole and the bank agrees.

Two people may reopen one until its year is locked.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from donations import audit_log, ledger
from donations.audit_log import Actor
from donations.bank.agreeing import Agreement, agreements
from donations.clock import day_in_zone
from donations.errors import FieldRefusedError
from donations.filing import await_clerks_lock
from donations.invariants import audit, broken_hard_invariants
from donations.money import format_dollars
from donations.ports import Clock
from donations.tables import entry, period, tray

_MONTH: Final = re.compile(r"(2[0-9]{3})-(0[1-9]|1[0-2])", re.ASCII)
ALONE: Final = "alone"
"""The approver of record where there are not two people; it is audited and told to everyone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A calendar month of the book and how it stands."""

    name: str
    last_day: date
    state: str
    """`open`, `closed` or `locked`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLook:
    """What keeps a month from being closed, in sentences, and how each bank account stands on its last day."""

    month: Month
    obstacles: tuple[str, ...]
    agreements: tuple[Agreement, ...]

    @property
    def is_ready(self) -> bool:
        """Return whether it can be closed now."""
        return self.month.state == "open" and not self.obstacles


def last_day_of(name: str) -> date:
    """Return the last day of a month written 2026-11; raises `FieldRefusedError`."""
    found = _MONTH.fullmatch(name)
    if found is None:
        raise FieldRefusedError("Please write the month like 2026-11.", field="month")
    year, month = int(found[1]), int(found[2])
    return date(year, month, monthrange(year, month)[1])


def list_months(session: Session, today: date) -> list[Month]:
    """Return every month from the book's first entry to this one, the newest first."""
    first = session.scalar(select(func.min(entry.c.effective_on))) or today
    closed, locked = ledger.closed_through(session), ledger.locked_through(session)
    found: list[Month] = []
    day = last_day_of(today.strftime("%Y-%m"))
    while day >= first.replace(day=1):
        found.append(_month(day, closed, locked))
        day = day.replace(day=1) - timedelta(days=1)
    return found


def _month(day: date, closed: date | None, locked: date | None) -> Month:
    state = "locked" if locked and day <= locked else "closed" if closed and day <= closed else "open"
    return Month(name=day.strftime("%Y-%m"), last_day=day, state=state)


def look_at_month(session: Session, zone: ZoneInfo, name: str, *, now: datetime) -> MonthLook:
    """Return what stands in the way of closing a month; raises `FieldRefusedError` for no month.

    The rules of the whole book are asked only when it is closed: they read every entry.
    """
    day = last_day_of(name)
    month = _month(day, ledger.closed_through(session), ledger.locked_through(session))
    agreed = tuple(agreements(session, day))
    told = [*_of_the_book(session, day, day_in_zone(now, zone)), *_of_the_bank(agreed)]
    return MonthLook(month=month, obstacles=tuple(told), agreements=agreed)


def _of_the_book(session: Session, day: date, today: date) -> Iterator[str]:
    if today <= day:
        yield "The month is not over yet."
    waiting = session.scalar(select(func.count()).select_from(tray)) or 0
    if waiting:
        yield f"The clerk has {waiting} entries to file yet; let the worker run."


def _of_the_bank(agreed: tuple[Agreement, ...]) -> Iterator[str]:
    for one in agreed:
        name = f"the {one.account} bank account"
        if one.unmatched_lines:
            yield f"{one.unmatched_lines} lines of {name} are not in the book yet."
        if one.difference_cents is None:
            yield f"Nobody noted what the statement of {name} says on the last day."
        elif one.difference_cents:
            yield (
                f"The statement of {name} differs from the book by {format_dollars(one.difference_cents)}:"
                f" it says {format_dollars(one.bank_cents or 0)}, and must say {format_dollars(one.expected_cents)}."
            )


def close_month(session: Session, actor: Actor, zone: ZoneInfo, clock: Clock, name: str) -> None:
    """Close every day through a month's last; closed twice is once. Raises `FieldRefusedError` with all obstacles."""
    await_clerks_lock(session)
    ledger.hold_periods(session)
    now = clock.now()
    found = look_at_month(session, zone, name, now=now)
    if found.month.state != "open":
        return
    broken = broken_hard_invariants(audit(session, checks_file=False))
    told = [*found.obstacles, *(f"A rule of the book is broken: {one.id}, {one.name}." for one in broken)]
    if told:
        raise FieldRefusedError(f"{name} cannot be closed yet: {' '.join(told)}", field="month")
    values = {"closed_through": found.month.last_day, "state": "closed", "actor": actor.reference}
    session.execute(insert(period).values(**values, recorded_at=now))
    audit_log.record(session, actor, "month_closed", subject=name, facts=_told(found), at=now)


def check_reopening(session: Session, name: str) -> date:
    """Return the day through which the book stays closed; raises `FieldRefusedError` where nothing can reopen."""
    day, closed, locked = last_day_of(name), ledger.closed_through(session), ledger.locked_through(session)
    if locked is not None and day <= locked:
        raise FieldRefusedError("Its year is closed for good.", field="month")
    if closed is None or day > closed:
        raise FieldRefusedError(f"{name} is not closed.", field="month")
    return day.replace(day=1) - timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopening:
    """Which month two different people want open again."""

    name: str
    asked_by: str
    approved_by: str


def reopen_month(session: Session, actor: Actor, clock: Clock, wish: Reopening) -> None:
    """Open a closed month and every later one again; raises `FieldRefusedError` where it is not closed."""
    await_clerks_lock(session)
    ledger.hold_periods(session)
    now = clock.now()
    values = {"closed_through": check_reopening(session, wish.name), "state": "reopened", "actor": wish.asked_by}
    session.execute(insert(period).values(**values, approver=wish.approved_by, recorded_at=now))
    audit_log.record(session, actor, "month_reopened", subject=wish.name, facts={"by": wish.asked_by}, at=now)


def _told(found: MonthLook) -> dict[str, str | int | bool | None]:
    return {f"{one.account}_cents": one.bank_cents for one in found.agreements}
