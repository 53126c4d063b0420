"""/treasury/year-end: what stands in the way with its actions, the tie-out's lines, and never a donor's name."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from donations.staff import Role
from donations.wiring import open_treasury_desks
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.journeys.houses import founded, street_of
from tests.treasury_room import TreasuryRoom, staffed

PAGE = "/treasury/year-end"


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house with one gift."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        street.give(FORM, how="paid")
        street.deliver_and_drain()
        yield staffed(street)


def test_the_page_shows_what_the_desk_found_with_what_to_do_and_no_name(room: TreasuryRoom) -> None:
    desk = open_treasury_desks(room.rooms).year_end
    year = room.rooms.clock.now().year
    page = room.browser("treasurer").get(f"{PAGE}?year={year}").get_data(as_text=True)
    shown = unescape(page)
    found = desk.look(year)
    assert "This year cannot be closed yet." in page
    assert "The year is not over" in page
    assert all(one.words in shown for one in found.obstacles)
    assert f"almoner statements {year} --out statements-{year}" in page
    assert found.totals["ledger_cents"] > 0
    assert FORM["name"] not in page
    assert FORM["email"] not in page
    assert '<form method="post"' not in page.partition("<main")[2].partition("</main")[0]


def test_a_year_that_is_over_and_held_nothing_is_ready(room: TreasuryRoom) -> None:
    page = room.browser("auditor").get(f"{PAGE}?year=2020").get_data(as_text=True)
    assert "Nothing keeps this year from being closed." in page
    assert 'value="2020"' in page


@pytest.mark.parametrize("year", ["26", "1999", "20266", "x", "\uff12026"])
def test_what_is_no_year_is_refused_kindly(room: TreasuryRoom, year: str) -> None:
    answer = room.browser("treasurer").get(f"{PAGE}?year={year}")
    assert (answer.status_code, "Write the year as 2026." in answer.get_data(as_text=True)) == (422, True)


OPENS: dict[Role, int] = {"treasurer": 200, "approver": 200, "auditor": 200, "admin": 403, "purchaser": 403}


@pytest.mark.parametrize("role", sorted(OPENS))
def test_only_who_may_see_the_year_sees_it(room: TreasuryRoom, role: Role) -> None:
    assert room.browser(role).get(PAGE).status_code == OPENS[role]
