"""Alarms one by one: whoever may see tasks sees them; only the treasurer says that one is dealt with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from donations import alarms
from tests.databases import Foundry
from tests.journeys.houses import founded, street_of
from tests.treasury_room import TreasuryRoom, staffed

PAGE = "/treasury/alarms"
NOW = datetime(2026, 11, 23, 21, tzinfo=UTC)


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        yield staffed(street)


@pytest.fixture
def raised(room: TreasuryRoom) -> TreasuryRoom:
    """Let one refund have failed, and one dispute be open."""

    def raise_both(session: Session) -> None:
        alarms.raise_alarm(session, "refund_failed", "re_1", now=NOW)
        alarms.raise_alarm(session, "dispute", "dp_1", now=NOW)

    room.rooms.database.write(raise_both)
    return room


def test_the_treasurer_reads_what_to_do_does_it_and_says_so(raised: TreasuryRoom) -> None:
    treasurer = raised.browser("treasurer")
    page = treasurer.get(PAGE).get_data(as_text=True)
    assert "the refund did not arrive" in page
    assert page.count("It is dealt with: ") == 1, "a dispute ends by itself"
    told = {"kind": "refund_failed", "subject": "re_1"}
    assert treasurer.send(PAGE, told).status_code == 303
    assert "re_1" not in treasurer.get(PAGE).get_data(as_text=True)
    assert treasurer.send(PAGE, told).status_code == 404


def test_nobody_else_ends_one_and_nobody_one_that_ends_by_itself(raised: TreasuryRoom) -> None:
    for role in ("approver", "auditor"):
        seen = raised.browser(role)
        assert "re_1" in seen.get(PAGE).get_data(as_text=True)
        assert "It is dealt with" not in seen.get(PAGE).get_data(as_text=True)
        assert seen.send(PAGE, {"kind": "refund_failed", "subject": "re_1"}).status_code == 403
    refused = raised.browser("treasurer").send(PAGE, {"kind": "dispute", "subject": "dp_1"})
    assert refused.status_code == 422
    assert "This ends by itself, when its cause does." in refused.get_data(as_text=True)


def test_a_desk_without_alarms_says_so(room: TreasuryRoom) -> None:
    assert "No alarm is open." in room.browser("treasurer").get(PAGE).get_data(as_text=True)
