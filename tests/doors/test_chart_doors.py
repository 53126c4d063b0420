"""The treasury's charts stand on their pages with figures of the ledger, for those who may see the tasks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.journeys.houses import founded, street_of
from tests.treasury_room import TreasuryRoom, staffed


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        yield staffed(street)


def test_the_first_page_draws_the_gifts_that_came_and_says_where_the_figures_come_from(room: TreasuryRoom) -> None:
    room.street.give(FORM, how="paid")
    room.street.deliver_and_drain()
    told = room.browser("treasurer").get("/treasury").get_data(as_text=True)
    assert told.count('role="img"') == 3
    assert told.count("Where this comes from") == 3
    assert "$0.00 in the twelve before them." in told
    assert "Received $130.00" in told
    assert "style=" not in told


def test_who_may_not_see_the_tasks_sees_no_figure_of_the_book(room: TreasuryRoom) -> None:
    assert 'role="img"' not in room.browser("purchaser").get("/treasury").get_data(as_text=True)


def test_a_house_that_bought_nothing_shows_no_chart_of_costs(room: TreasuryRoom) -> None:
    told = room.browser("treasurer").get("/treasury/purchases").get_data(as_text=True)
    assert "Nothing was bought in the last year." in told
    assert 'role="img"' not in told


def test_a_house_that_bought_shows_what_a_set_cost_beside_what_is_asked(room: TreasuryRoom) -> None:
    room.street.give(FORM, how="paid")
    room.street.deliver_and_drain()
    bill = {"receipt_number": "W-1", "amount": "121.50", "count": "1", "outfit": "5", "paid_from": "bank"}
    page = "/treasury/purchases"
    drafted = room.browser("purchaser").send(page, bill).headers["Location"]
    assert room.browser("treasurer").send(drafted, {"act": "approve"}).status_code == 303
    told = room.browser("treasurer").get(page).get_data(as_text=True)
    assert told.count('role="img"') == 1
    assert '<td class="money">$121.50</td><td class="money">$130.00</td>' in told


@pytest.mark.parametrize("page", ["year-end", "payouts", "exports", "funds", "purchases"])
def test_a_page_with_numbers_says_where_they_come_from(room: TreasuryRoom, page: str) -> None:
    told = room.browser("treasurer").get(f"/treasury/{page}").get_data(as_text=True)
    assert '<details class="origin"><summary>Where ' in told


def test_a_printed_page_is_headed_by_whose_it_is_and_that_it_is_simulated(room: TreasuryRoom) -> None:
    told = room.browser("treasurer").get("/treasury/funds").get_data(as_text=True)
    head = told[told.index('class="print-head"') :].partition("</p>")[0]
    assert "SIMULATED" in head
    assert "EIN" in head
    assert "printed" in head
