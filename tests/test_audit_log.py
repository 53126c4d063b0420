"""The audit log: whatever is changed, removed, swapped, forged or cut off shows."""
# ruff: noqa: S608  # The attacker's own SQL, with figures of the test's own dice.

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from donations import audit_log
from donations.audit_log import COMMAND, Fact, Head
from donations.tables import metadata

KEYS = [b"k" * 32, b"older" * 7]
START = datetime(2026, 11, 1, 12, tzinfo=UTC)
ROWS = 30


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """Return a log of acts without its triggers, as an attacker with the file would have it."""
    engine = create_engine(f"sqlite:///{tmp_path / 'log.sqlite3'}")
    metadata.create_all(engine, tables=[metadata.tables["audit_act"], metadata.tables["audit_link"]])
    opened = Session(engine)
    for number in range(ROWS):
        facts: dict[str, Fact] = {"amount_cents": number, "reason": "duplicate"}
        at = START + timedelta(minutes=number)
        audit_log.record(opened, COMMAND, "approval_given", at=at, subject=f"g_{number:016d}", facts=facts)
        opened.flush()
    assert audit_log.chain(opened, KEYS, ROWS)
    opened.commit()
    return opened


def test_an_untouched_log_is_whole_and_a_new_key_goes_on(session: Session) -> None:
    head = audit_log.head_of(session)
    assert head is not None
    assert head.position == ROWS
    audit_log.record(session, COMMAND, "signed_in", at=START, facts={})
    session.flush()
    assert audit_log.has_unchained(session)
    audit_log.chain(session, [b"new" * 11, *KEYS], 10)
    assert audit_log.verify(session, [b"new" * 11, *KEYS], [head]) == []
    assert audit_log.verify(session, [b"new" * 11], [head]) != []


def test_a_log_that_lost_its_unfinished_tail_of_links_alone_grows_the_same_again(session: Session) -> None:
    head = audit_log.head_of(session)
    assert head is not None
    session.execute(text(f"DELETE FROM audit_link WHERE position > {ROWS - 5}"))
    assert audit_log.verify(session, KEYS, [head]) == [f"position {ROWS}: cut off"]
    assert audit_log.chain(session, KEYS, ROWS) == head


@pytest.mark.parametrize("times", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_random_tamperings_are_all_found(session: Session, times: int) -> None:
    head = audit_log.head_of(session)
    assert head is not None
    chance = random.Random(5)  # noqa: S311  # A test's dice.
    kinds = set()
    for _ in range(times):
        statement = _tampering(chance)
        kinds.add(statement[0].split(" WHERE")[0][:36])
        for one in statement:
            session.connection().exec_driver_sql(one)
        session.expire_all()
        assert audit_log.verify(session, KEYS, [head]), statement
        session.rollback()
    assert len(kinds) >= 10
    assert audit_log.verify(session, KEYS, [head]) == []


def _tampering(chance: random.Random) -> list[str]:
    one, other = chance.sample(range(1, ROWS + 1), 2)
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    cut = chance.randrange(0, ROWS)
    at = f"2026-12-{chance.randrange(1, 29):02d}T00:00:00.000000Z"
    return chance.choice(
        [
            [f"UPDATE audit_act SET actor = 's_{letter}' WHERE id = {one}"],
            [f"UPDATE audit_act SET act = 'x{letter}' WHERE id = {one}"],
            [f"UPDATE audit_act SET subject = 'g_{letter}' WHERE id = {one}"],
            [f"UPDATE audit_act SET subject = NULL WHERE id = {one}"],
            [f"UPDATE audit_act SET at = '{at}' WHERE id = {one}"],
            [f"UPDATE audit_act SET facts = '{{\"amount_cents\":{one + 100}}}' WHERE id = {one}"],
            [f"UPDATE audit_act SET facts = facts || ' ' WHERE id = {one}"],
            [f"DELETE FROM audit_act WHERE id = {one}"],
            [f"DELETE FROM audit_link WHERE position = {one}"],
            [f"DELETE FROM audit_link WHERE position = {one}", f"DELETE FROM audit_act WHERE id = {one}"],
            [f"DELETE FROM audit_link WHERE position > {cut}", f"DELETE FROM audit_act WHERE id > {cut}"],
            [f"DELETE FROM audit_link WHERE position > {cut}"],
            [f"UPDATE audit_link SET hash = '{letter * 64}' WHERE position = {one}"],
            [f"UPDATE audit_link SET position = {ROWS + 50} WHERE position = {one}"],
            [
                f"UPDATE audit_link SET act_id = {-one} WHERE position = {one}",
                f"UPDATE audit_link SET act_id = {one} WHERE position = {other}",
                f"UPDATE audit_link SET act_id = {other} WHERE position = {one}",
            ],
            [
                f"UPDATE audit_act SET id = {-one} WHERE id = {one}",
                f"UPDATE audit_act SET id = {one} WHERE id = {other}",
                f"UPDATE audit_act SET id = {other} WHERE id = {-one}",
            ],
        ]
    )


def test_an_end_noted_outside_that_never_was_is_told(session: Session) -> None:
    assert audit_log.verify(session, KEYS, [Head(position=3, hash="0" * 64)]) == [
        "position 3: not the end that was noted outside"
    ]
