from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import func, select

from donations import inbox
from donations.database import Database
from donations.tables import InboxRow
from tests.clerk_room import NOON
from tests.giving_room import ring, tell


def _rows(book: Database) -> int:
    with book.read() as session:
        return session.scalar(select(func.count()).select_from(InboxRow)) or 0


def test_one_event_told_twenty_times_at_once_is_one_row(book: Database) -> None:
    def tell_once(_: int) -> bool:
        return tell(book, ring("evt_1"))[0]

    with ThreadPoolExecutor(20) as pool:
        news = list(pool.map(tell_once, range(20)))
    assert sorted(news) == [False] * 19 + [True]
    assert _rows(book) == 1


def test_an_event_told_again_after_it_was_worked_off_changes_nothing(book: Database) -> None:
    tell(book, ring("evt_1"))
    (told,) = book.write(lambda session: inbox.claim(session, now=NOON, limit=1))
    book.write(lambda session: inbox.finish(session, told.lease, now=NOON))
    later = NOON + timedelta(days=40)
    assert tell(book, ring("evt_1"), at=later) == [False]
    assert book.write(lambda session: inbox.claim(session, now=later, limit=1)) == []


def test_two_events_about_one_object_are_two_rows(book: Database) -> None:
    tell(book, ring("evt_1"), ring("evt_2"))
    assert _rows(book) == 2


def test_an_event_is_handed_out_as_what_to_look_at_and_nothing_else(book: Database) -> None:
    told = ring("evt_1", object_type="checkout.session", object_id="cs_1", type="checkout.session.completed")
    tell(book, told)
    (claimed,) = book.write(lambda session: inbox.claim(session, now=NOON, limit=1))
    assert (claimed.type, claimed.object_type, claimed.object_id) == (told.type, "checkout.session", "cs_1")


def test_an_event_kept_for_a_person_is_handed_to_no_worker(book: Database) -> None:
    book.write(
        lambda session: inbox.record(
            session, ring("evt_1"), origin="webhook", received_at=NOON, parked_because="OtherMode"
        )
    )
    assert book.write(lambda session: inbox.claim(session, now=NOON + timedelta(days=1), limit=1)) == []
    assert _rows(book) == 1
