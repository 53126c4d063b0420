"""What was acknowledged is there, whoever was killed; and two processes on one file both get their turn."""

from __future__ import annotations

import signal

from donations import invariants, ledger
from donations.database import Database, open_database
from tests.ledger_load import loader


def booked(database: Database) -> set[str]:
    with database.read() as session:
        return {entry.source_key for entry in ledger.entries_of(session, "")}


def test_what_was_acknowledged_is_booked_after_kill_9(database_url: str) -> None:
    kills = 0
    acknowledged: list[str] = []
    for round_ in range(8):
        with loader(database_url, f"r{round_}") as load:
            acknowledged += load.hear(5 * (round_ + 1))
            acknowledged += load.kill()
            kills += load.process.exitcode == -signal.SIGKILL
    database = open_database(database_url)
    keys = booked(database)
    with database.read() as session:
        broken = {check.id for check in invariants.audit(session) if not check.ok}
    database.close()

    assert kills == 8
    assert len(acknowledged) >= 180
    assert {f"{kind}_{name}" for name in acknowledged for kind in ("charge/ch", "btxn/txn")} <= keys
    assert sum(key.startswith("charge/") for key in keys) == sum(key.startswith("btxn/") for key in keys)
    # Money without a tray row and fees without Stripe's own rows are this load's doing; nothing else may be broken.
    assert broken <= {"I6", "I8", "I12"}


def test_two_processes_on_one_book_both_get_their_turn(database_url: str) -> None:
    with loader(database_url, "a", 2) as first, loader(database_url, "b", 2) as second:
        first.hear(5)
        second.hear(5)
        database = open_database(database_url)
        before = booked(database)
        while len(booked(database)) < len(before) + 400:
            first.hear(5)
            second.hear(5)
    new = [key for key in booked(database) - before if key.startswith("charge/")]
    database.close()

    shares = [sum(key.startswith(f"charge/ch_{mark}_") for key in new) / len(new) for mark in "ab"]
    assert min(shares) > 0.2, shares
