"""Room: cli. Opens the house a command works in, and closes it again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from donations.logs import configure_logs
from donations.settings import load_settings
from donations.wiring import Rooms, open_rooms


@contextmanager
def opened_rooms() -> Iterator[Rooms]:
    """Yield the wired house of the environment's settings; its log goes to stderr, for stdout holds facts."""
    settings = load_settings(os.environ)
    configure_logs(is_json=settings.production)
    with open_rooms(settings) as rooms:
        yield rooms
