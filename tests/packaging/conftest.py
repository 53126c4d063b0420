"""The wheel and the sdist, built once, without network: with the build tools of the lock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT

UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist from the checkout and the wheels from checkout and sdist; return the folder of both wheels."""
    folder = tmp_path_factory.mktemp("built")
    build: list[str | Path] = [
        UV,
        "build",
        "--quiet",
        "--offline",
        "--no-build-isolation",
        "--python",
        sys.executable,
    ]
    subprocess.run([*build, "--wheel", "--out-dir", folder / "wheel", ROOT], check=True)
    subprocess.run([*build, "--sdist", "--out-dir", folder / "sdist", ROOT], check=True)
    (sdist,) = (folder / "sdist").glob("*.tar.gz")
    subprocess.run([*build, "--wheel", "--out-dir", folder / "sdist", sdist], check=True)
    return folder
