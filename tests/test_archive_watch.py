"""The nightly watch over stored documents: what differs is an alarm and handed out to nobody, until it is mended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from donations import alarms
from donations.tables import Printed
from donations.worker import Workshop, sweep_when_due
from donations.worker.archive_watch import prove_document, watch_archive
from donations.worker.sweeper import NIGHTLY
from tests.simulation.world import World, open_world

FIELDS = {"amount": "130", "name": "Ada Example", "email": "ada@example.org", "frequency": "once"}


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """Open a house with one printed receipt."""
    with open_world(database_url, tmp_path) as opened:
        opened.street.give(FIELDS, how="paid")
        opened.street.deliver()
        opened.worker().drain()
        yield opened


def _shop(world: World) -> Workshop:
    return world.worker().workshop


def _printed(world: World) -> tuple[str, str]:
    with world.rooms.database.read() as session:
        row = session.scalars(select(Printed)).one()
        return row.number, row.file


def _alarms(world: World) -> list[str]:
    with world.rooms.database.read() as session:
        return [one.subject for one in alarms.list_open_alarms(session) if one.kind == "document_differs"]


def test_whole_documents_raise_nothing(world: World) -> None:
    assert watch_archive(_shop(world)) == 0
    assert _alarms(world) == []


@pytest.mark.parametrize("spoilt", [b"", b"%PDF-1.7 another"])
def test_a_changed_file_is_an_alarm_until_it_is_whole_again(world: World, spoilt: bytes) -> None:
    number, file = _printed(world)
    whole = world.shelf.kept[file]
    world.shelf.kept[file] = spoilt
    assert watch_archive(_shop(world)) == 1
    assert _alarms(world) == [number]
    world.shelf.kept[file] = whole
    assert prove_document(_shop(world), number)
    assert _alarms(world) == []


def test_a_file_that_is_gone_is_an_alarm_too(world: World) -> None:
    number, file = _printed(world)
    del world.shelf.kept[file]
    assert watch_archive(_shop(world)) == 1
    assert _alarms(world) == [number]


def test_a_sweeping_worker_looks_once_a_night(world: World) -> None:
    number, file = _printed(world)
    sweep_when_due(_shop(world))
    del world.shelf.kept[file]
    world.pass_time(timedelta(hours=1))
    sweep_when_due(_shop(world))
    assert _alarms(world) == []
    world.pass_time(NIGHTLY)
    sweep_when_due(_shop(world))
    assert _alarms(world) == [number]
