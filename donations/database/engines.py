"""Room: database. Engines whose settings are set at connect, read back, and refused when they do not hold.

A connection that lacks one of them is never handed out.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from donations.errors import SettingsRefusedError

_PRIVATE = 0o600
_FULL = 2

_PRAGMAS: tuple[tuple[str, str, object], ...] = (
    # Whoever is not ours and writes (a backup) is waited for; our own writers take turns before they ask.
    ("busy_timeout", "5000", 5000),
    # Readers never wait for the writer. In WAL, less than FULL may lose acknowledged commits at power loss.
    ("journal_mode", "wal", "wal"),
    ("synchronous", "full", _FULL),
    # Off by default in every new connection; the list of what each fund may do hangs on it.
    ("foreign_keys", "on", 1),
    # Without it INSERT OR REPLACE removes a row past its guard against removal.
    ("recursive_triggers", "on", 1),
    # Nothing that somebody put into the schema may call what can do harm.
    ("trusted_schema", "off", 0),
)

_POSTGRESQL_DURABILITY = ("fsync", "synchronous_commit", "full_page_writes")


def read_url(text: str) -> URL:
    """Return the address of a database we can be: a SQLite file or PostgreSQL by psycopg."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise SettingsRefusedError("ALMONER_DATABASE_URL is not a database address.") from None
    if url.drivername == "sqlite" and url.database not in {None, "", ":memory:"}:
        return url
    if url.drivername == "postgresql+psycopg":
        return url
    raise SettingsRefusedError(
        "ALMONER_DATABASE_URL must be sqlite:///… (a file) or postgresql+psycopg://…; "
        "no other database keeps the promises of the book."
    )


def sqlite_file(url: URL) -> Path:
    """Return the database file, made private (mode 0600) and its folder made, if they were not there."""
    file = Path(str(url.database)).absolute()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, _PRIVATE))
    file.chmod(_PRIVATE)
    return file


def sqlite_engine(url: URL, *, read_only: bool) -> Engine:
    """Return an engine whose transactions are explicit: BEGIN IMMEDIATE to write, one snapshot to read."""
    address = URL.create("sqlite", database=str(sqlite_file(url)))
    engine = create_engine(address, connect_args={"check_same_thread": False}, pool_size=8, max_overflow=24)
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401  # The driver's own connection.
        connection.isolation_level = None
        _set_pragmas(connection, read_only=read_only)

    @event.listens_for(engine, "begin")
    def begin_explicitly(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def postgresql_engine(url: URL, *, patience_seconds: int) -> Engine:
    """Return a READ COMMITTED engine; statements, locks and idle transactions run into their limits."""
    engine = create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=24,
        connect_args={"connect_timeout": 5},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401  # The driver's own connection.
        _set_postgresql(connection, patience_seconds)

    return engine


def raw_connection(connection: Connection) -> Any:  # noqa: ANN401  # The driver's own connection.
    """Return the driver's connection beneath SQLAlchemy's."""
    proxied: PoolProxiedConnection = connection.connection
    return proxied.driver_connection


def _set_pragmas(connection: Any, *, read_only: bool) -> None:  # noqa: ANN401  # The driver's own connection.
    wanted = (*_PRAGMAS, ("query_only", "on", 1)) if read_only else _PRAGMAS
    for name, value, _ in wanted:
        connection.execute(f"PRAGMA {name}={value}").fetchall()
    for name, _, expected in wanted:
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != expected:
            raise SettingsRefusedError(f"SQLite did not accept {name}={expected}: it says {found}.")


def _set_postgresql(connection: Any, patience_seconds: int) -> None:  # noqa: ANN401  # The driver's own connection.
    limits = {
        "statement_timeout": f"{patience_seconds}s",
        "lock_timeout": "2s",
        "idle_in_transaction_session_timeout": "10s",
        "timezone": "UTC",
    }
    with connection.cursor() as cursor:
        for name, value in limits.items():
            cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
        for name in _POSTGRESQL_DURABILITY:
            cursor.execute("SELECT current_setting(%s)", (name,))
            (found,) = cursor.fetchone()
            if found not in {"on", "remote_apply"}:
                raise SettingsRefusedError(f"PostgreSQL runs with {name}={found}; the book needs {name}=on.")
    connection.commit()
