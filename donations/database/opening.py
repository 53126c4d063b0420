"""Room: database. Open the database, write through one door, read one consistent view."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from donations.database.engines import postgresql_engine, read_url, sqlite_engine, sqlite_file
from donations.database.sessions import WorkSession
from donations.database.turns import Turns
from donations.database.writer import GroupWriter, house_closed
from donations.errors import BrokenInvariantError

_Result = TypeVar("_Result")


class Database:
    """One open book. Belongs to the process that opened it: open it after a fork, not before."""

    def __init__(self, url: URL, *, patience_seconds: int) -> None:
        self.url = url.render_as_string(hide_password=False)
        self.is_sqlite = url.drivername == "sqlite"
        self._process = os.getpid()
        self._writer: GroupWriter | None = None
        self._turns: Turns | None = None
        if self.is_sqlite:
            self.engine = sqlite_engine(url, read_only=False)
            self._reading = sqlite_engine(url, read_only=True)
            self._turns = Turns(sqlite_file(url))
            self._writer = GroupWriter(self.engine, self._turns)
        else:
            self.engine = postgresql_engine(url, patience_seconds=patience_seconds)
            self._reading = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def write(self, work: Callable[[Session], _Result]) -> _Result:
        """Run `work` in one transaction and return its result once that is durable.

        `work` may touch nothing but its session. What it raises is raised here with nothing changed;
        `HouseClosedError` when the database cannot take the write just now.
        """
        self._assert_same_process()
        if self._writer is not None:
            return self._writer.write(work)
        try:
            with WorkSession(self.engine, expire_on_commit=False) as session:
                result = work(session)
                session.seal()
                return result
        except OperationalError as fault:
            raise (house_closed(fault) or fault) from fault

    def read(self) -> AbstractContextManager[Session]:
        """Return a session that sees one moment of the book and can write nothing."""
        self._assert_same_process()
        return _reading(self._reading)

    def close(self) -> None:
        """Finish accepted writes and let go of every connection."""
        if self._writer is not None:
            self._writer.close()
        if self._turns is not None:
            self._turns.close()
        self._reading.dispose()
        self.engine.dispose()

    def _assert_same_process(self) -> None:
        if os.getpid() != self._process:
            raise BrokenInvariantError("a database was opened before a fork; open it in the process that uses it")


def open_database(url: str, *, patience_seconds: int = 60) -> Database:
    """Open the book at `url` with every setting asserted; it is not migrated.

    `patience_seconds` is PostgreSQL's statement timeout. Raises `SettingsRefusedError`.
    """
    database = Database(read_url(url), patience_seconds=patience_seconds)
    try:
        with database.engine.connect():
            return database
    except OperationalError as fault:
        database.close()
        raise (house_closed(fault) or fault) from fault
    except BaseException:
        database.close()
        raise


@contextmanager
def _reading(engine: Engine) -> Iterator[Session]:
    with Session(engine, expire_on_commit=False, autoflush=False) as session:
        yield session
