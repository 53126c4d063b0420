"""Room: database. The narrow road beneath SQLAlchemy, for statements that run thousands of times a second.

A statement is composed in Core and compiled once; after that the driver runs its text. Measured: composing and
wrapping costs ten times what SQLite needs to carry it out, triggers included. Faults come out as SQLAlchemy's own, so
callers need not know which road was taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ClauseElement, Connection, Dialect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Prepared:
    """The driver's text of one statement on one engine, and the names of its parameters in their order."""

    text: str
    names: tuple[str, ...]

    def run(self, session: Session, values: Mapping[str, object]) -> Any:  # noqa: ANN401  # The driver's own cursor.
        """Run it inside the session's transaction and return the driver's cursor: rows are plain tuples.

        Days and aware instants are written as the columns of `tables.metadata` keep them; what is read comes as the
        driver gives it. Pending objects of the session are not flushed first.
        """
        bind = session.get_bind()
        connection = bind if isinstance(bind, Connection) else session.connection()
        driver: Any = connection.connection.driver_connection
        engine = connection.dialect.name
        given = [driver_value(engine, values[name]) for name in self.names]
        try:
            return driver.execute(self.text, given)
        except connection.dialect.loaded_dbapi.Error as fault:
            raise DBAPIError.instance(
                self.text, tuple(given), fault, connection.dialect.loaded_dbapi.Error, dialect=connection.dialect
            ) from fault


def engine_name(session: Session) -> str:
    """Return `sqlite` or `postgresql`."""
    return session.get_bind().dialect.name


def prepare(engine: str, statement: ClauseElement, columns: tuple[str, ...] | None = None) -> Prepared:
    """Compile a Core statement for an engine; `columns` are those an INSERT without values is to write."""
    address, style = ("sqlite://", "qmark") if engine == "sqlite" else ("postgresql+psycopg://", "format")
    make: Callable[..., Dialect] = make_url(address).get_dialect()
    chosen = None if columns is None else list(columns)
    compiled: Any = statement.compile(dialect=make(paramstyle=style), column_keys=chosen)
    return Prepared(str(compiled), tuple(compiled.positiontup or ()))


def driver_value(engine: str, value: object) -> object:
    """Return an aware instant or a day as the columns of `tables.metadata` store it, anything else as it is."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("an instant needs its offset from UTC")
        utc = value.astimezone(UTC)
        return f"{utc.isoformat(timespec='microseconds')[:26]}Z" if engine == "sqlite" else utc
    return value.isoformat() if engine == "sqlite" and isinstance(value, date) else value
