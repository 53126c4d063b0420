"""A stranger's clone: the README's command, and nothing before it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.house.sources import ROOT

pytestmark = pytest.mark.packaging


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Clone what is committed."""
    if not (ROOT / ".git").exists():
        pytest.skip("FRESH CLONE NOT TRIED: this is no git checkout, so there is nothing to clone")
    subprocess.run(["git", "clone", "--quiet", ROOT, tmp_path / "clone"], check=True)  # noqa: S607 - as a reader does.
    return tmp_path / "clone"


def demo_once(clone: Path) -> subprocess.CompletedProcess[str]:
    """Run the README's command as a script would."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ALMONER_")}
    return subprocess.run(
        ["./run", "demo", "--once", "--json"], cwd=clone, env=environment, capture_output=True, text=True, check=True
    )


def test_run_demo_works_in_a_fresh_clone_and_again_without_preparing(clone: Path) -> None:
    told = json.loads(demo_once(clone).stdout)
    assert told["audit"]["ok"] is True
    assert {gift["state"] for gift in told["gifts"]} == {"settled"}
    assert [path for path in told["mails"] if not Path(path).exists()] == []
    assert Path(told["report_pdf"]).read_bytes().startswith(b"%PDF-")
    again = demo_once(clone)
    assert json.loads(again.stdout)["audit"]["ok"] is True
    assert "Preparing" not in again.stderr
