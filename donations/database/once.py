"""Room: database. A row that is written once, however many try to write it at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Session

from donations.database.driver import Prepared, engine_name, prepare


def insert_once(
    session: Session, row: Table | type[DeclarativeBase], values: Mapping[str, Any], *, key: tuple[str, ...]
) -> bool:
    """Insert a row unless one with this unique key is there; tell whether it is news."""
    table = row if isinstance(row, Table) else cast("Table", row.__table__)
    if session.new or session.dirty or session.deleted:
        session.flush()
    given = _defaults(table) | dict(values)
    columns = tuple(sorted(given))
    if engine_name(session) == "postgresql":
        return _insert_on_postgresql(table, columns, key).run(session, given).fetchone() is not None
    # SQLite has one writer, and its guards of append-only rows speak before any conflict clause is heard.
    if _find(table, key).run(session, given).fetchone() is not None:
        return False
    _insert(table, columns).run(session, given)
    return True


@cache
def _defaults(table: Table) -> dict[str, Any]:
    found: Any = {column.name: column.default for column in table.columns if column.default is not None}
    return {name: default.arg for name, default in found.items() if default.is_scalar}


@cache
def _find(table: Table, key: tuple[str, ...]) -> Prepared:
    same = [table.c[name] == bindparam(name, type_=table.c[name].type) for name in key]
    return prepare("sqlite", select(table.c[key[0]]).where(*same))


@cache
def _insert(table: Table, columns: tuple[str, ...]) -> Prepared:
    return prepare("sqlite", insert(table), columns)


@cache
def _insert_on_postgresql(table: Table, columns: tuple[str, ...], key: tuple[str, ...]) -> Prepared:
    news = postgresql.insert(table).on_conflict_do_nothing(index_elements=key)
    return prepare("postgresql", news.returning(table.c[key[0]]), columns)
