"""Somebody goes round the code with raw SQL: the database itself refuses, on both engines."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from donations import ledger, postings
from donations.database import Database, migrate, open_database
from donations.migrations.rules import APPEND_ONLY
from donations.tables import clothing_fund, clothing_spend, designation, entry, filing, transfer, tray
from tests.money_facts import NOW, TODAY, WHEN, Work, assert_refused, count, execute, gift, open_fund, post

CHILDREN, OPERATIONS = 1, 2
STRIPE, GIFTS, FEES, INTERFUND, BANK = 1030, 4010, 5110, 3900, 1010
FILLED = ("book", "entry", "transfer", "designation", "clothing_spend", "filing")
TIE = (
    "INSERT INTO designation (source_entry_id, clothing_fund_id, cents, reason, effective_on)"
    " SELECT 1, id, {}, '{}', opened_on FROM clothing_fund"
)


def raw_entry(*lines: tuple[int, int, int, int], announced: int | None = None, reverses: int | None = None) -> Work:
    """Return work that writes (fund, debit, credit, cents) as an entry, without the ledger."""

    def work(session: Session) -> int:
        values = {"kind": "raw", "happened_at": NOW, "effective_on": TODAY, "recorded_at": NOW, "actor": "mallory"}
        entry_id = session.execute(
            insert(entry)
            .values(source_key="raw", n_transfers=announced or len(lines), reverses=reverses, **values)
            .returning(entry.c.id)
        ).scalar_one()
        for line, (fund_id, debit_id, credit_id, cents) in enumerate(lines, start=1):
            session.execute(insert(transfer).values((entry_id, line, fund_id, debit_id, credit_id, cents)))
        return int(entry_id)

    return work


def test_a_fee_in_the_childrens_fund_is_refused(database: Database) -> None:
    assert_refused(database, raw_entry((CHILDREN, FEES, STRIPE, 407)), "may not debit")
    assert_refused(database, raw_entry((CHILDREN, STRIPE, FEES, 407)), "may not credit")


def test_an_entry_without_all_its_transfers_is_refused_at_commit(database: Database) -> None:
    line = (CHILDREN, STRIPE, GIFTS, 100)
    assert_refused(database, raw_entry(line, announced=2))
    assert_refused(database, raw_entry(announced=1))
    assert count(database, "entry") == 0
    database.write(raw_entry(line, (OPERATIONS, STRIPE, GIFTS, 1)))


def test_a_transfer_beyond_what_its_entry_announces_is_refused(database: Database) -> None:
    (posted,) = post(database, gift())
    for line in (1, 2, 3):
        values = (posted.entry_id, line, CHILDREN, STRIPE, GIFTS, 1)
        assert_refused(database, execute(f"INSERT INTO transfer VALUES {values}"))  # noqa: S608
    assert_refused(database, execute("INSERT INTO transfer VALUES (99, 1, 1, 1030, 4010, 5)"), "announce")


def test_lines_follow_one_another(database: Database) -> None:
    def skip_a_line(session: Session) -> None:
        raw_entry(announced=2)(session)
        session.execute(text("INSERT INTO transfer SELECT id, 2, 1, 1030, 4010, 5 FROM entry"))

    assert_refused(database, skip_a_line, "follow one another")


def test_cents_are_more_than_nothing_and_within_bounds(database: Database) -> None:
    for cents in (0, -5, 10**11 + 1):
        assert_refused(database, raw_entry((CHILDREN, STRIPE, GIFTS, cents)))


def test_one_account_cannot_be_both_sides(database: Database) -> None:
    assert_refused(database, raw_entry((CHILDREN, STRIPE, STRIPE, 5)))


def test_operations_can_never_take_back_what_it_made_whole(database: Database) -> None:
    assert_refused(database, raw_entry((OPERATIONS, BANK, INTERFUND, 5)), "may not credit")
    assert_refused(database, raw_entry((CHILDREN, INTERFUND, BANK, 5)), "may not debit")
    database.write(raw_entry((OPERATIONS, INTERFUND, BANK, 5), (CHILDREN, BANK, INTERFUND, 5)))


def test_a_forged_reversal_opens_no_forbidden_direction(database: Database) -> None:
    (posted,) = post(database, gift())

    for forged in (
        (CHILDREN, INTERFUND, BANK, 13_000),
        (CHILDREN, GIFTS, STRIPE, 12_999),
        (OPERATIONS, GIFTS, STRIPE, 13_000),
    ):
        assert_refused(database, raw_entry(forged, reverses=posted.entry_id), "mirrors the original")
    mirror = (CHILDREN, GIFTS, STRIPE, 13_000)
    assert_refused(database, raw_entry(mirror, mirror, reverses=posted.entry_id), "reverses one whole entry")
    reversing = database.write(raw_entry(mirror, reverses=posted.entry_id))
    assert_refused(database, raw_entry((CHILDREN, STRIPE, GIFTS, 13_000), reverses=reversing))


def fill_everything(database: Database) -> None:
    """Put one row into every append-only table that needs no gift."""

    def work(session: Session) -> None:
        posted = ledger.post(session, gift(), recorded_at=NOW)
        fund_id = open_fund(session)
        tied = {"clothing_fund_id": fund_id, "source_entry_id": posted.entry_id, "cents": 100, "reason": "fill"}
        session.execute(insert(designation).values(effective_on=TODAY, **tied))
        bought = postings.purchase(
            reference="b_1",
            children_cents=60,
            operations_cents=0,
            paid_from="assets:bank:children",
            actor="ada",
            **WHEN,
        )
        entry_id = ledger.post(session, bought, recorded_at=NOW).entry_id
        session.execute(insert(clothing_spend).values(entry_id=entry_id, clothing_fund_id=fund_id, cents=60))
        session.execute(insert(filing).values(position=1, what="gift", entry_id=posted.entry_id))
        session.execute(insert(tray).values(entry_id=entry_id))
        ledger.found_book(session, origin="o", zone="UTC", mode="test", fiscal_year_start="01-01")

    database.write(work)


WRITTEN = {
    "entry": "actor",
    "transfer": "cents",
    "designation": "cents",
    "clothing_spend": "cents",
    "filing": "position",
    "book": "mode",
    "fund": "name",
    "account": "path",
    "fund_account": "may_debit",
    "tray": "entry_id",
}


def test_what_is_written_is_never_changed_or_removed(database: Database) -> None:
    fill_everything(database)

    for table, column in WRITTEN.items():
        assert_refused(database, execute(f"UPDATE {table} SET {column} = {column}"), table)  # noqa: S608
        if table != "tray":
            assert_refused(database, execute(f"DELETE FROM {table}"), table)  # noqa: S608
        if not database.is_sqlite:
            with pytest.raises(DBAPIError, match=table):
                database.write(execute(f"TRUNCATE {table} CASCADE"))


def test_a_clothing_funds_name_and_sums_are_not_for_changing(database: Database) -> None:
    fill_everything(database)

    for change in ("code = 'CF-1111111111'", "queue_no = 7", "target_cents = 14000", "id = 9"):
        assert_refused(database, execute(f"UPDATE clothing_fund SET {change}"))  # noqa: S608
    assert_refused(database, execute("UPDATE clothing_fund SET designated_cents = 200"), "sum of the designations")
    assert_refused(database, execute("UPDATE clothing_fund SET spent_cents = 61"), "sum of what was spent")
    assert_refused(database, execute("UPDATE clothing_fund SET closed = 1"), "closed by its filing")
    assert_refused(database, execute("DELETE FROM clothing_fund"), "clothing_fund")
    values = {"code": "CF-2222222222", "queue_no": 2, "opened_on": TODAY, "target_cents": 5, "designated_cents": 5}
    assert_refused(database, lambda session: session.execute(insert(clothing_fund).values(values)), "open and empty")


def test_designations_keep_their_sum_within_the_target(database: Database) -> None:
    fill_everything(database)

    assert_refused(database, execute(TIE.format(12_901, "fill")))
    assert_refused(database, execute(TIE.format(-41, "release")))
    database.write(execute(TIE.format(12_900, "fill")))
    database.write(execute(TIE.format(-12_940, "release")))
    with database.read() as session:
        assert session.execute(text("SELECT designated_cents, spent_cents FROM clothing_fund")).one() == (60, 60)


def test_a_filing_closes_a_fund_for_good(database: Database) -> None:
    fill_everything(database)
    database.write(
        execute("INSERT INTO filing (position, what, clothing_fund_id) SELECT 9, 'closed', id FROM clothing_fund")
    )

    assert_refused(database, execute(TIE.format(1, "fill")), "closed clothing fund")
    assert_refused(database, execute(TIE.format(1, "backfill")), "closed clothing fund")
    database.write(execute(TIE.format(-40, "release")))
    assert_refused(database, execute("UPDATE clothing_fund SET closed = 0"), "for good")


@pytest.fixture
def bare_file(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Open a SQLite book as a stranger would: no pragma is set, nothing of ours watches."""
    file = tmp_path / "book.sqlite3"
    migrate(f"sqlite:///{file}")
    database = open_database(f"sqlite:///{file}")
    fill_everything(database)
    database.close()
    with closing(sqlite3.connect(file)) as connection:
        yield connection


def test_replacing_a_row_is_refused_even_with_every_pragma_off(bare_file: sqlite3.Connection) -> None:
    assert set(FILLED) <= set(APPEND_ONLY)
    for table in FILLED:
        with pytest.raises(sqlite3.IntegrityError, match="exists already"):
            bare_file.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")  # noqa: S608
        with pytest.raises(sqlite3.IntegrityError, match=table):
            bare_file.execute(f"UPDATE OR REPLACE {table} SET rowid = rowid")  # noqa: S608


def test_another_row_under_the_same_source_key_cannot_push_the_first_one_out(bare_file: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="exists already"):
        bare_file.execute(
            "INSERT OR REPLACE INTO entry SELECT 900, kind, source_key, happened_at, effective_on, recorded_at,"
            " reverses, n_transfers, actor, note_code FROM entry LIMIT 1"
        )


def test_what_a_fund_may_not_do_it_may_not_do_without_foreign_keys(bare_file: sqlite3.Connection) -> None:
    assert bare_file.execute("PRAGMA foreign_keys").fetchone() == (0,)
    bare_file.execute("INSERT INTO entry VALUES (50, 'raw', 'raw', 'n', '2026-11-22', 'n', NULL, 1, 'm', NULL)")
    for line in ("50, 1, 1, 5110, 1030, 5", "50, 1, 1, 1030, 9999, 5", "77, 1, 1, 1030, 4010, 5"):
        with pytest.raises(sqlite3.IntegrityError, match=r"may not|announce"):
            bare_file.execute(f"INSERT INTO transfer VALUES ({line})")  # noqa: S608


def test_a_value_of_the_wrong_type_is_refused(bare_file: sqlite3.Connection) -> None:
    row = "INSERT INTO stripe_balance_transaction VALUES ('t', 'x', 'x', {}, 0, 'usd', 's', 'n', 'n')"
    for cents in ("'one'", "'12,5'", "130.5"):
        with pytest.raises(sqlite3.IntegrityError, match="cannot store"):
            bare_file.execute(row.format(cents))
