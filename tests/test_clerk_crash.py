"""The clerk is killed before every statement and before its commit: the book is as before, or as after."""

from __future__ import annotations

import os
import signal
from functools import partial
from itertools import count as numbers_from

from sqlalchemy import event, select

from donations import acknowledgment
from donations.database import Database, open_database
from donations.invariants import audit
from donations.tables import DocumentRequest, Receipt
from tests.clerk_room import NOON, Giving, open_funds, picture, settle_all, spend, tick
from tests.returning_room import fail_refund, give_back

_KILLS_MIN = 40


def _fill_the_desk(book: Database) -> None:
    """Leave work of every kind: short funds, gifts, one refused, returns whole and in part, and a statement."""
    first, *_ = open_funds(book, funds=3)
    settle_all(book, Giving(cents=20_000, fee_cover_cents=330), Giving(name=" "), Giving(cents=700))
    tick(book, limit=1)
    book.write(partial(spend, code=first.code, cents=5_000, reference="one"))
    give_back(book, 1, 20_000, cover=330)
    fail_refund(book, give_back(book, 3, 300, key="re_2"))
    give_back(book, 3, 200, key="re_3")
    book.write(partial(acknowledgment.request_statement, donor_id=1, year=2026, now=NOON))


def _sit_in_a_child_killed_before(url: str, step: int) -> bool:
    """Let the clerk sit in a child that kills itself before its n-th statement; tell whether it was killed."""
    child = os.fork()
    if child == 0:
        _sit_and_die(url, step)
    _, status = os.waitpid(child, 0)
    assert status in {0, signal.SIGKILL}
    return status == signal.SIGKILL


def _sit_and_die(url: str, step: int) -> None:
    try:
        book = open_database(url)
        steps = numbers_from(1)

        def die_in_turn(*_: object) -> None:
            if next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(book.engine, "before_cursor_execute", die_in_turn)
        event.listen(book.engine, "commit", die_in_turn)
        tick(book)
        os._exit(0)
    finally:
        os._exit(1)


def test_a_clerk_killed_at_any_statement_has_done_everything_or_nothing(book: Database) -> None:
    _fill_the_desk(book)
    before = picture(book)
    kills = 0
    while _sit_in_a_child_killed_before(book.url, kills + 1):
        kills += 1
        assert picture(book) == before
    assert kills >= _KILLS_MIN
    after = picture(book)
    assert [row.number[:13] for row in after["receipt"]] == [
        "R-2026-000001",
        "R-2026-000002",
        "R-2026-000003",
        "S-2026-000001",
    ]
    assert after["tray"] == []
    assert {row.source_key for row in after["entry"]} > {"make-whole/btxn/re_1"}
    assert [row.kind for row in after["receipt_event"]] == ["void", "replaced"]
    with book.read() as session:
        assert session.scalars(select(DocumentRequest.id)).all() == []
        assert [check.id for check in audit(session) if not check.ok] == ["I6"]  # Operations began with nothing.


def test_a_clerk_whose_answer_was_lost_gives_no_second_number(book: Database) -> None:
    _fill_the_desk(book)
    tick(book)
    after = picture(book)
    assert tick(book).issued == ()
    assert picture(book) == after
    with book.read() as session:
        assert len(session.scalars(select(Receipt.number)).all()) == 4
