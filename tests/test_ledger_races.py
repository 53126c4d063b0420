"""Many at once: unique keys decide, on PostgreSQL by its own locks, on SQLite by the one writer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from donations import invariants, ledger
from donations.database import Database
from donations.errors import SourceKeyConflictError
from donations.tables import Donor, Gift, GiftSettlement, period
from tests.money_facts import NOW, TODAY, count, gift, post

AT_ONCE = 8


def together(work: Callable[[int], object]) -> list[object]:
    """Start the same work eight times at the same moment; return what each returned or raised."""
    start = threading.Barrier(AT_ONCE)

    def run(number: int) -> object:
        start.wait()
        try:
            return work(number)
        except (IntegrityError, SourceKeyConflictError) as refusal:
            return type(refusal)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def test_one_key_told_by_many_at_once_is_booked_once(database: Database) -> None:
    for round_ in range(5):
        entry = gift(f"ch_{round_}")
        posted = together(partial(lambda entry, _: post(database, entry)[0], entry))

        news = [one for one in posted if isinstance(one, ledger.Posted) and one.is_news]
        assert len(news) == 1
        assert {one.entry_id for one in posted if isinstance(one, ledger.Posted)} == {news[0].entry_id}
    assert count(database, "entry") == 5


def test_one_key_with_different_money_at_once_lets_one_win_and_the_others_hear_of_it(database: Database) -> None:
    answers = together(lambda number: post(database, gift(cents=100 + number))[0])

    assert answers.count(SourceKeyConflictError) == AT_ONCE - 1
    assert count(database, "transfer") == 1


def promise(session: Session) -> tuple[int, int]:
    donor = session.execute(
        insert(Donor)
        .values(reference="d_1", name="Ada", email="ada@example.org", email_key="ada@example.org", name_key="ada")
        .returning(Donor.id)
    ).scalar_one()
    gift_id = session.execute(
        insert(Gift)
        .values(
            reference="g_1",
            amount_cents=13_000,
            fee_cover_cents=0,
            anonymous=0,
            control_statement_version="control-2026-1",
            origin="web",
            promised_at=NOW,
            form_token_hash="0" * 64,
            thanks_token_hash="1" * 64,
        )
        .returning(Gift.id)
    ).scalar_one()
    return gift_id, donor


def test_of_two_charges_racing_for_one_gift_one_wins_and_the_other_leaves_nothing(database: Database) -> None:
    gift_id, donor_id = database.write(promise)

    def settle(number: int) -> str:
        def work(session: Session) -> str:
            entry_id = ledger.post(session, gift(f"ch_{number}"), recorded_at=NOW).entry_id
            facts = {
                "charge_id": f"ch_{number}",
                "source_key": f"charge/ch_{number}",
                "entry_id": entry_id,
                "donor_id": donor_id,
                "method": "card",
                "gift_on": TODAY,
                "gift_on_basis": "charged",
                "charged_at": NOW,
                "settled_at": NOW,
            }
            session.execute(insert(GiftSettlement).values(gift_id=gift_id, **facts))
            return "settled"

        return database.write(work)

    answers = together(settle)

    assert answers.count("settled") == 1
    assert answers.count(IntegrityError) == AT_ONCE - 1
    assert count(database, "entry") == count(database, "gift_settlement") == 1


def close(session: Session) -> None:
    later = NOW + timedelta(seconds=1)
    session.execute(insert(period).values(closed_through=TODAY, state="closed", actor="ada", recorded_at=later))


def test_no_entry_slips_past_a_closing_period(database: Database) -> None:
    if database.is_sqlite:
        return  # There the one writer is the lock.
    with ThreadPoolExecutor(1) as other:
        with Session(database.engine) as slow, slow.begin():
            ledger.post(slow, gift("ch_before"), recorded_at=NOW)
            closing = other.submit(database.write, close)
            with pytest.raises(TimeoutError):
                closing.result(timeout=0.3)
        closing.result()
    with pytest.raises(IntegrityError, match="closed"):
        post(database, gift("ch_after"))
    with database.read() as session:
        assert next(check for check in invariants.audit(session) if check.id == "I17").ok


def test_an_entry_waits_for_a_closing_period_and_is_then_refused(database: Database) -> None:
    if database.is_sqlite:
        return  # There the one writer is the lock.
    with ThreadPoolExecutor(1) as other:
        with Session(database.engine) as slow, slow.begin():
            close(slow)
            late = other.submit(post, database, gift())
            with pytest.raises(TimeoutError):
                late.result(timeout=0.3)
        with pytest.raises(IntegrityError, match="closed"):
            late.result()
