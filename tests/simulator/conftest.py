"""A fresh simulated Stripe for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Open a simulated Stripe on a fresh file, with the production gateway before it."""
    opened = World(tmp_path / "simulated-stripe.sqlite3")
    yield opened
    opened.stripe.close()
