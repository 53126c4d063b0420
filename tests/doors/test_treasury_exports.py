"""/treasury/exports: a file without names is handed out at once, one with names only after another person agreed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from donations.simulator import control
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.journeys.houses import founded, street_of
from tests.treasury_room import TreasuryRoom, staffed

PAGE = "/treasury/exports"


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house with one gift."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        street.give(FORM, how="paid")
        street.deliver_and_drain()
        yield staffed(street)


def test_a_file_without_names_is_handed_out_to_the_auditor_too(room: TreasuryRoom) -> None:
    answer = room.browser("auditor").send(PAGE, {"year": "2026", "file": "journal csv"})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == "attachment; filename=journal-2026.csv"
    assert "income:gifts" in answer.get_data(as_text=True)
    assert "Ada Example" not in answer.get_data(as_text=True)
    answer.close()
    assert list(room.rooms.settings.home.glob(".export-*")) == []


def test_a_file_with_names_is_fetched_by_who_asked_once_another_agreed(room: TreasuryRoom) -> None:
    treasurer = room.browser("treasurer")
    asked = treasurer.send(PAGE, {"year": "2026", "file": "gifts csv"}).headers["Location"]
    reference = asked.rpartition("/")[2]
    early = treasurer.send(f"{PAGE}/{reference}", {}, page=PAGE)
    assert (early.status_code, "Ada Example" in early.get_data(as_text=True)) == (422, False)
    assert room.browser("approver").send(asked, {"decision": "approve"}).status_code == 303
    room.street.worker().drain()
    assert "Fetch it" in treasurer.get(PAGE).get_data(as_text=True)
    got = treasurer.send(f"{PAGE}/{reference}", {}, page=PAGE)
    assert "Ada Example" in got.get_data(as_text=True)
    assert got.headers["Cache-Control"] == "no-store"
    got.close()
    assert list(room.rooms.settings.home.glob(".export-*")) == []
    other = room.browser("approver").send(f"{PAGE}/{reference}", {}, page=PAGE)
    assert other.status_code == 403
    control.set_clock(room.street.stripe, room.rooms.clock.now() + timedelta(hours=73))
    late = room.browser("treasurer").send(f"{PAGE}/{reference}", {}, page=PAGE)
    assert (late.status_code, "Ada Example" in late.get_data(as_text=True)) == (422, False)


def test_nobody_who_may_not_ask_sees_or_takes_a_file_with_names(room: TreasuryRoom) -> None:
    auditor = room.browser("auditor")
    assert 'value="gifts csv"' not in auditor.get(PAGE).get_data(as_text=True)
    assert auditor.send(PAGE, {"year": "2026", "file": "gifts csv"}).status_code == 403


@pytest.mark.parametrize("fields", [{"file": "gifts exe"}, {"file": "secrets csv"}, {"file": ""}, {"year": "20x6"}])
def test_what_cannot_be_had_is_refused_with_a_sentence(room: TreasuryRoom, fields: dict[str, str]) -> None:
    answer = room.browser("treasurer").send(PAGE, {"year": "2026", "file": "journal csv", **fields})
    assert answer.status_code == 422
    assert "Please" in answer.get_data(as_text=True)
