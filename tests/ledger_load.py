"""A process that books gifts as fast as it can and says each one once it was acknowledged; made to be killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import count
from multiprocessing.context import ForkProcess

from donations.database import Database, open_database
from tests.money_facts import fee, gift, post


@dataclass(frozen=True)
class Loader:
    """A running load and the pipe it speaks into."""

    process: ForkProcess
    lines: TextIOWrapper

    def hear(self, count_: int) -> list[str]:
        """Wait for so many names of booked gifts."""
        return [self.lines.readline().strip() for _ in range(count_)]

    def kill(self) -> list[str]:
        """Kill -9 and return what had been said and not yet heard; a torn last line was never said."""
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()
        return [line.strip() for line in self.lines if line.endswith("\n")]


@contextmanager
def loader(url: str, mark: str, threads: int = 4) -> Iterator[Loader]:
    """Start a process that books gifts into the book at `url`; it is killed in any case."""
    hear, speak = os.pipe()
    process = multiprocessing.get_context("fork").Process(target=_run, args=(url, mark, threads, speak))
    process.start()
    os.close(speak)
    with os.fdopen(hear, encoding="ascii") as lines:
        try:
            yield Loader(process, lines)
        finally:
            process.kill()
            process.join()


def _run(url: str, mark: str, threads: int, speak: int) -> None:
    database = open_database(url)
    for thread in range(threads - 1):
        threading.Thread(target=_book_for_ever, args=(database, f"{mark}_{thread}", speak), daemon=True).start()
    _book_for_ever(database, f"{mark}_{threads}", speak)


def _book_for_ever(database: Database, worker: str, speak: int) -> None:
    """Book gift after gift; one line for each, written in one piece after the commit."""
    for number in count():
        name = f"{worker}_{number}"
        post(database, gift(f"ch_{name}", cover=407), fee(f"txn_{name}"))
        os.write(speak, f"{name}\n".encode())
