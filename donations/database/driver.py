"""Room: database. The narrow road beneath SQLAlchemy, for statements that run thousands of times a second.

A statement is composed in Core and compiled once; after that the driver runs its text. Measured: composing and
wrapping costs ten times what SQLite needs to carry it out, triggers included. Faults come out as SQLAlchemy's own, so
callers need not know which road was taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session


def engine_name(session: Session) -> str:
    """Return `sqlite` or `postgresql`."""
    return session.get_bind().dialect.name


def compile_text(engine: str, statement: Executable, columns: Sequence[str] | None = None) -> str:
    """Return a Core statement as the driver's text with positional parameters, for an insert only of some columns."""
    address, style = ("sqlite://", "qmark") if engine == "sqlite" else ("postgresql+psycopg://", "format")
    make: Callable[..., Dialect] = make_url(address).get_dialect()
    chosen = None if columns is None else list(columns)
    return str(statement.compile(dialect=make(paramstyle=style), column_keys=chosen))  # type: ignore[attr-defined]


def run_text(session: Session, text: str, values: Sequence[object]) -> Any:  # noqa: ANN401  # The driver's own cursor.
    """Run the driver's text inside the session's transaction and return the driver's cursor."""
    bind = session.get_bind()
    connection = bind if isinstance(bind, Connection) else session.connection()
    driver: Any = connection.connection.driver_connection
    try:
        return driver.execute(text, values)
    except connection.dialect.loaded_dbapi.Error as fault:
        raise DBAPIError.instance(
            text, tuple(values), fault, connection.dialect.loaded_dbapi.Error, dialect=connection.dialect
        ) from fault


def driver_value(engine: str, value: datetime | date) -> datetime | date | str:
    """Return an aware instant or a day as the columns of `tables.metadata` store it."""
    if isinstance(value, datetime):
        utc = value.astimezone(UTC)
        return f"{utc.isoformat(timespec='microseconds')[:26]}Z" if engine == "sqlite" else utc
    return value.isoformat() if engine == "sqlite" else value
