"""Whole founded houses for journeys: a real database, the simulated Stripe, and either a real or a quick press."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from donations.cli.example import example_organisation
from donations.cli.founding import found_house
from donations.cli.playing import Street, open_street
from donations.clock import day_in_zone
from donations.filing import draw_clothing_fund_code, open_clothing_funds
from donations.ports import PrintedDocument
from donations.settings import Settings
from donations.simulator import control
from donations.wiring import Rooms, open_rooms
from tests.databases import Foundry, fresh_database_url

FOUNDED_ON = date(2026, 11, 1)
BEGUN = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
"""Noon in Las Vegas: every house begins then, whatever day it is, so that no test breaks with a new year."""


@dataclass(frozen=True, slots=True)
class QuickPress:
    """Prints something that depends on the facts alone, as the real press does, without its seconds."""

    def print_document(self, facts: bytes, proof: bytes | None = None) -> PrintedDocument:  # noqa: ARG002
        """Return bytes that stand for the PDF of these facts."""
        return PrintedDocument(pdf=b"%PDF-" + hashlib.sha256(facts).digest(), maker="test")


@contextmanager
def founded(
    foundry: Foundry, home: Path, faces: Path, *, clothing_funds: int = 3, port: int = 8000
) -> Iterator[Settings]:
    """Found a house of the example charity on a fresh database, with clothing funds open."""
    with fresh_database_url(foundry) as url, pytest.MonkeyPatch.context() as environment:
        environment.setenv("ALMONER_DATABASE_URL", url)
        (home / "cache").mkdir(parents=True)
        (home / "cache" / "fonts").symlink_to(faces)
        settings = found_house(
            home,
            example_organisation(FOUNDED_ON),
            mode="simulated",
            operations_opening="500.00",
            base_url=f"http://127.0.0.1:{port}",
            founded_at=BEGUN,
        )
        with open_rooms(settings) as rooms:
            control.set_clock(open_street(rooms).stripe, BEGUN)
            if clothing_funds:
                open_funds(rooms, clothing_funds)
        yield settings


def open_funds(rooms: Rooms, count: int) -> None:
    """Open clothing funds of $130."""
    rooms.database.write(
        lambda session: open_clothing_funds(
            session, count=count, target_cents=13_000, opened_on=FOUNDED_ON, draw_code=draw_clothing_fund_code
        )
    )


def today_of(street: Street) -> date:
    """Return the day it is where the charity is: in the evening of Las Vegas UTC is a day ahead of it."""
    return day_in_zone(street.rooms.clock.now(), street.rooms.settings.zone)


@contextmanager
def street_of(settings: Settings, *, quick: bool = True) -> Iterator[Street]:
    """Open the street before a founded house; a quick press unless the real PDF is wanted."""
    with open_rooms(settings) as rooms:
        yield open_street(replace(rooms, printing=QuickPress()) if quick else rooms)
