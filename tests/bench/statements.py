"""Benchmarks: statements. A whole year's statements, frozen facts to sealed bytes, by two printing children at once.

The children are the product's own, limits and frames included. Presses are compiled on the way, as on a first run.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic

from donations.gateways.printing import PrintingRoom
from receipts.facts import freeze
from receipts.seal import make_self_signed
from tests.bench.documents import TEMPLATES, fresh_statement
from tests.bench.facts import Measure

COUNT = int(os.environ.get("ALMONER_BENCH_STATEMENTS", "20000"))
CHILDREN = 2
GIFTS = ((1, 30), (2, 12), (3, 8), (4, 5), (6, 4), (11, 6), (12, 30), (13, 3), (24, 2))
"""Gifts in a year and how many of a hundred donors made so many: most give once, or every month."""


def measure() -> list[Measure]:
    """Return the seconds by the clock for a year's statements, and for the same again with presses at hand."""
    with TemporaryDirectory(prefix="almoner-bench-") as folder:
        key = Path(folder) / "seal.p12"
        key.touch(mode=0o600)
        key.write_bytes(
            make_self_signed("Desert Thread Children's Closet (Example)", at=datetime(2026, 1, 1, tzinfo=UTC))
        )
        return [_timed(Path(folder), name) for name in ("first run", "again")]


def set_share(folder: Path, share: int) -> tuple[int, int]:
    """Set every statement of one child's share; return how many were sealed and pressed."""
    room = PrintingRoom(TEMPLATES, seal=(folder / "seal.p12",), presses=folder / "press")
    try:
        sealed = sum(room.print_document(facts).seal is not None for facts in _frozen(share))
        return sealed, room.reasons["pressed"]
    finally:
        room.close()


def _timed(folder: Path, name: str) -> Measure:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), monotonic()
    with ProcessPoolExecutor(CHILDREN, mp_context=get_context("spawn")) as pool:
        done = list(pool.map(partial(set_share, folder), range(CHILDREN)))
    seconds, after = monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    sealed, pressed = (sum(each) for each in zip(*done, strict=True))
    if sealed != COUNT:
        raise AssertionError(f"{sealed} of {COUNT} statements were sealed")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measure(
        name=f"{COUNT:,} sealed statements, {CHILDREN} children, {name}",
        value=seconds,
        unit="s",
        notes=f"{spent:.0f} CPU-s, making the facts included; {pressed:,} pressed; most memory of a process "
        f"{after.ru_maxrss // 1024} MB; load {os.getloadavg()[0]:.1f}",
    )


def _frozen(share: int) -> Iterator[bytes]:
    dice = Random(share)  # noqa: S311  # Invented donors, not secrets.
    counts, weights = zip(*GIFTS, strict=True)
    for turn in range(share, COUNT, CHILDREN):
        yield freeze(fresh_statement(dice.choices(counts, weights)[0], turn))
