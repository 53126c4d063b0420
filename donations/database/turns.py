"""Room: database. Two processes on one SQLite file take turns, in the order in which they came.

SQLite's own busy handler lets one writer win again and again while others wait for seconds; the kernel's queue on a
lock file is fair.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Turns:
    """The queue before a SQLite file: a lock on `<file>.lock`, held for one transaction."""

    def __init__(self, database_file: Path) -> None:
        lock_file = database_file.with_name(database_file.name + ".lock")
        self._descriptor = os.open(lock_file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for our turn, and give it on afterwards; the kernel gives it on if we die."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the lock file."""
        os.close(self._descriptor)
