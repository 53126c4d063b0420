from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Text, create_mock_engine, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from donations.database import Database
from donations.database.driver import driver_value
from donations.tables import entry, metadata
from donations.tables.metadata import Day, Instant

CLOTHING = {
    "clothing_fund": {
        "id",
        "code",
        "queue_no",
        "opened_on",
        "target_cents",
        "designated_cents",
        "spent_cents",
        "closed",
    },
    "designation": {"id", "source_entry_id", "instead_of", "clothing_fund_id", "cents", "reason", "effective_on"},
    "clothing_spend": {"entry_id", "clothing_fund_id", "cents"},
    "filing": {"position", "what", "entry_id", "clothing_fund_id"},
}
"""Every column that stands beside a clothing fund. A new one needs a reason: none may ever say who a child is."""

ABOUT_A_CHILD = {
    "child",
    "children_name",
    "initials",
    "age",
    "sex",
    "gender",
    "size",
    "school",
    "photo",
    "birth",
    "case",
}

MONEY_TEXT = {
    "book": {"origin", "currency", "zone", "mode", "fiscal_year_start"},
    "entry": {"kind", "source_key", "actor", "note_code"},
    "transfer": set(),
    "returned": {"kind"},
    "clothing_fund": {"code"},
    "designation": {"reason"},
    "filing": {"what"},
    "period": {"state", "actor", "approver"},
}
"""The only texts in the money tables: keys, codes and enums, nothing written freely."""


def test_nothing_but_a_code_and_cents_stands_beside_a_clothing_fund() -> None:
    for name, allowed in CLOTHING.items():
        assert {column.name for column in metadata.tables[name].columns} == allowed


def test_no_column_anywhere_is_about_a_child() -> None:
    suspicious = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if ABOUT_A_CHILD & set(column.name.split("_"))
    }
    assert suspicious == {"printed.size"}  # Of a file, in bytes.


def test_only_money_tables_with_cents_lead_to_a_clothing_fund() -> None:
    pointing = {
        table.name
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "clothing_fund"
    }
    assert pointing == {"designation", "clothing_spend", "filing", "purchase_line", "purchase_item"}


def test_money_tables_hold_no_free_text() -> None:
    for name, allowed in MONEY_TEXT.items():
        texts = {column.name for column in metadata.tables[name].columns if isinstance(column.type, Text)}
        assert texts == allowed, name


def test_every_sqlite_table_is_strict() -> None:
    written: list[str] = []
    engine = create_mock_engine(
        "sqlite://", lambda sql, *_: written.append(str(sql.compile(dialect=sqlite.dialect())))
    )
    metadata.create_all(engine, checkfirst=False)
    tables = [statement for statement in written if statement.lstrip().startswith("CREATE TABLE")]
    assert len(tables) == len(metadata.tables)
    assert all(statement.rstrip().endswith("STRICT") for statement in tables)


def test_a_naive_instant_is_refused(database: Database) -> None:
    naive = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    with database.read() as session, pytest.raises((StatementError, ValueError), match="offset"):
        session.execute(select(entry).where(entry.c.happened_at == naive))


@given(
    one=st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001  # Hypothesis wants it naive.
    other=st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001
    hours=st.integers(min_value=-12, max_value=14),
)
def test_sqlites_instants_sort_as_time_does_and_come_back_as_they_were(
    one: datetime, other: datetime, hours: int
) -> None:
    first, second = one.replace(tzinfo=UTC), other.replace(tzinfo=timezone(timedelta(hours=hours)))
    column, dialect = Instant(), sqlite.dialect()
    texts = [column.process_bind_param(instant, dialect) for instant in (first, second)]

    assert (texts[0] < texts[1]) == (first < second)  # type: ignore[operator]
    assert [column.process_result_value(text, dialect) for text in texts] == [first, second]
    assert texts == [driver_value("sqlite", instant) for instant in (first, second)]
    assert {len(str(text)) for text in texts} == {27}


@given(st.dates())
def test_sqlites_days_come_back_as_they_were(day: date) -> None:
    column, dialect = Day(), sqlite.dialect()
    assert column.process_result_value(column.process_bind_param(day, dialect), dialect) == day
    assert column.process_bind_param(day, dialect) == driver_value("sqlite", day)
