"""What is imported is asked for by name, and what is asked for is used."""

from __future__ import annotations

import sys
from importlib.metadata import packages_distributions

from packaging.utils import canonicalize_name

from tests.house.sources import PACKAGES, imported_names, python_files, relative
from tests.house.test_locks import asked_for

_USED_WITHOUT_IMPORT = {
    # Time zones are read through zoneinfo; the driver is named in the database's URL.
    "tzdata",
    "psycopg",
}
_OURS = {"donations", "receipts", "tests"}


_NOT_INSTALLED = {"fpdf": "fpdf2"}
"""Peers of the benchmark are installed by `./run bench` alone; so their modules are told here."""


def distributions_of(*folders: str) -> dict[str, set[str]]:
    """Return each distribution that the modules of these folders import, with those modules."""
    known = packages_distributions()
    found: dict[str, set[str]] = {}
    for file in python_files(*folders):
        for name in imported_names(file) - _OURS - sys.stdlib_module_names - {"__future__"}:
            for distribution in known.get(name, [_NOT_INSTALLED.get(name, name)]):
                found.setdefault(canonicalize_name(distribution), set()).add(relative(file))
    return found


def names(lock: str) -> set[str]:
    """Return what pyproject.toml asks for in a lock."""
    return {canonicalize_name(requirement.name) for requirement in asked_for()[lock]}


def test_the_service_imports_only_what_it_asks_for() -> None:
    imported = distributions_of(*PACKAGES)
    assert {name: where for name, where in imported.items() if name not in names("requirements.lock")} == {}


def test_the_service_asks_for_nothing_it_does_not_use() -> None:
    assert names("requirements.lock") - set(distributions_of(*PACKAGES)) - _USED_WITHOUT_IMPORT == set()


def test_tests_import_only_what_they_ask_for() -> None:
    asked = names("requirements-dev.lock") | names("requirements-bench.lock")
    assert {name: where for name, where in distributions_of("tests").items() if name not in asked} == {}
