"""A published report tells where the log of the staff's acts ends, so that a tail cut off later shows."""

from __future__ import annotations

from donations import audit_log
from donations.database import Database
from donations.reporting import read_published
from tests.clerk_room import NOON, open_funds, tick
from tests.reporting_room import DAYS, give, publish, report_of

KEYS = [b"key" * 11]


def test_a_published_report_tells_the_head_of_the_log_and_a_draft_does_not(book: Database) -> None:
    open_funds(book, funds=40)
    give(book, *DAYS * 3)
    tick(book)
    for _ in range(2):
        book.write(
            lambda session: audit_log.record(session, audit_log.COMMAND, "book.looked", at=NOON, facts={"cents": 1})
        )
    head = book.write(lambda session: audit_log.chain(session, KEYS, 10))
    assert head is not None
    told = publish(book, "2026").notes[-1]
    assert f"held {head.position} acts" in told
    assert head.hash in told
    assert not any(head.hash in note for note in report_of(book, "2026").notes)
    with book.read() as session:
        kept = read_published(session, "2026")
    assert kept is not None
    assert kept.notes[-1] == told


def test_a_report_of_a_house_without_acts_tells_no_head(book: Database) -> None:
    open_funds(book, funds=40)
    give(book, *DAYS * 3)
    tick(book)
    assert not any("log of what staff did" in note for note in publish(book, "2026").notes)
