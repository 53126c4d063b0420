"""One state machine over the whole book, through the real code, with the simulated Stripe's own book as the oracle.

Gifts, pledges and renewals, bank debits, refunds from us and from the Dashboard, disputes, payouts, purchases, events
lost, doubled and shuffled, the sweep, outages, and a worker killed at any call: every invariant is asked after each
step, and in the end every row of Stripe's book is held against ours (`tests/simulation`).
"""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.databases import Engine, Foundry, fresh_database_url
from tests.simulation.history import STEPS, History, Step
from tests.simulation.world import open_world

_SHARES = 4
"""The histories are lived in so many tests, so that they may be lived at the same time."""
_EXAMPLES: dict[int, dict[Engine, int]] = {
    25: {"sqlite": 80, "postgresql": 8},
    60: {"sqlite": 400, "postgresql": 40},
    2_000: {"sqlite": 20_000, "postgresql": 2_000},
}
"""How many histories, by how many examples the profile asks of one law: PostgreSQL takes four times as long."""
_STEPS_MAX = 12
_ENOUGH = 50
_MUST_HAPPEN = ("promise", "decide", "event_lost", "work", "live", "sweep", "power_cut")
_DRAWN = [step for step, weight in STEPS.items() for _ in range(max(weight // 5, 1))]


class WholeBook(RuleBasedStateMachine):
    """One house on a fresh database; each step is drawn, and what it does hangs on one drawn seed."""

    def __init__(self, foundry: Foundry, home: Path, lived: Counter[str]) -> None:
        super().__init__()
        self._lived = lived
        self._closing = ExitStack()
        url = self._closing.enter_context(fresh_database_url(foundry))
        for left in home.glob("simulated-stripe.sqlite3*"):
            left.unlink()
        world = self._closing.enter_context(open_world(url, home))
        self._history = History(world, random.Random(0))  # noqa: S311  A history to repeat, no secret.

    @rule(step=st.sampled_from(_DRAWN), seed=st.integers(0, 2**32 - 1))
    def take(self, step: Step, seed: int) -> None:
        """Take a step; every invariant is asked after it."""
        random.seed(seed)  # The jitter of pauses is part of the history.
        self._history.chance = random.Random(seed)  # noqa: S311
        self._history.take(step)

    def teardown(self) -> None:
        """End in calm: nothing is owed, lost or doubled, and the book is Stripe's own."""
        with self._closing:
            self._history.calm_down()
        self._lived.update(self._history.happened)


@pytest.fixture
def home(tmp_path: Path, cache_folder: Path) -> Path:
    """Return the folder of a house that has its fonts already."""
    (tmp_path / "cache").symlink_to(cache_folder)
    return tmp_path


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep the house's log lines of crashes and faults, which are meant, out of the way."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
    structlog.reset_defaults()


@pytest.mark.parametrize("share", range(_SHARES))
def test_whatever_happens_in_whatever_order_the_book_ends_as_stripes_own(
    foundry: Foundry, home: Path, share: int
) -> None:
    del share
    lived: Counter[str] = Counter()
    examples = _EXAMPLES[settings().max_examples][foundry.engine] // _SHARES

    class InThisHouse(WholeBook):
        def __init__(self) -> None:
            super().__init__(foundry, home, lived)

    run_state_machine_as_test(
        InThisHouse,
        settings=settings(
            max_examples=examples,
            stateful_step_count=_STEPS_MAX,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # So few histories that chance may leave one out prove less, and say nothing of it.
    assert examples < _ENOUGH or [name for name in _MUST_HAPPEN if not lived[name]] == []
    assert sum(lived.values()) >= examples
