"""Donors joined into one have one annual statement; taken apart again, each has their own; every change is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import pytest
from sqlalchemy import select

from donations import acknowledgment, donors
from donations.acknowledgment import NothingLeft, gather_statement, list_wanted_statements, read_frozen
from donations.audit_log import COMMAND
from donations.database import Database
from donations.reporting import plan_statements
from donations.tables import Donor, OutboxRow, ReceiptEvent
from receipts.facts import AnnualStatement
from tests.clerk_room import NOON, Giving, desk, numbers, settle_all, tick

ANN: Final = Giving(name="Ann Example", email="ann@example.org")
ANNE: Final = Giving(name="Anne Example", email="anne@example.org", cents=26_000)
CY: Final = Giving(name="Cy Example", email="cy@example.org", cents=700)
YEAR: Final = 2026
FIRST: Final = NOON + timedelta(days=1)
JOINED: Final = NOON + timedelta(days=3)
APART: Final = NOON + timedelta(days=6)


@pytest.fixture
def given(book: Database) -> Database:
    """Return a book in which Ann, Anne and Cy gave, each with a receipt."""
    settle_all(book, ANN, ANNE, CY)
    tick(book)
    return book


def _donor(book: Database, giving: Giving) -> str:
    with book.read() as session:
        return session.scalars(select(Donor.reference).where(Donor.email == giving.email)).one()


def _merge(book: Database, giving: Giving, into: Giving, at: datetime = JOINED) -> str:
    one, other = _donor(book, giving), _donor(book, into)
    return book.write(lambda session: donors.merge(session, COMMAND, one, other, reason="same_person", now=at))


def _unmerge(book: Database, reference: str, at: datetime = APART) -> None:
    book.write(lambda session: donors.unmerge(session, COMMAND, reference, now=at))


def _run(book: Database, at: datetime) -> tuple[int, list[AnnualStatement]]:
    """Ask for all statements; return how many donors there are, and what was issued."""
    count = book.write(lambda session: acknowledgment.request_statements(session, year=YEAR, now=at))
    issued = tick(book, desk(now=at)).issued
    with book.read() as session:
        found = [read_frozen(session, number) for number in issued]
    return count, [one for one in found if isinstance(one, AnnualStatement)]


def _stands(book: Database) -> dict[str, int]:
    """Return the total of each statement that stands, by the name on it."""
    with book.read() as session:
        gone = set(session.scalars(select(ReceiptEvent.number).where(ReceiptEvent.kind.in_(("void", "replaced")))))
        left = [read_frozen(session, number) for number in numbers(book, series="S") if number not in gone]
    return {one.donor.name: one.total_cents for one in left if isinstance(one, AnnualStatement)}


def test_donors_joined_before_the_year_ends_have_one_statement_with_the_gifts_of_both(given: Database) -> None:
    _merge(given, ANNE, ANN)
    count, issued = _run(given, JOINED)
    assert count == 2
    assert sorted((one.total_cents, len(one.rows)) for one in issued) == [(700, 1), (39_000, 2)]
    with given.read() as session:
        plan = plan_statements(session, YEAR)
    assert (plan.donors, plan.without_statement, plan.likely_doubles) == (2, 0, ())
    assert _run(given, JOINED + timedelta(days=1)) == (2, [])


def test_joined_after_their_statements_went_out_one_is_corrected_and_the_other_void(given: Database) -> None:
    _, sent = _run(given, FIRST)
    ann, anne = (next(one for one in sent if one.donor.name == giving.name) for giving in (ANN, ANNE))
    _merge(given, ANNE, ANN)
    with given.read() as session:
        wanted = {each.number: (each.was_cents, each.now_cents) for each in list_wanted_statements(session, YEAR)}
    assert wanted == {ann.number: (13_000, 39_000), anne.number: (26_000, 0)}
    count, (new,) = _run(given, JOINED)
    assert count == 2
    assert (new.replaces, new.replaces_total_cents, new.total_cents) == (ann.number, 13_000, 39_000)
    (difference,) = new.differences
    assert (difference.was_cents, difference.now_cents, difference.reason_code) == (None, 26_000, "correction")
    assert difference.changed_on == date(2026, 11, 25)
    with given.read() as session:
        event = select(ReceiptEvent.kind, ReceiptEvent.reason_code).where(ReceiptEvent.number == anne.number)
        assert session.execute(event).one() == ("void", "joined")
        assert session.scalar(select(OutboxRow.id).where(OutboxRow.key == f"mail/void/{anne.number}")) is not None
    assert _stands(given) == {new.donor.name: 39_000, "Cy Example": 700}
    assert _run(given, JOINED + timedelta(days=1)) == (2, [])


def test_taken_apart_again_each_has_the_statement_they_had(given: Database) -> None:
    _run(given, FIRST)
    before = _stands(given)
    reference = _merge(given, ANNE, ANN)
    _run(given, JOINED)
    _unmerge(given, reference)
    count, issued = _run(given, APART)
    assert count == 3
    assert _stands(given) == before
    anne = next(one for one in issued if one.donor.name == "Anne Example")
    assert (anne.replaces_total_cents, anne.total_cents) == (0, 26_000)
    ann = next(one for one in issued if one.donor.name == "Ann Example")
    assert [(each.was_cents, each.now_cents, each.reason_code) for each in ann.differences] == [
        (26_000, None, "correction")
    ]
    assert _run(given, APART + timedelta(days=1)) == (3, [])


def test_a_row_taken_out_below_the_leader_changes_the_leaders_statement(given: Database) -> None:
    below = _merge(given, ANNE, ANN, NOON)
    _merge(given, ANN, CY, NOON)
    _run(given, FIRST)
    assert list(_stands(given).values()) == [39_700]
    _unmerge(given, below)
    _run(given, APART)
    assert sorted(_stands(given).values()) == [13_700, 26_000]


def test_a_new_gift_of_a_joined_row_is_news_of_the_statement(given: Database) -> None:
    _merge(given, ANNE, ANN, NOON)
    _run(given, FIRST)
    settle_all(given, ANNE, first=50)
    tick(given, desk(now=APART))
    count, (new,) = _run(given, APART)
    assert (count, new.total_cents) == (2, 65_000)
    assert [each.reason_code for each in new.differences] == ["late_gift"]


def test_a_row_that_another_leads_has_no_statement_of_its_own(given: Database) -> None:
    _run(given, FIRST)
    _merge(given, ANNE, ANN)
    with given.read() as session:
        anne = session.scalars(select(Donor.id).where(Donor.email == ANNE.email)).one()
        left = gather_statement(session, anne, YEAR)
    assert isinstance(left, NothingLeft)
    assert left.is_joined
