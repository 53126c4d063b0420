"""A year of gifts ends at a difference of 0.00, and each kind of thing that was to happen has happened."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest

from tests.databases import fresh_database_url, open_foundry
from tests.simulation.world import BEGINNING, open_world
from tests.simulation.year import live_year
from tests.simulation.year_plan import Plan, draw_plan

_GIFTS = 300


@pytest.fixture
def home(tmp_path: Path, cache_folder: Path) -> Path:
    """Return the folder of a house that has its fonts already."""
    (tmp_path / "cache").symlink_to(cache_folder)
    return tmp_path


def plan(gifts: int, seed: int = 1) -> Plan:
    """Draw a year."""
    return draw_plan(random.Random(seed), gifts=gifts, begins=BEGINNING)  # noqa: S311 - no secret.


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_a_year_ends_at_a_difference_of_nothing(home: Path, processes: int) -> None:
    # A year is long: it is lived on one engine, the histories on both.
    with (
        open_foundry("sqlite", home, "year") as foundry,
        fresh_database_url(foundry) as url,
        open_world(url, home) as world,
    ):
        figures = live_year(world, gifts=_GIFTS, seed=20261122, processes=processes)
    assert figures.problems == ()
    assert figures.ok
    assert (figures.difference_cents, figures.payout_differences) == (0, 0)
    assert figures.gifts == _GIFTS
    assert sum(figures.refunds.values()) == 9
    assert sum(figures.disputes.values()) == 2
    assert figures.children_cents + figures.operations_cents == figures.gift_cents > 0
    assert figures.payouts > 100
    assert figures.events_lost > 0
    assert figures.pledge_months > 0


def test_the_years_of_the_proof_have_what_they_promise() -> None:
    year = plan(5000)
    once = [gift for gift in year.gifts if gift.fields["frequency"] == "once"]
    monthly = len(year.gifts) - len(once)
    fates = [gift.fate for gift in year.gifts]
    failed = fates.count("failed")
    assert len(year.gifts) - failed + year.renewals == 5000
    assert fates.count("ours") + fates.count("dashboard") == 150
    assert fates.count("lost") + fates.count("won") + fates.count("inquiry") == 25
    assert min(fates.count(fate) for fate in ("lost", "won", "inquiry", "failed", "returned")) >= 5
    assert 0.08 < sum(gift.how == "debited" for gift in once) / len(once) < 0.12
    assert monthly == 50
    assert year.renewals > 100


def test_every_gift_of_a_year_has_its_day_and_none_is_given_twice() -> None:
    year = plan(300)
    days = list(year.days())
    assert len(days) == 365
    assert [gift for _, gifts in days for gift in gifts] == list(year.gifts)
    assert all(until - timedelta(days=1) <= gift.at < until for until, gifts in days for gift in gifts)


def test_the_same_seed_draws_the_same_year() -> None:
    assert plan(300, seed=7) == plan(300, seed=7)
    assert plan(300, seed=7) != plan(300, seed=8)
