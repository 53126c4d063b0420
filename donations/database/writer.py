"""Room: database. The one writer of SQLite: a thread that groups what waits into one durable commit.

Each piece of work runs inside its own SAVEPOINT, so one that fails does not spoil its neighbours. Nobody is answered
before the commit that holds their work is on disk.
"""

from __future__ import annotations

import contextvars
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from donations.database.engines import raw_connection
from donations.database.sessions import WorkSession
from donations.database.turns import Turns
from donations.errors import BrokenInvariantError, HouseClosedError

_Result = TypeVar("_Result")

_GROUP_MAX = 256
"""So many pieces of work share one commit at most, and thereby one turn."""
_WAIT_SECONDS = 10.0
"""So long work waits for its turn before it is withdrawn."""

_PASSING_FAULTS = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
    }
)
_PRIMARY_CODE = 0xFF


@dataclass(slots=True)
class _Job:
    work: Callable[[Session], Any]
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    answer: Future[Any] = field(default_factory=Future)
    result: Any = None
    refusal: BaseException | None = None


class GroupWriter:
    """Runs all writes of this process, one after the other, many to a commit."""

    def __init__(self, engine: Engine, turns: Turns, *, wait_seconds: float = _WAIT_SECONDS) -> None:
        self._engine = engine
        self._turns = turns
        self._wait_seconds = wait_seconds
        self.commits = 0
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="almoner-writer", daemon=True)
        self._thread.start()

    def write(self, work: Callable[[Session], _Result]) -> _Result:
        """Return what `work` returned once it is durable, or raise what it raised with nothing changed.

        Raises `HouseClosedError` if its turn did not come in time, or the disk refused the commit.
        """
        if threading.current_thread() is self._thread:
            raise BrokenInvariantError("a write may not wait for another write inside it")
        job = _Job(work)
        self._jobs.put(job)
        result: _Result = _await(job, self._wait_seconds)
        return result

    def close(self) -> None:
        """Finish what was accepted, then stop."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            group: list[_Job] = []
            stop = False
            try:
                with self._turns.take(), self._engine.connect() as connection, connection.begin():
                    stop = self._fill(group, first, connection)
            except BaseException as fault:  # noqa: BLE001  # Whatever it was, the callers must hear of it.
                _refuse_all(group or [first], fault)
            else:
                self.commits += 1
                _answer_all(group)
            if stop:
                return

    def _fill(self, group: list[_Job], first: _Job, connection: Connection) -> bool:
        """Run the first job and all that wait behind it; tell whether the end of the queue was met."""
        job: _Job | None = first
        while job is not None:
            if job.answer.set_running_or_notify_cancel():
                group.append(job)
                _run_alone(job, connection)
            if len(group) >= _GROUP_MAX:
                return False
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return False
        return True


def house_closed(fault: OperationalError) -> HouseClosedError | None:
    """Return the refusal for a fault that may pass (disk full, locked), None for a mistake of ours."""
    if isinstance(fault.orig, sqlite3.Error):
        code = getattr(fault.orig, "sqlite_errorcode", 0)
        if code & _PRIMARY_CODE not in _PASSING_FAULTS:
            return None
    return HouseClosedError("The books cannot be written just now. Please try again in a few minutes.")


def _await(job: _Job, seconds: float) -> Any:  # noqa: ANN401  # Whatever the work returned.
    try:
        return job.answer.result(timeout=seconds)
    except TimeoutError:
        if job.answer.done() or not job.answer.cancel():
            return job.answer.result()
        raise HouseClosedError("The books are busy. Please try again in a few minutes.") from None


def _run_alone(job: _Job, connection: Connection) -> None:
    driver = raw_connection(connection)
    driver.execute("SAVEPOINT job")
    try:
        job.result = job.context.run(_work, job.work, connection)
    except BaseException as refusal:
        job.refusal = refusal
        if not driver.in_transaction:
            # SQLite itself rolled everything back (disk full, input/output error): nobody's work stands.
            raise
        driver.execute("ROLLBACK TO job")
    driver.execute("RELEASE job")


def _work(work: Callable[[Session], _Result], connection: Connection) -> _Result:
    """Run the work in a session of its own; what goes round the session stands inside the job's savepoint too."""
    with WorkSession(bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
        result = work(session)
        session.seal()
        return result


def _answer_all(group: list[_Job]) -> None:
    for job in group:
        if job.refusal is None:
            job.answer.set_result(job.result)
        else:
            job.answer.set_exception(_translate(job.refusal))


def _refuse_all(group: list[_Job], fault: BaseException) -> None:
    for job in group:
        if not job.answer.done():
            job.answer.set_exception(_translate(job.refusal or fault))


def _translate(fault: BaseException) -> BaseException:
    if isinstance(fault, OperationalError):
        closed = house_closed(fault)
        if closed is not None:
            closed.__cause__ = fault
            return closed
    return fault
