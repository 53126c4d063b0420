"""/treasury/year-end: what stands in the way with its actions, the tie-out's lines, and never a donor's name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import select

from donations import ledger
from donations.money import format_dollars
from donations.simulator import control
from donations.staff import Role
from donations.tables import AuditAct
from donations.wiring import open_treasury_desks
from tests.closing_room import vouch
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.journeys.houses import founded, street_of
from tests.reporting_room import take_fee
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
    assert f'href="/treasury/year-end/statements?year={year}"' in page
    assert found.totals["ledger_cents"] > 0
    assert FORM["name"] not in page
    assert FORM["email"] not in page
    assert "First, what blocks must be gone." in page
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


def _past_new_year(room: TreasuryRoom) -> int:
    """Let the year end, with the bank's word for its last day; return the year."""
    year = room.rooms.clock.now().year
    vouch(room.rooms.database, date(year, 12, 31))
    control.set_clock(room.street.stripe, datetime(year + 1, 1, 20, 20, tzinfo=UTC))
    room.street.deliver_and_drain()
    return year


def test_a_year_is_closed_by_two_people_and_stays_closed(room: TreasuryRoom) -> None:
    year = _past_new_year(room)
    treasurer, approver = room.browser("treasurer"), room.browser("approver")
    page = f"{PAGE}?year={year}"
    assert f"Ask for the close of {year}" in treasurer.get(page).get_data(as_text=True)
    assert "Ask for the close" not in approver.get(page).get_data(as_text=True)
    asked = treasurer.send(PAGE, {"year": str(year)}, page=page)
    assert asked.status_code == 303
    request = asked.headers["Location"]
    assert f'href="{request}"' in approver.get(page).get_data(as_text=True)
    found = open_treasury_desks(room.rooms).year_end.look(year)
    shown = approver.get(request).get_data(as_text=True)
    assert all(format_dollars(cents) in shown for cents in found.totals.values())
    assert found.book_sha256 in shown
    assert treasurer.send(request, {"decision": "approve"}).status_code == 403
    assert approver.send(request, {"decision": "approve"}).status_code == 303
    room.street.deliver_and_drain()
    assert "This year is closed." in treasurer.get(page).get_data(as_text=True)
    with room.rooms.database.read() as session:
        keys = [each.source_key for each in ledger.entries_of(session, "close/")]
        acts = list(session.scalars(select(AuditAct.act).order_by(AuditAct.id)))
        assert ledger.locked_through(session) == date(year, 12, 31)
    assert keys == [f"close/{year}/children", f"close/{year}/operations"]
    assert acts[-4:] == ["approval_requested", "approval_given", "close_year", "approval_done"]


def test_a_year_that_changed_after_it_was_asked_for_is_not_closed_and_the_request_says_so(room: TreasuryRoom) -> None:
    year = _past_new_year(room)
    asked = room.browser("treasurer").send(PAGE, {"year": str(year)}, page=f"{PAGE}?year={year}")
    request = asked.headers["Location"]
    take_fee(room.rooms.database, date(year, 12, 30), 1)
    assert room.browser("approver").send(request, {"decision": "approve"}).status_code == 303
    room.street.deliver_and_drain()
    shown = room.browser("approver").get(request).get_data(as_text=True)
    assert f"The book of {year} has changed since this was asked" in shown
    with room.rooms.database.read() as session:
        assert ledger.locked_through(session) is None
        assert ledger.entries_of(session, "close/") == []


def test_a_year_with_something_in_the_way_is_not_asked_for(room: TreasuryRoom) -> None:
    year = room.rooms.clock.now().year
    answer = room.browser("treasurer").send(PAGE, {"year": str(year)}, page=f"{PAGE}?year=2020")
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "the year is not over" in page) == (422, True)
    assert f'value="{year}"' in page


def test_only_a_treasurer_with_a_fresh_key_asks_for_the_close(room: TreasuryRoom) -> None:
    stale = room.browser("treasurer", fresh=False)
    assert stale.send(PAGE, {"year": "2020"}).headers["Location"].startswith("/treasury/step-up")
    assert room.browser("approver").send(PAGE, {"year": "2020"}).status_code == 403
