"""Room: cli. Opens the house a command works in, and closes it again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from donations.settings import load_settings
from donations.wiring import Rooms, open_rooms


@contextmanager
def opened_rooms() -> Iterator[Rooms]:
    """Yield the wired house of the environment's settings."""
    with open_rooms(load_settings(os.environ)) as rooms:
        yield rooms
