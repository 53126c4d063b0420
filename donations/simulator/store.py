"""Room: simulator. The simulated Stripe's own file: objects, happenings to come, events, deliveries, its own book.

A SQLite file of its own, shared by the web process, the worker and commands; nothing of it is in our database.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_SHAPE = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS object (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS object_by_type ON object (type, seq);
CREATE INDEX IF NOT EXISTS object_by_intent ON object (json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS object_by_paid ON object (type, json_extract(body, '$._payment_intent'));
CREATE INDEX IF NOT EXISTS object_by_invoice ON object (type, json_extract(body, '$.invoice'));
CREATE INDEX IF NOT EXISTS object_by_subscription ON object (type, json_extract(body, '$._subscription'));
CREATE INDEX IF NOT EXISTS object_by_customer ON object (type, json_extract(body, '$.customer'));
CREATE INDEX IF NOT EXISTS object_by_charge ON object (type, json_extract(body, '$.charge'));
CREATE INDEX IF NOT EXISTS object_by_payout ON object (type, json_extract(body, '$._payout'));
CREATE INDEX IF NOT EXISTS event_by_about ON object (type, json_extract(body, '$.data.object.id'));
CREATE INDEX IF NOT EXISTS object_by_created ON object (type, json_extract(body, '$.created'));
CREATE TABLE IF NOT EXISTS happening (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL, object_id TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS happening_due ON happening (at);
CREATE TABLE IF NOT EXISTS idempotency (
  key TEXT PRIMARY KEY, request TEXT NOT NULL, running_since REAL, status INTEGER, body TEXT, request_id TEXT,
  at INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS idempotency_old ON idempotency (at);
CREATE TABLE IF NOT EXISTS delivery (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, destination TEXT NOT NULL, state TEXT NOT NULL,
  due_at INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0, last_status INTEGER, last_at INTEGER) STRICT;
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (state, due_at);
CREATE TABLE IF NOT EXISTS fault (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, operation TEXT NOT NULL, kind TEXT NOT NULL, from_call INTEGER NOT NULL,
  calls INTEGER NOT NULL, seen INTEGER NOT NULL DEFAULT 0, fired INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS book (
  id TEXT PRIMARY KEY, source TEXT NOT NULL, at INTEGER NOT NULL, amount_cents INTEGER NOT NULL,
  fee_cents INTEGER NOT NULL, kind TEXT NOT NULL DEFAULT 'charge', category TEXT NOT NULL DEFAULT 'charge',
  currency TEXT NOT NULL DEFAULT 'usd', rate REAL) STRICT;
"""


class Cabinet:
    """The file, opened once for each thread of each process; every piece of work on it is one transaction."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._local = threading.local()
        file.parent.mkdir(parents=True, exist_ok=True)
        with self.open() as drawer:
            drawer.setting("born", default=str(int(datetime.now(tz=UTC).timestamp())))

    @contextmanager
    def open(self) -> Iterator[Drawer]:
        """Open a transaction that can write; it commits when the block ends and rolls back when it raises."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield Drawer(connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def peek(self, name: str) -> str | None:
        """Return a setting without waiting for any writer."""
        row = self._connection().execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def close(self) -> None:
        """Close this thread's connection; the next use opens another."""
        connection = getattr(self._local, "connection", None)
        if connection is not None and self._local.process == os.getpid():
            connection.close()
        self._local.connection = None

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection; one inherited through a fork is left alone and never used."""
        if getattr(self._local, "connection", None) is None or self._local.process != os.getpid():
            connection = sqlite3.connect(self.file, timeout=30, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_SHAPE)
            self._local.connection, self._local.process = connection, os.getpid()
        found: sqlite3.Connection = self._local.connection
        return found


class Drawer:
    """One open transaction on the cabinet."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.sql = connection
        self.now = datetime.now(tz=UTC) + timedelta(microseconds=int(self.setting("clock_offset", default="0")))

    @property
    def epoch(self) -> int:
        """Return the simulated present in whole seconds, as Stripe counts."""
        return int(self.now.timestamp())

    def setting(self, name: str, *, default: str) -> str:
        """Return a setting, written down with its default when it was not there."""
        row = self.sql.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        if row is None:
            self.keep(name, default)
        return default if row is None else str(row[0])

    def keep(self, name: str, value: str) -> None:
        """Write a setting."""
        self.sql.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def put(self, thing: Json) -> Json:
        """Store an object under its id, new or changed, and return it."""
        self.sql.execute(
            "INSERT INTO object (id, type, body) VALUES (?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (thing["id"], thing["object"], json.dumps(thing)),
        )
        return thing

    def get(self, kind: str, object_id: str) -> Json | None:
        """Return an object of that kind, or None."""
        row = self.sql.execute("SELECT body FROM object WHERE id = ? AND type = ?", (object_id, kind)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def find(self, object_id: str) -> Json | None:
        """Return an object of any kind, or None."""
        row = self.sql.execute("SELECT body FROM object WHERE id = ?", (object_id,)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def page(
        self, kind: str, terms: Sequence[tuple[str, Sequence[Any]]], *, limit: int, oldest_first: bool = False
    ) -> list[Json]:
        """Return the newest objects of a kind for which every SQL term holds; terms are ours, values are bound."""
        where = "".join(f" AND {term}" for term, _ in terms)
        order = "ASC" if oldest_first else "DESC"
        query = f"SELECT body FROM object WHERE type = ?{where} ORDER BY seq {order} LIMIT ?"  # noqa: S608
        values = [value for _, bound in terms for value in bound]
        return [json.loads(body) for (body,) in self.sql.execute(query, (kind, *values, limit))]

    def plan(self, at: int, kind: str, object_id: str) -> None:
        """Write down what will happen to an object at a simulated instant."""
        self.sql.execute("INSERT INTO happening (at, kind, object_id) VALUES (?, ?, ?)", (at, kind, object_id))

    def take_due(self) -> tuple[int, str, str] | None:
        """Return and remove the first of what is due by now: (instant, kind, object); None when nothing is."""
        row = self.sql.execute(
            "SELECT seq, at, kind, object_id FROM happening WHERE at <= ? ORDER BY at, seq LIMIT 1", (self.epoch,)
        ).fetchone()
        if row is None:
            return None
        self.sql.execute("DELETE FROM happening WHERE seq = ?", (row[0],))
        return int(row[1]), str(row[2]), str(row[3])


def shown(thing: Json) -> Json:
    """Return an object without what the simulator remembers beside it (names that begin with an underscore)."""
    return {name: value for name, value in thing.items() if not name.startswith("_")}


def new_id(prefix: str) -> str:
    """Return a fresh id that says by itself that it is simulated, e.g. `ch_sim_…`."""
    return f"{prefix}_sim_{secrets.token_hex(12)}"
