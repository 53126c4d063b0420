from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations import ledger, postings
from donations.database import Database
from donations.errors import FieldRefusedError, ModeConflictError, SettingsRefusedError, SourceKeyConflictError
from donations.ledger import AsOf
from donations.tables import book as book_table
from donations.tables import entry
from tests.money_facts import NOW, TODAY, WHEN, assert_refused, close_period, count, fee, gift, post


def test_a_charge_told_twice_is_booked_once(database: Database) -> None:
    first = post(database, gift(cover=407))
    again = post(database, gift(cover=407))

    assert [one.is_news for one in (*first, *again)] == [True, False]
    assert first[0].entry_id == again[0].entry_id
    assert count(database, "entry") == 1
    assert count(database, "transfer") == 2


def test_a_key_met_again_with_other_money_is_a_conflict_and_changes_nothing(database: Database) -> None:
    post(database, gift(), fee())

    with pytest.raises(SourceKeyConflictError, match="charge/ch_1"):
        post(database, gift(cents=13_001))
    with pytest.raises(SourceKeyConflictError, match="btxn/txn_1"):
        post(database, fee(cents=408))
    assert count(database, "entry") == 2


def test_what_was_decided_once_stands_if_the_sum_is_the_same(database: Database) -> None:
    (first,) = post(database, postings.unclaimed_charge(charge_id="ch_1", cents=13_407, **WHEN))
    (again,) = post(database, gift(cents=13_000, cover=407))

    assert again == ledger.Posted(first.entry_id, is_news=False)
    with pytest.raises(SourceKeyConflictError):
        post(database, gift(cents=13_000, cover=408))


def test_the_children_hold_the_whole_gift_and_operations_pays_the_fee(database: Database) -> None:
    post(database, gift(cents=13_000, cover=300), fee(cents=417))

    with database.read() as session:
        lines = {(line.fund, line.account): line.balance_cents for line in ledger.trial_balance(session)}
        assert ledger.balance(session, "children", "assets:stripe") == 13_000
        assert ledger.balance(session, "operations", "assets:stripe") == 300 - 417
        assert ledger.balance(session, "children", "assets:goods") == 0
    assert lines == {
        ("children", "assets:stripe"): 13_000,
        ("children", "income:gifts"): -13_000,
        ("operations", "assets:stripe"): -117,
        ("operations", "income:fee-cover"): -300,
        ("operations", "expense:processing-fees"): 417,
    }


def test_a_balance_is_known_as_of_a_day_and_as_of_what_was_known(database: Database) -> None:
    later = NOW + timedelta(days=10)
    post(database, gift("ch_1"))
    post(database, replace(gift("ch_2", cents=500), effective_on=TODAY + timedelta(days=1)))
    post(database, gift("ch_late", cents=70), recorded_at=later)

    def stripe(as_of: AsOf | None) -> int:
        with database.read() as session:
            return ledger.balance(session, "children", "assets:stripe", as_of)

    assert stripe(None) == 13_570
    assert stripe(AsOf(effective_on=TODAY)) == 13_070
    assert stripe(AsOf(effective_on=TODAY, recorded_at=NOW)) == 13_000
    assert stripe(AsOf(effective_on=TODAY - timedelta(days=1))) == 0


def test_entries_are_read_back_as_they_were_written(database: Database) -> None:
    wanted = gift(cover=407)
    (posted,) = post(database, wanted, fee())[:1]

    with database.read() as session:
        (by_key,) = ledger.entries_of(session, "charge/ch_1")
        assert ledger.entries_by_id(session, [posted.entry_id]) == [by_key]
        assert ledger.entries_of(session, "charge/ch%") == []
    assert by_key.transfers == wanted.transfers
    assert (by_key.happened_at, by_key.effective_on, by_key.recorded_at) == (NOW, TODAY, NOW)


def test_a_reversal_mirrors_an_entry_and_leaves_nothing(database: Database) -> None:
    original = gift(cover=407)
    (posted,) = post(database, original)
    mirror = postings.reversal(
        entry_id=posted.entry_id,
        source_key=original.source_key,
        transfers=original.transfers,
        actor="ada",
        **WHEN,
    )
    post(database, mirror)

    with database.read() as session:
        assert {line.balance_cents for line in ledger.trial_balance(session)} == {0}
    assert_refused(database, lambda s: ledger.post(s, replace(mirror, source_key="again"), recorded_at=NOW))


def test_a_booked_entry_is_reversed_once_on_the_day_that_is_asked_for(database: Database) -> None:
    post(database, gift(cover=407))
    day, later = TODAY + timedelta(days=9), NOW + timedelta(days=9)

    def reverse(session: Session) -> ledger.Posted:
        (booked,) = ledger.entries_of(session, "charge/ch_1")
        return ledger.reverse(session, booked, on=day, actor="ada", now=later)

    first, again = database.write(reverse), database.write(reverse)
    assert (first.is_news, again.is_news, first.entry_id) == (True, False, again.entry_id)
    with database.read() as session:
        (mirror,) = ledger.entries_by_id(session, [first.entry_id])
        assert (mirror.effective_on, mirror.happened_at, mirror.recorded_at) == (day, later, later)
        assert {line.balance_cents for line in ledger.trial_balance(session)} == {0}


def test_a_day_of_a_closed_month_is_refused_to_the_last_one(database: Database) -> None:
    with database.read() as session:
        ledger.refuse_closed(session, TODAY, field="day")
    close_period(database, TODAY)
    with database.read() as session:
        ledger.refuse_closed(session, TODAY + timedelta(days=1), field="day")
        with pytest.raises(FieldRefusedError, match=f"{TODAY:%Y-%m} is closed"):
            ledger.refuse_closed(session, TODAY, field="day")


def test_nothing_is_booked_into_a_closed_period(database: Database) -> None:
    close_period(database, TODAY)

    assert_refused(database, lambda s: ledger.post(s, gift(), recorded_at=NOW), "period of this day is closed")
    post(database, replace(gift(), effective_on=TODAY + timedelta(days=1)))


def test_a_period_reopens_by_two_people_until_it_is_locked(database: Database) -> None:
    close_period(database, date(2026, 10, 31))
    before = date(2026, 9, 30)

    with pytest.raises(Exception, match="only reopening"):
        close_period(database, before)
    with pytest.raises(Exception, match="another person"):
        close_period(database, before, "reopened", approver="ada")
    close_period(database, before, "reopened", approver="grace")
    post(database, replace(gift(), effective_on=date(2026, 10, 1)))
    close_period(database, date(2026, 12, 31), "locked")
    with pytest.raises(Exception, match="never reopens"):
        close_period(database, before, "reopened", approver="grace")


def test_a_database_is_one_book_in_one_mode(database: Database) -> None:
    facts = {"origin": "almoner.example", "zone": "America/Los_Angeles", "fiscal_year_start": "01-01"}

    def found(mode: str, **others: str) -> None:
        database.write(lambda session: ledger.found_book(session, mode=mode, **{**facts, **others}))

    found("simulated")
    found("simulated")
    with pytest.raises(ModeConflictError, match="simulated"):
        found("live")
    with pytest.raises(SettingsRefusedError, match="zone"):
        found("simulated", zone="America/New_York")
    with database.read() as session:
        assert session.execute(select(func.count()).select_from(book_table)).scalar_one() == 1


def test_instants_of_the_fast_road_read_as_those_of_the_tables(database: Database) -> None:
    whole = datetime(2026, 1, 1, tzinfo=UTC)
    post(database, replace(gift(), happened_at=whole), recorded_at=whole)

    with database.read() as session:
        known = select(entry.c.id).where(entry.c.happened_at == whole, entry.c.recorded_at <= whole)
        assert session.execute(known).all()
