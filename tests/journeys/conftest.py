"""Fixtures of the journeys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from donations.cli.playing import Street
from donations.web.fonts import load_faces
from tests.databases import Foundry
from tests.journeys.houses import founded, street_of


@pytest.fixture(scope="session")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cut the page's fonts once for every house of this run."""
    folder = tmp_path_factory.mktemp("fonts")
    load_faces(folder)
    return folder


@pytest.fixture
def street(foundry: Foundry, tmp_path: Path, faces: Path) -> Iterator[Street]:
    """Open the street before a freshly founded house with three clothing funds."""
    with founded(foundry, tmp_path / "house", faces) as settings, street_of(settings) as opened:
        yield opened
