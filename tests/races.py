"""Two transactions that meet on PostgreSQL: the first commits only once the second waits for it, or is done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text
from sqlalchemy.orm import Session

from donations.database import Database

_PATIENCE_SECONDS = 30.0
_WAITING = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted"
    " AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
)
Work = Callable[[Session], object]


def meet(book: Database, first: Work, second: Callable[[], object], *, then: Work | None = None) -> None:
    """Do both at once: the first commits when the second waits for it, or is done without waiting.

    `then` is what the first still does before its commit, while the second waits.
    """
    has_booked, is_done = threading.Event(), threading.Event()

    def hold(session: Session) -> None:
        first(session)
        session.flush()
        has_booked.set()
        _until(lambda: is_done.is_set() or _somebody_waits(book))
        if then is not None:
            then(session)

    def follow() -> None:
        assert has_booked.wait(_PATIENCE_SECONDS)
        try:
            second()
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
