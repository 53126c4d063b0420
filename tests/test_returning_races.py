"""Two workers book different returns of one charge at once: PostgreSQL lets both read, so one has to wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from donations.database import Database
from donations.ports import ChargeFacts, Family
from donations.settlement import settle_family
from tests.giving_room import books
from tests.return_facts import balances, dispute, promise, refund, row, settle, told

_PATIENCE_SECONDS = 30.0
_WAITING = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted"
    " AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
)

pytestmark = pytest.mark.parametrize("foundry", ["postgresql"], indirect=True)
"""On SQLite there is one writer: the second never reads before the first has committed."""


def meet(book: Database, first: ChargeFacts, second: ChargeFacts) -> None:
    """Settle both at once: the first commits when the second waits for it, or is done without waiting."""
    has_booked, is_done = threading.Event(), threading.Event()

    def hold(session: Session) -> None:
        settle_family(session, Family(charges=(first,)), books())
        session.flush()
        has_booked.set()
        _until(lambda: is_done.is_set() or _somebody_waits(book))

    def follow() -> None:
        assert has_booked.wait(_PATIENCE_SECONDS)
        try:
            book.write(partial(settle_family, family=Family(charges=(second,)), books=books()))
        finally:
            is_done.set()

    with ThreadPoolExecutor(2) as pool:
        for played in (pool.submit(book.write, hold), pool.submit(follow)):
            played.result()


def _somebody_waits(book: Database) -> bool:
    with book.read() as session:
        return bool(session.execute(_WAITING).scalar_one())


def _until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until, "the other neither waits nor ends"
        time.sleep(0.01)


def test_money_in_suspense_that_is_refunded_and_disputed_at_once_leaves_suspense_once(book: Database) -> None:
    """Each worker asked Stripe before the other's return was there: neither family holds both."""
    charged = told(None)
    settle(book, charged)
    back = refund("1", 8_000, balance_transaction=row("re_1", -8_000, source_id="re_1"))
    taken = row("dp_1", -13_000, type="adjustment", reporting_category="dispute", source_id="dp_1")
    meet(book, replace(charged, refunds=(back,)), replace(charged, disputes=(dispute(taken),)))
    left = balances(book)
    assert ("children", "liabilities:suspense") not in left
    assert ("children", "assets:stripe") not in left
    assert left["operations", "assets:stripe"] == -8_000 - 407


def test_a_debit_that_is_taken_back_and_disputed_at_once_takes_from_the_children_what_they_got(
    book: Database,
) -> None:
    charged = told(promise(book))
    settle(book, charged)
    late = row("late", -13_000, hours=2, type="payment_failure_refund", reporting_category="charge_failure")
    taken = row("dp_1", -13_000, hours=1, type="adjustment", reporting_category="dispute")
    back = replace(charged, status="failed", failure_balance_transaction=late)
    meet(book, back, replace(back, disputes=(dispute(taken),)))
    left = balances(book)
    assert ("children", "assets:stripe") not in left
    assert left["operations", "assets:stripe"] == -13_000 - 407
