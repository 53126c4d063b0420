"""A founded house that serves and works over loopback, with the simulated Stripe at its side."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from pathlib import Path

from donations.app import create_app
from donations.cli.example import example_organisation
from donations.cli.founding import found_house
from donations.cli.serving import working
from donations.wiring import Rooms, open_rooms
from tests.journeys.browser.conftest import free_port, serving


@dataclass(frozen=True)
class Town:
    """A founded house that serves and works, and where its letters go."""

    rooms: Rooms
    mail: Path

    @property
    def address(self) -> str:
        """Return the house's address."""
        return self.rooms.settings.base_url

    def letters(self) -> list[Path]:
        """Return the letters sent so far, oldest first."""
        return sorted(self.mail.glob("new/*"))

    def messages(self) -> list[EmailMessage]:
        """Return them read."""
        return [
            email.message_from_bytes(letter.read_bytes(), policy=email.policy.default) for letter in self.letters()
        ]


@contextmanager
def open_town(home: Path, cache_folder: Path) -> Iterator[Town]:
    """Found a house on SQLite, serve it, and let its worker work beside it."""
    port = free_port()
    home.mkdir()
    (home / "cache").symlink_to(cache_folder)
    settings = found_house(
        home,
        example_organisation(date(2026, 11, 1)),
        mode="simulated",
        operations_opening="500.00",
        base_url=f"http://127.0.0.1:{port}",
    )
    with open_rooms(settings) as rooms, serving(create_app(rooms), port), working(rooms):
        yield Town(rooms, home / "mail")
