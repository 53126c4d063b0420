"""Room: database. A row that is written once, however many try to write it at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Session


def insert_once(
    session: Session, row: Table | type[DeclarativeBase], values: Mapping[str, Any], *, key: tuple[str, ...]
) -> bool:
    """Insert a row unless one with this unique key is there; tell whether it is news."""
    table = row if isinstance(row, Table) else cast("Table", row.__table__)
    if session.get_bind().dialect.name == "postgresql":
        news = postgresql.insert(table).values(values).on_conflict_do_nothing(index_elements=key)
        return session.execute(news.returning(table.c[key[0]])).first() is not None
    # SQLite has one writer, and its guards of append-only rows speak before any conflict clause is heard.
    same = [table.c[name] == values[name] for name in key]
    if session.execute(select(table.c[key[0]]).where(*same)).first() is not None:
        return False
    session.execute(insert(table).values(values))
    return True
