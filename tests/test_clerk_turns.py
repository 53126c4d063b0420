"""Several clerks and givers at once on one book."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations.database import Database, open_database
from donations.filing import await_clerks_lock, try_clerks_lock
from donations.invariants import audit
from donations.tables import tray
from receipts.numbers import format_number
from tests.clerk_room import Giving, numbers, open_funds, settle_all, tick

_GIFTS_FIRST = 120
_GIFTS_MEANWHILE = 40


def _is_tray_empty(book: Database) -> bool:
    with book.read() as session:
        return session.scalar(select(func.count()).select_from(tray)) == 0


def _sit_until_empty(url: str) -> int:
    book = open_database(url)
    try:
        filed = 0
        while not _is_tray_empty(book):
            filed += tick(book, limit=7).filed
        return filed
    finally:
        book.close()


def _give_meanwhile(url: str) -> int:
    book = open_database(url)
    try:
        settle_all(book, *[Giving(cents=9_000)] * _GIFTS_MEANWHILE, first=_GIFTS_FIRST + 1)
        return 0
    finally:
        book.close()


def test_two_clerks_at_once_number_every_gift_once_and_without_gaps(book: Database) -> None:
    open_funds(book, funds=50)
    settle_all(book, *[Giving()] * _GIFTS_FIRST)
    with ThreadPoolExecutor(max_workers=3) as pool:
        jobs = (_sit_until_empty, _sit_until_empty, _give_meanwhile)
        filed = sum(pool.map(lambda job: job(book.url), jobs))
    filed += _sit_until_empty(book.url)
    assert filed == _GIFTS_FIRST + _GIFTS_MEANWHILE
    assert numbers(book) == [format_number("R", 2026, n) for n in range(1, filed + 1)]
    with book.read() as session:
        assert [check for check in audit(session) if not check.ok] == []


def test_a_clerk_who_finds_the_desk_taken_leaves_at_once(book: Database) -> None:
    settle_all(book, Giving())
    if book.is_sqlite:
        assert book.write(try_clerks_lock)
        return
    with Session(book.engine) as other, other.begin():
        await_clerks_lock(other)
        assert tick(book).filed == 0
    assert tick(book).filed == 1
