"""The counterparts of the contract suite. Stripe's sandbox is a witness: without STRIPE_TEST_KEY it is not asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.counterparts import Counterpart, Sandbox, Simulated
from tests.simulator.world import World

SANDBOX_KEY = os.environ.get("STRIPE_TEST_KEY", "")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask the simulated Stripe always, and the sandbox only where a key for it was given: never a silent skip."""
    if "counterpart" in metafunc.fixturenames:
        sandbox = [pytest.param("sandbox", marks=pytest.mark.enable_socket)] if SANDBOX_KEY else []
        metafunc.parametrize("counterpart", ["simulated", *sandbox], indirect=True)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Open a simulated Stripe on a fresh file, with the production gateway before it."""
    opened = World(tmp_path / "simulated-stripe.sqlite3")
    yield opened
    opened.stripe.close()


@pytest.fixture
def counterpart(request: pytest.FixtureRequest) -> Counterpart:
    """Return the card processor that is asked."""
    if request.param == "sandbox":
        return Sandbox(SANDBOX_KEY)
    opened: World = request.getfixturevalue("world")
    return Simulated(opened)
