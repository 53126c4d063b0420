"""What a stranger installs holds everything: pages, styles, migrations, the data of the rules."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.house.sources import ROOT
from tests.packaging.conftest import UV

pytestmark = pytest.mark.packaging

_ORIGINS = ("wheel", "sdist")
_START_SECONDS = 30
_PORT = 18_437


def wheel(built: Path, origin: str) -> Path:
    """Return the wheel built from the checkout or from the sdist."""
    (found,) = (built / origin).glob("*.whl")
    return found


def tracked_files(folder: str) -> set[str]:
    """Return the files of a folder that belong to the product."""
    files = (file for file in (ROOT / folder).rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return {file.relative_to(ROOT).as_posix() for file in files}


@pytest.mark.parametrize("origin", _ORIGINS)
def test_the_wheel_holds_every_template_style_migration_and_data_file(built: Path, origin: str) -> None:
    with ZipFile(wheel(built, origin)) as archive:
        held = set(archive.namelist())
    wanted = tracked_files("donations") | tracked_files("receipts")
    wanted |= {f"donations/{name}" for name in tracked_files("templates")}
    assert sorted(wanted - held) == []
    assert {"donations/migrations/env.py", "donations/py.typed"} <= held


@pytest.mark.parametrize("origin", _ORIGINS)
def test_the_wheel_holds_nothing_else(built: Path, origin: str) -> None:
    with ZipFile(wheel(built, origin)) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.startswith("almoner-")} == {"donations", "receipts"}


@pytest.fixture(params=_ORIGINS)
def almoner(request: pytest.FixtureRequest, built: Path, tmp_path: Path) -> Path:
    """Install a wheel and the locked packages in a clean environment; return its command."""
    environment = tmp_path / "environment"
    python = environment / "bin" / "python"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, environment], check=True)
    install: list[str | Path] = [UV, "pip", "install", "--quiet", "--python", python]
    subprocess.run([*install, "--require-hashes", "-r", ROOT / "requirements.lock"], check=True)
    subprocess.run([*install, "--no-deps", wheel(built, request.param)], check=True)
    return environment / "bin" / "almoner"


def clean_environment(**more: str) -> dict[str, str]:
    """Return an environment that knows nothing of the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ALMONER_", "PYTHON"))}
    return kept | more


def test_the_installed_wheel_gives_receipts_and_pages_from_another_folder(almoner: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    demo: list[str | Path] = [almoner, "demo", "--once", "--json", "--dir", tmp_path / "demo"]
    done = subprocess.run(demo, cwd=elsewhere, env=clean_environment(), capture_output=True, check=True)
    told = json.loads(done.stdout)
    assert told["audit"]["ok"] is True
    assert [gift for gift in told["gifts"] if Path(gift["receipt_pdf"]).read_bytes()[:5] != b"%PDF-"] == []
    assert told["gifts"]
    assert "1-888-373-7888" in page_of(almoner, Path(told["dir"]), elsewhere)


def page_of(almoner: Path, home: Path, folder: Path) -> str:
    """Serve a house from another folder and return its home page."""
    address = f"http://127.0.0.1:{_PORT}"
    environment = clean_environment(ALMONER_HOME=str(home), ALMONER_STRIPE_MODE="simulated", ALMONER_BASE_URL=address)
    serving = subprocess.Popen([almoner, "serve", "--port", str(_PORT)], cwd=folder, env=environment)
    try:
        return answer_of(address)
    finally:
        serving.terminate()
        serving.wait(_START_SECONDS)


def answer_of(address: str) -> str:
    """Return a page as soon as somebody serves it."""
    for _ in range(_START_SECONDS * 10):
        try:
            with urllib.request.urlopen(f"{address}/", timeout=_START_SECONDS) as answer:  # noqa: S310 - loopback.
                return str(answer.read(), "utf-8")
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"nobody answered at {address} within {_START_SECONDS} seconds")
