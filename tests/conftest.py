"""Fixtures every room shares: fresh databases on both engines, Hypothesis profiles, and no silent skip in CI."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from werkzeug.routing import Rule

from tests.databases import ENGINES, Engine, Foundry, fresh_database_url, open_foundry

if TYPE_CHECKING:
    from donations.database import Database

_MUST_RUN = os.environ.get("REQUIRE_E2E") == "1"
_CHROMIUMS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")

_CALM = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], print_blob=True
)
settings.register_profile("default", _CALM, max_examples=25)
settings.register_profile("ci", _CALM, max_examples=60)
settings.register_profile("long", _CALM, max_examples=2_000)
settings.load_profile(os.environ.get("ALMONER_TEST_PROFILE", "default"))


@pytest.fixture(scope="session", autouse=True)
def _addresses_compiled_once() -> Iterator[None]:
    """Keep what Werkzeug compiles for an address: each of a few thousand applications would compile all anew.

    A builder of an address reads its rule when it is called, so rules of the same trace and defaults can share one.
    Three quarters of the time of opening an application went there.
    """
    compile_builder = Rule._compile_builder  # noqa: SLF001  # Only tests open so many applications.
    kept: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}

    def kept_builder(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002
        if self.defaults:
            return compile_builder(self, append_unknown)
        key = (append_unknown, *self._trace)
        if key not in kept:
            kept[key] = compile_builder(self, append_unknown)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", kept_builder)
        yield


@pytest.fixture(scope="session", params=ENGINES)
def foundry(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Foundry]:
    """Make databases on each engine in turn; for property tests, which need a fresh one per example."""
    engine: Engine = request.param
    with open_foundry(engine, tmp_path_factory.mktemp(engine), worker_id) as opened:
        yield opened


@pytest.fixture
def database_url(foundry: Foundry) -> Iterator[str]:
    """Name a fresh, migrated, empty database: a SQLite file, then a PostgreSQL database."""
    with fresh_database_url(foundry) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Open that database; it is closed afterwards."""
    from donations.database import open_database  # noqa: PLC0415 - so that other tests collect without it.

    opened = open_database(database_url)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def book(database: Database) -> Database:
    """Open that database with the book of a fictitious Las Vegas charity founded in it."""
    from donations.ledger import found_book  # noqa: PLC0415 - so that other tests collect without it.

    database.write(
        lambda session: found_book(
            session,
            origin="almoner.example",
            zone="America/Los_Angeles",
            mode="simulated",
            fiscal_year_start="01-01",
        )
    )
    return database


@pytest.fixture(scope="session")
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cut the page's fonts once for all houses of a run: `(home / "cache").symlink_to(cache_folder)`."""
    from donations.web.fonts import load_faces  # noqa: PLC0415 - so that other tests collect without it.

    folder = tmp_path_factory.mktemp("cache")
    load_faces(folder / "fonts")
    return folder


@pytest.fixture
def fake_home(tmp_path: Path, cache_folder: Path) -> Path:
    """Give a house of fakes a folder of its own with those fonts in it: what one publishes no other shows."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "fonts").symlink_to(cache_folder / "fonts")
    return home


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Find Debian's Chromium; without it browser tests are skipped, and in CI fail."""
    for name in _CHROMIUMS:
        if Path(name).exists():
            return Path(name)
    pytest.skip("BROWSER TESTS NOT RUN: there is no Chromium here (apt-get install chromium)")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where everything must run (REQUIRE_E2E=1)."""
    del item, call
    report = yield
    if _MUST_RUN and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where everything must run (REQUIRE_E2E=1): {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same for a whole module that skips itself."""
    report = yield
    if _MUST_RUN and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped where everything must run (REQUIRE_E2E=1): {report.longrepr}"
    return report
