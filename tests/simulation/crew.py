"""Who works off what a simulated day brought: this process at once, or a worker's own process beside it, as in life.

The two processes share the database and the simulator's file, and nothing else: the day's webhooks lie in the inbox,
and while the worker settles, prints, mails and sweeps, the street already plays the next day.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

import structlog

from donations.ports import Letter
from donations.worker import sweep_when_due
from tests.simulation.world import World, rejoin_world

_LEAVES = "leaves"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a crew did in the year: wall seconds of each kind of work, CPU of a process of its own, letters sent."""

    seconds: dict[str, float]
    cpu_seconds: float = 0.0
    letters: tuple[Letter, ...] = ()


class Crew(Protocol):
    """Works off a day."""

    def work(self, *, sweeps: bool) -> None:
        """Begin to work off what came, then sweep if asked to; first the work begun before is done with."""

    def rest(self) -> None:
        """Return once everything begun is done."""

    def leave(self) -> Report:
        """Rest, stop, and report."""


@dataclass(slots=True)
class AtHome:
    """Works in this process: one thing after the other, in the order drawn by the seed."""

    world: World
    seconds: Counter[str] = field(default_factory=Counter)

    def work(self, *, sweeps: bool) -> None:
        """Work off what came, at once."""
        worker = self.world.worker()
        self._time("worker", worker.drain)
        if sweeps:
            self._time("sweep", replace(worker, also=(partial(sweep_when_due, worker.workshop),)).drain)

    def rest(self) -> None:
        """Return: nothing is ever begun and not done."""

    def leave(self) -> Report:
        """Report; the letters are in this world's own pigeonholes."""
        return Report(seconds=dict(self.seconds))

    def _time(self, kind: str, act: Callable[[], object]) -> None:
        began = time.perf_counter()
        act()
        self.seconds[kind] += time.perf_counter() - began  # type: ignore[assignment] # A Counter of seconds.


@dataclass(slots=True)
class NextDoor:
    """A process of its own works; orders and answers go through a pipe, one order at a time."""

    pipe: Connection
    is_busy: bool = False

    def work(self, *, sweeps: bool) -> None:
        """Order the day's work."""
        self.rest()
        self.pipe.send(sweeps)
        self.is_busy = True

    def rest(self) -> None:
        """Wait for the answer; `EOFError` when the other process died."""
        if self.is_busy:
            self.pipe.recv()
            self.is_busy = False

    def leave(self) -> Report:
        """Let the process end and return its report."""
        self.rest()
        self.pipe.send(_LEAVES)
        report: Report = self.pipe.recv()
        return report


@contextmanager
def open_crew(world: World, *, processes: int) -> Iterator[Crew]:
    """Yield the crew of a world: in one process this one, in two another beside it."""
    if processes == 1:
        yield AtHome(world)
        return
    # Never a fork: this process has threads and open databases.
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    settings = world.rooms.settings
    house = (theirs, settings.database_url, settings.home)
    process = context.Process(target=_work_next_door, args=house, daemon=True)
    process.start()
    theirs.close()
    try:
        yield NextDoor(ours)
    finally:
        ours.close()
        process.join(timeout=10)


def _work_next_door(pipe: Connection, database_url: str, home: Path) -> None:
    """Work off one ordered day after the other, until told to leave."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    with rejoin_world(database_url, home) as world:
        crew = AtHome(world)
        while (order := pipe.recv()) != _LEAVES:
            crew.work(sweeps=order)
            pipe.send("done")
        done = crew.leave()
        letters = tuple(world.pigeonholes.letters)
        pipe.send(replace(done, cpu_seconds=time.process_time(), letters=letters))
