"""Whatever happens to the house, in the end nothing is lost, nothing is doubled, and the book is whole."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from donations.simulator import control
from tests.simulation.history import History
from tests.simulation.ports import Fuse, PowerCut
from tests.simulation.proving import untrue_claims
from tests.simulation.world import open_world

_MUST_HAPPEN = ("power_cut", "event_lost", "refused", "work", "decide", "open_funds", "at_the_desk")


@pytest.fixture
def home(tmp_path: Path, cache_folder: Path) -> Path:
    """Return the folder of a house that has its fonts already."""
    (tmp_path / "cache").symlink_to(cache_folder)
    return tmp_path


def live(database_url: str, home: Path, *, seed: int, steps: int) -> History:
    """Live one history through."""
    with open_world(database_url, home) as world:
        history = History(world, random.Random(seed))  # noqa: S311 - a history to repeat, no secret.
        history.run(steps)
        return history


def test_a_history_of_crashes_and_lost_events_ends_with_every_gift_receipted_once(
    database_url: str, home: Path
) -> None:
    history = live(database_url, home, seed=12, steps=150)
    assert [name for name in _MUST_HAPPEN if not history.happened[name]] == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 103))
def test_longer_histories_end_well_too(database_url: str, home: Path, seed: int) -> None:
    happened: Counter[str] = live(database_url, home, seed=seed, steps=300).happened
    assert happened["power_cut"] > 0
    assert happened["at_the_desk"] > 0


def test_a_charge_nobody_booked_is_noticed(database_url: str, home: Path) -> None:
    with open_world(database_url, home) as world:
        begun = world.street.begin({"amount": "130", "email": "ann@example.org", "name": "Ann Example"})
        assert begun.checkout_id is not None
        charge = control.pay(world.stripe, begun.checkout_id).charge_id
        (untrue, *_) = untrue_claims(world)
        assert untrue.startswith("every row of Stripe's own book is booked once")
        assert f"charge/{charge}" in untrue


@pytest.mark.parametrize(("acts_left", "lasting"), [(0, []), (1, [1]), (2, [1]), (3, [1, 2])])
def test_the_power_is_cut_before_or_after_exactly_the_act_that_was_chosen(acts_left: int, lasting: list[int]) -> None:
    done: list[int] = []
    fuse = Fuse(acts_left)
    with pytest.raises(PowerCut):
        act_twice(fuse, done)
    assert (done, fuse.blown) == (lasting, 1)


def act_twice(fuse: Fuse, done: list[int]) -> None:
    """Do two guarded acts."""
    fuse.guard(lambda: done.append(1))
    fuse.guard(lambda: done.append(2))


def test_nothing_in_the_house_can_catch_a_power_cut() -> None:
    assert not issubclass(PowerCut, Exception)
