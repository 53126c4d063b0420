from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import inbox, leases, outbox
from donations.database import Database
from donations.inbox import Told
from donations.leases import LEASE, TRIES_MAX, Lease
from donations.tables import InboxRow
from tests.clerk_room import NOON
from tests.giving_room import ring, tell

_DAYS_AT_LEAST = timedelta(days=3)
_LONGEST = timedelta(hours=6)


def _postpone(session: Session, lease: Lease, now: datetime) -> bool:
    return inbox.postpone(session, lease, fault="Away", now=now)


def _claim(book: Database, *, after: timedelta = timedelta(), limit: int = 10) -> list[Told]:
    return list(book.write(lambda session: inbox.claim(session, now=NOON + after, limit=limit)))


def _row(book: Database) -> tuple[str, int, str | None]:
    with book.read() as session:
        row = session.execute(select(InboxRow.state, InboxRow.tries, InboxRow.last_refusal)).one()
    return row.state, row.tries, row.last_refusal


def test_what_is_leased_is_offered_to_nobody_else(book: Database) -> None:
    tell(book, ring("evt_1"))
    assert len(_claim(book)) == 1
    assert _claim(book, after=LEASE - timedelta(seconds=1)) == []


def test_when_a_lease_runs_out_another_takes_over(book: Database) -> None:
    tell(book, ring("evt_1"))
    (first,) = _claim(book)
    (second,) = _claim(book, after=LEASE)
    assert second.lease.generation == first.lease.generation + 1


def test_a_late_holder_changes_nothing(book: Database) -> None:
    tell(book, ring("evt_1"))
    (late,) = _claim(book)
    (holder,) = _claim(book, after=LEASE)
    before = _row(book)
    assert not book.write(lambda session: inbox.finish(session, late.lease, now=NOON))
    assert not book.write(lambda session: inbox.postpone(session, late.lease, fault="Late", now=NOON))
    assert not book.write(lambda session: inbox.park(session, late.lease, fault="Late"))
    assert not book.write(lambda session: inbox.give_back(session, late.lease))
    assert _row(book) == before
    assert book.write(lambda session: inbox.finish(session, holder.lease, now=NOON))
    assert _row(book) == ("done", 2, None)


def test_what_is_done_is_done_once_and_for_all(book: Database) -> None:
    tell(book, ring("evt_1"))
    (holder,) = _claim(book)
    assert book.write(lambda session: inbox.finish(session, holder.lease, now=NOON))
    assert not book.write(lambda session: inbox.finish(session, holder.lease, now=NOON))
    assert _claim(book, after=timedelta(days=30)) == []


def test_what_was_laid_back_unbegun_is_due_at_once_and_counts_as_no_try(book: Database) -> None:
    tell(book, ring("evt_1"))
    (holder,) = _claim(book)
    assert book.write(lambda session: inbox.give_back(session, holder.lease))
    (again,) = _claim(book)
    assert again.lease.tries == 1


def test_work_is_not_begun_when_half_its_lease_is_over() -> None:
    assert leases.is_fresh(NOON, now=NOON + LEASE / 2 - timedelta(seconds=1))
    assert not leases.is_fresh(NOON, now=NOON + LEASE / 2)


def test_pauses_grow_from_ten_seconds_to_six_hours_with_a_quarter_of_jitter() -> None:
    for tries, seconds in ((1, 10), (2, 20), (5, 160), (12, 20_480), (13, 21_600), (40, 21_600), (4_000, 21_600)):
        drawn = [leases.pause_after(tries).total_seconds() for _ in range(200)]
        assert seconds * 0.75 <= min(drawn) < seconds < max(drawn) <= seconds * 1.25


def test_the_last_try_is_at_least_three_days_after_the_first_however_the_jitter_falls() -> None:
    shortest = [min(10 * 2 ** (tries - 1), _LONGEST.total_seconds()) * 0.75 for tries in range(1, TRIES_MAX)]
    assert timedelta(seconds=sum(shortest)) >= _DAYS_AT_LEAST


def test_a_fault_that_never_passes_is_tried_for_days_and_then_parked(book: Database) -> None:
    tell(book, ring("evt_1"))
    after = timedelta()
    for tries in range(1, TRIES_MAX + 1):
        (holder,) = _claim(book, after=after)
        assert holder.lease.tries == tries
        assert _claim(book, after=after) == []
        assert book.write(partial(_postpone, lease=holder.lease, now=NOON + after))
        after += _LONGEST * 1.25
    assert _row(book) == ("parked", TRIES_MAX, "Away")
    assert _claim(book, after=timedelta(days=365)) == []


def test_a_postponed_row_waits_for_its_pause(book: Database) -> None:
    tell(book, ring("evt_1"))
    (holder,) = _claim(book)
    book.write(lambda session: inbox.postpone(session, holder.lease, fault="Away", now=NOON))
    assert _claim(book, after=timedelta(seconds=7)) == []
    assert len(_claim(book, after=timedelta(seconds=13))) == 1


def test_a_row_whose_every_holder_died_is_parked_in_the_end(book: Database) -> None:
    tell(book, ring("evt_1"))
    for tries in range(TRIES_MAX):
        assert len(_claim(book, after=LEASE * tries)) == 1
    assert _claim(book, after=LEASE * TRIES_MAX) == []
    assert _row(book)[0::2] == ("parked", "HolderDied")


def test_the_longest_due_come_first(book: Database) -> None:
    tell(book, ring("evt_1"), ring("evt_2"), ring("evt_3"))
    claimed = [_claim(book, limit=2), _claim(book, limit=2)]
    assert [len(batch) for batch in claimed] == [2, 1]
    ids = [told.lease.row_id for batch in claimed for told in batch]
    assert ids == sorted(ids)


def test_two_claimers_at_once_never_get_the_same_row(book: Database) -> None:
    rows = 120
    tell(book, *(ring(f"evt_{n}") for n in range(rows)))

    def claim_all(_: int) -> list[int]:
        mine: list[int] = []
        while batch := _claim(book, limit=3):
            mine += [told.lease.row_id for told in batch]
        return mine

    with ThreadPoolExecutor(8) as pool:
        counted = Counter(row for mine in pool.map(claim_all, range(8)) for row in mine)
    assert sorted(counted.values()) == [1] * rows


def test_what_is_owed_is_leased_by_the_same_rules(book: Database) -> None:
    book.write(lambda session: outbox.owe(session, key="print/1", kind="print", subject="1", due_at=NOON))
    (late,) = book.write(lambda session: outbox.claim(session, now=NOON, limit=5))
    assert (late.key, late.kind, late.subject) == ("print/1", "print", "1")
    (holder,) = book.write(lambda session: outbox.claim(session, now=NOON + LEASE, limit=5))
    assert not book.write(lambda session: outbox.finish(session, late.lease, now=NOON))
    assert book.write(lambda session: outbox.finish(session, holder.lease, now=NOON))
