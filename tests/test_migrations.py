from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, UniqueConstraint, event, inspect, select, text

from donations.database import Database, migrate, open_database, schema_faults, schema_is_current
from donations.migrations.rules import APPEND_ONLY, ERASABLE, NEVER_REMOVED, SEALED
from donations.postings import CHART, FUND_IDS
from donations.tables import account, fund, fund_account, metadata


def test_models_equal_migrations(database: Database) -> None:
    with database.read() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_guards_are_all_there_and_exactly_as_written(database: Database) -> None:
    assert schema_faults(database) == []
    assert schema_is_current(database)


def test_a_guard_that_was_dropped_changed_or_switched_off_is_named(database: Database) -> None:
    on = "" if database.is_sqlite else " ON entry"
    database.write(lambda session: session.execute(text(f"DROP TRIGGER guard_entry_insert{on}")))
    if not database.is_sqlite:
        database.write(
            lambda session: session.execute(text("ALTER TABLE transfer DISABLE TRIGGER guard_transfer_kept"))
        )

    assert not schema_is_current(database)
    named = " ".join(schema_faults(database))
    assert "guard_entry_insert" in named
    assert ("guard_transfer_kept" in named) == (not database.is_sqlite)


def test_an_older_schema_is_named_with_what_to_run(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'book.sqlite3'}"
    database = open_database(url)
    assert "almoner migrate" in schema_faults(database)[0]
    database.close()


def test_the_database_holds_the_chart_of_accounts(database: Database) -> None:
    with database.read() as session:
        accounts = {tuple(row) for row in session.execute(select(account))}
        may = {
            (row.fund_id, row.account_id): "D" * row.may_debit + "C" * row.may_credit
            for row in session.execute(select(fund_account))
        }
        assert {row.name: row.id for row in session.execute(select(fund))} == FUND_IDS
    assert accounts == {(each.number, each.number, each.path, each.kind) for each in CHART}
    wanted = {(1, each.number): each.children for each in CHART} | {
        (2, each.number): each.operations for each in CHART
    }
    assert may == {pair: directions for pair, directions in wanted.items() if directions}


def test_every_key_of_an_append_only_table_is_guarded_against_replacing() -> None:
    for name, guarded in {**APPEND_ONLY, **NEVER_REMOVED, **ERASABLE}.items():
        table = metadata.tables[name]
        keys = [list(table.primary_key.columns)]
        keys += [list(each.columns) for each in table.constraints if isinstance(each, UniqueConstraint)]
        keys += [list(each.columns) for each in table.indexes if each.unique]
        wanted = {frozenset(column.name for column in key) for key in keys}
        found = {frozenset(re.findall(r"(\w+) = NEW\.\1", key)) for key in guarded}
        assert found == wanted, name


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    database = open_database(database_url)
    with database.read() as session:
        assert session.execute(select(account)).all()
    database.close()


@contextmanager
def _dying_at(statement_number: int) -> Iterator[list[int]]:
    """Make the n-th statement of any engine fail; yields the numbers of the statements that were begun."""
    begun: list[int] = []

    def count_and_die(*_: Any) -> None:  # noqa: ANN401  # SQLAlchemy's own six arguments.
        begun.append(len(begun) + 1)
        if len(begun) == statement_number:
            raise KeyboardInterrupt

    event.listen(Engine, "before_cursor_execute", count_and_die)
    try:
        yield begun
    finally:
        event.remove(Engine, "before_cursor_execute", count_and_die)


def test_a_migration_cut_short_leaves_nothing_and_can_be_run_again(tmp_path: Path) -> None:
    with _dying_at(0) as statements:
        migrate(f"sqlite:///{tmp_path / 'whole.sqlite3'}")
    points = range(2, len(statements) + 1, 11)
    faults = 0
    for number in points:
        url = f"sqlite:///{tmp_path / f'{number}.sqlite3'}"
        with pytest.raises(KeyboardInterrupt), _dying_at(number):
            migrate(url)
        faults += 1
        database = open_database(url)
        with database.read() as session:
            assert inspect(session.connection()).get_table_names() == []
        database.close()
        migrate(url)
        database = open_database(url)
        assert schema_is_current(database)
        database.close()
    assert faults == len(points) > 8


def test_guards_name_only_tables_that_are_there() -> None:
    assert set(APPEND_ONLY) | set(NEVER_REMOVED) | set(ERASABLE) | set(SEALED) <= set(metadata.tables)
