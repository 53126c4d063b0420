"""Benchmarks: treasury. A simulated year of 100,000 gifts from 20,000 donors: dry run, exports, the desk's pages.

Each step runs in a process of its own, so that its memory is its own; the year is 2025, the clock stands in 2026. The
peer of an export is the same file's rows read and written by the driver and the csv module, with no rule to keep.
"""

from __future__ import annotations

import csv
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from donations import reporting
from donations.closing import YearEndDesk
from donations.reporting.exports import EXPORTS, formats_of
from donations.settings import Settings
from donations.staff import Role, StaffDesk
from donations.staff.desk import add_member
from donations.wiring import Rooms, open_rooms
from tests.bench.cheques import measure_envelope
from tests.bench.facts import Measure
from tests.bench.year import fill_year, open_house

GIFTS = int(os.environ.get("ALMONER_BENCH_GIFTS", "100000"))
DONORS = GIFTS // 5
YEAR = 2025
LOOKS = 40
"""How often each page is asked for."""
PAGES = (
    *("", "/tasks", "/gifts", "/donors", "/duplicates", "/batches", "/funds", "/purchases"),
    *("/bank", "/payouts", "/payouts/po_1", "/months", "/suspense", "/exports"),
)
ROLES: tuple[Role, ...] = ("treasurer", "purchaser", "approver")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one step took in its own process."""

    seconds: float
    memory_mb: int
    notes: str = ""


def measure() -> list[Measure]:
    """Return the cost of the year-end dry run, of each export and of each page of the desk."""
    with TemporaryDirectory(prefix="almoner-bench-") as name:
        house = Path(name)
        with open_house(house) as settings:
            began = perf_counter()
            fill_year(settings, year=YEAR, gifts=GIFTS, donors=DONORS)
            filled = f"{GIFTS:,} gifts from {DONORS:,} donors, filled in {perf_counter() - began:.0f} s"
            return [_dry_run(settings, filled), *_exports(settings), *_pages(settings), *measure_envelope(settings)]


def alone(step: Callable[[], str]) -> Cost:
    """Run a step in a fresh process and return what it took."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_timed, step).result()


def _timed(step: Callable[[], str]) -> Cost:
    began = perf_counter()
    notes = step()
    return Cost(seconds=perf_counter() - began, memory_mb=_most_memory_mb(), notes=notes)


def _most_memory_mb() -> int:
    """Return the most this process ever held; `ru_maxrss` would begin with what its parent held."""
    said = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in said.splitlines() if line.startswith("VmHWM:")) // 1024


def _dry_run(settings: Settings, filled: str) -> Measure:
    cost = alone(partial(look_at_year, settings))
    return Measure(
        name=f"year-end {YEAR} --dry-run",
        value=cost.seconds,
        unit="s",
        notes=f"{cost.notes}; most memory {cost.memory_mb} MB; {filled}",
    )


def look_at_year(settings: Settings) -> str:
    """Make the dry run; say how many kinds of obstacle it found."""
    with open_rooms(settings) as rooms:
        desk = YearEndDesk(database=rooms.database, clock=rooms.clock, settings=rooms.settings)
        return f"{len(desk.look(YEAR).obstacles)} kinds of obstacle"


def _exports(settings: Settings) -> list[Measure]:
    found = []
    for what in EXPORTS:
        for sheet_format in formats_of(what):
            out = settings.home / f"{what}.{sheet_format}"
            cost = alone(partial(export, settings, what, sheet_format, out))
            bare = _bare_copy(out) if sheet_format == "csv" else None
            found.append(
                Measure(
                    name=f"export {what}, {sheet_format}",
                    value=cost.seconds,
                    unit="s",
                    ratios={} if bare is None else {"the same rows by csv alone": cost.seconds / bare},
                    notes=f"{cost.notes}; most memory {cost.memory_mb} MB",
                )
            )
    return found


def export(settings: Settings, what: str, sheet_format: str, out: Path) -> str:
    """Write one file; say how many rows it has."""
    with open_rooms(settings) as rooms:
        made = reporting.export(rooms.database.read, what, year=YEAR, sheet_format=sheet_format, out=out)
    return f"{made.rows:,} rows, {out.stat().st_size / 1e6:.1f} MB"


def _bare_copy(written: Path) -> float:
    """Put a file's rows into a bare table, then time reading and writing them with no rule to keep."""
    with written.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    with closing(sqlite3.connect(":memory:")) as bare, written.with_suffix(".bare").open("w", newline="") as out:
        columns = ", ".join(f"c{n}" for n in range(len(rows[0])))
        bare.execute(f"CREATE TABLE copy ({columns})")
        bare.executemany(f"INSERT INTO copy VALUES ({', '.join('?' * len(rows[0]))})", rows)  # noqa: S608  # Numbers only.
        began = perf_counter()
        csv.writer(out).writerows(bare.execute("SELECT * FROM copy"))
        return perf_counter() - began


def _pages(settings: Settings) -> list[Measure]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        looked: dict[str, list[float]] = pool.submit(look_at_pages, settings).result()
    return [
        Measure(
            name=f"page /treasury{page}, 95th of a hundred",
            value=1000 * sorted(times)[len(times) * 95 // 100],
            unit="ms",
            notes=f"median {1000 * sorted(times)[len(times) // 2]:.1f} ms; {len(times)} looks",
        )
        for page, times in looked.items()
    ]


def look_at_pages(settings: Settings) -> dict[str, list[float]]:
    """Open every page of the desk as a member of the staff and return the seconds of each answer."""
    from donations.app import create_app  # noqa: PLC0415  # The web, in this process alone.
    from donations.cli.serving import spare_collector  # noqa: PLC0415

    with open_rooms(settings) as rooms:
        client = create_app(rooms).test_client()
        spare_collector()
        client.set_cookie("s", _sign_in(rooms), domain="127.0.0.1")
        found: dict[str, list[float]] = {}
        for page in PAGES:
            for _ in range(LOOKS + 2):
                began = perf_counter()
                answer = client.get(f"/treasury{page}", base_url=settings.base_url)
                found.setdefault(page, []).append(perf_counter() - began)
                if answer.status_code != 200:  # The page, and nothing else.
                    raise AssertionError(f"/treasury{page} answers {answer.status_code}")
            del found[page][:2]
        return found


def _sign_in(rooms: Rooms) -> str:
    member = rooms.database.write(
        lambda session: add_member(
            session, name="Bench Example", email="bench@example.org", roles=ROLES, now=datetime.now(UTC)
        )
    )
    return StaffDesk(database=rooms.database, clock=rooms.clock).begin_session(member.id, with_key=True)
