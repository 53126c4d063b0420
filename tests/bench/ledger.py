"""Settled gifts per second: charge and fee, fully enforced and durable, against one bare durable insert.

A settled gift is the whole of `settlement.settle_family` for a charge with its balance transaction. The peer is the
driver's own INSERT of one row and its commit, under the same durability settings, with no rule to keep; on SQLite its
clients take turns by a lock.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import insert
from sqlalchemy.orm import Session

from donations import ledger, postings
from donations.database import Database, migrate, open_database
from donations.ports import BalanceTransaction, ChargeFacts, Family
from donations.settlement import Books, settle_family
from donations.tables import Contact, Gift
from tests.bench.facts import Measure
from tests.databases import postgres_server

CLIENTS = (1, 8, 32)
SECONDS = 2.0
PROMISES = 16_000
NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
ZONE = ZoneInfo("America/Los_Angeles")

PROBE_SECONDS = 0.5

Act = Callable[[], object]
"""One unit of one client's work; returns once it is durable."""
Bare = Callable[[str, int], AbstractContextManager[list[Act]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What so many clients did together."""

    per_second: float
    p99_ms: float


def measure() -> list[Measure]:
    """Return, for each engine and number of clients, settled gifts and posted entries a second."""
    found: list[Measure] = []
    with tempfile.TemporaryDirectory(prefix="almoner-bench-") as name:
        folder = Path(name)
        notes = f"disk: {_syncs_per_second(folder):,.0f} fdatasync/s"
        found += _measure_engine("SQLite", f"sqlite:///{folder / 'book.sqlite3'}", _bare_sqlite, notes)
    with postgres_server() as server:
        url = server.format(driver="+psycopg", name="postgres")
        found += _measure_engine("PostgreSQL", url, _bare_postgresql, notes)
    return found


def _measure_engine(engine: str, url: str, bare: Bare, notes: str) -> list[Measure]:
    migrate(url)
    database = open_database(url)
    kinds = {"settled gifts": _settling(database), "charge and fee posted": _posting(database)}
    found = []
    for clients in CLIENTS:
        with bare(url, clients) as acts:
            peer = _run(acts).per_second
        for name, act in kinds.items():
            run = _run([act] * clients)
            found.append(
                Measure(
                    name=f"{name}, {engine}, {clients} clients",
                    value=run.per_second,
                    unit="1/s",
                    ratios={"bare durable insert": run.per_second / peer},
                    notes=f"bare {peer:,.0f}/s; p99 {run.p99_ms:.1f} ms; {notes}",
                )
            )
    database.close()
    return found


def _run(acts: list[Act]) -> _Run:
    """Let every client act again and again for two seconds; count what was acknowledged in that time."""
    waits: list[list[float]] = [[] for _ in acts]
    start = threading.Barrier(len(acts) + 1)
    stop = threading.Event()

    def client(act: Act, mine: list[float]) -> None:
        start.wait()
        while not stop.is_set():
            begun = time.perf_counter()
            act()
            mine.append(time.perf_counter() - begun)

    threads = [threading.Thread(target=client, args=pair) for pair in zip(acts, waits, strict=True)]
    for thread in threads:
        thread.start()
    start.wait()
    begun = time.perf_counter()
    time.sleep(SECONDS)
    stop.set()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - begun
    every = sorted(wait for mine in waits for wait in mine)
    return _Run(per_second=len(every) / elapsed, p99_ms=1000 * every[len(every) * 99 // 100])


def _settling(database: Database) -> Act:
    """Return the settlement of the next promise: all that the worker does once Stripe has told it the facts."""
    database.write(_promise)
    numbers = count(1)
    books = Books(origin="bench", zone=ZONE, livemode=False, now=NOW)

    def settle() -> None:
        family = _family(next(numbers))
        database.write(lambda session: settle_family(session, family, books))

    return settle


def _posting(database: Database) -> Act:
    """Return the booking of a charge and its fee alone: what the ledger itself costs."""
    numbers = count(1)
    when: postings.When = {"happened_at": NOW, "effective_on": NOW.date()}

    def post() -> None:
        number = next(numbers)
        charge = postings.settled_gift(charge_id=f"own_{number}", gift_cents=13_000, fee_cover_cents=0, **when)
        fee = postings.stripe_fee(txn_id=f"own_{number}", fee_cents=407, **when)

        def work(session: Session) -> None:
            for entry in (charge, fee):
                if entry is not None:
                    ledger.post(session, entry, recorded_at=NOW)

        database.write(work)

    return post


def _promise(session: Session) -> None:
    gifts = [
        {
            "id": number,
            "reference": f"g_{number}",
            "amount_cents": 13_000,
            "fee_cover_cents": 420,
            "anonymous": 0,
            "control_statement_version": "control-2026-1",
            "origin": "command",
            "form_token_hash": f"form {number}",
            "thanks_token_hash": f"thanks {number}",
            "promised_at": NOW,
        }
        for number in range(1, PROMISES + 1)
    ]
    session.execute(insert(Gift), gifts)
    names = [{"gift_id": gift["id"], "name": f"Donor {gift['id']}"} for gift in gifts]
    session.execute(insert(Contact), [{**name, "email": f"{name['gift_id']}@example.org"} for name in names])


def _family(number: int) -> Family:
    row = BalanceTransaction(
        id=f"txn_{number}",
        type="charge",
        reporting_category="charge",
        amount_cents=13_420,
        fee_cents=419,
        currency="usd",
        source_id=f"ch_{number}",
        created_at=NOW,
        available_on=NOW,
    )
    charge = ChargeFacts(
        charge_id=f"ch_{number}",
        status="succeeded",
        livemode=False,
        amount_cents=13_420,
        currency="usd",
        created_at=NOW,
        method="card",
        instance="bench",
        gift=f"g_{number}",
        balance_transaction=row,
    )
    return Family(checkout=None, charges=(charge,))


@contextmanager
def _bare_sqlite(url: str, clients: int) -> Iterator[list[Act]]:
    file = Path(url.removeprefix("sqlite:///")).with_name("bare.sqlite3")
    turn = threading.Lock()
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("PRAGMA journal_mode=wal")
        connection.execute("PRAGMA synchronous=full")
        connection.execute("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, cents INTEGER) STRICT")

        def write() -> None:
            with turn:
                connection.execute("INSERT INTO bare (cents) VALUES (?)", (13_000,))

        yield [write] * clients


@contextmanager
def _bare_postgresql(url: str, clients: int) -> Iterator[list[Act]]:
    address = url.replace("+psycopg", "")
    with ExitStack() as stack:
        made = [stack.enter_context(closing(psycopg.connect(address, autocommit=True))) for _ in range(clients)]
        made[0].execute("CREATE TABLE IF NOT EXISTS bare (id BIGSERIAL PRIMARY KEY, cents BIGINT)")
        yield [partial(each.execute, "INSERT INTO bare (cents) VALUES (%s)", (13_000,)) for each in made]


def _syncs_per_second(folder: Path) -> float:
    file = os.open(folder / "probe", os.O_CREAT | os.O_WRONLY)
    begun = time.perf_counter()
    done = 0
    while time.perf_counter() - begun < PROBE_SECONDS:
        os.write(file, b"x" * 4096)
        os.fdatasync(file)
        done += 1
    os.close(file)
    return done / (time.perf_counter() - begun)
