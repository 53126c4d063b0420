"""The test of the tests: every planted bug is found, and the house without one is not accused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.planted import BUGS, FOUND, Planted

_HOUSE = Path(__file__).parents[2]
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")


def plant(bug: Planted, folder: Path) -> None:
    """Copy the house into a folder and put the bug in; its right text must be there exactly once."""
    for room in ("donations", "receipts", "templates", "tests"):
        shutil.copytree(_HOUSE / room, folder / room, ignore=_LEFT_OUT)
    file = folder / bug.file
    text = file.read_text(encoding="utf-8")
    assert text.count(bug.right) == 1, f"{bug.file} holds the text of {bug.name!r} {text.count(bug.right)} times"
    file.write_text(text.replace(bug.right, bug.wrong), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("bug", BUGS, ids=[bug.name.replace(" ", "_") for bug in BUGS])
def test_a_planted_bug_is_found(bug: Planted, tmp_path: Path) -> None:
    plant(bug, tmp_path)
    lived = subprocess.run(
        [sys.executable, "-m", "tests.simulation.planted"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert lived.returncode == FOUND, f"{bug.name}: nobody noticed\n{lived.stdout}{lived.stderr[-2000:]}"
    assert "seed" in lived.stdout


def test_each_planted_bug_stands_where_it_can_be_planted(tmp_path: Path) -> None:
    for number, bug in enumerate(BUGS):
        text = (_HOUSE / bug.file).read_text(encoding="utf-8")
        assert text.count(bug.right) == 1, f"{number}: {bug.file} does not hold the text of {bug.name!r} once"
        assert bug.right != bug.wrong
    assert len({bug.name for bug in BUGS}) == len(BUGS)
    assert not list(tmp_path.iterdir())
