"""The locks name exact bytes and nothing else: no registry, no option, no package that is not asked for."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.sources import ROOT, expect_none

LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock", "requirements-bench.lock")
_PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[0-9][0-9a-z.+!]*)(?: ; (?P<marker>[^#@]+?))?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
_DOMAIN = re.compile(r"[a-z0-9-]+\.[a-z]{2,}")


def logical_lines(lock: str) -> list[str]:
    """Return a lock's lines with their continuations joined."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


@cache
def pins(lock: str) -> dict[str, Version]:
    """Return the version of each package in a lock; a line that is no pin with hashes is refused (ValueError)."""
    found = {}
    for line in logical_lines(lock):
        pin, *hashes = re.split(r" (?=--hash=)", line)
        read = _PIN.fullmatch(pin)
        if read is None or not hashes or not all(map(_HASH.fullmatch, hashes)):
            raise ValueError(f"{lock}: not a pin with its hashes: {line[:80]}")
        if "://" in line or _DOMAIN.search(read["marker"] or ""):
            raise ValueError(f"{lock}: names a place: {line[:80]}")
        found[read["name"]] = Version(read["version"])
    return found


@cache
def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def asked_for() -> dict[str, list[Requirement]]:
    """Return what pyproject.toml asks for, by the lock that must hold it."""
    groups = {name: [Requirement(line) for line in lines] for name, lines in project()["dependency-groups"].items()}
    core = [Requirement(line) for line in project()["project"]["dependencies"]]
    extras = [Requirement(line) for lines in project()["project"]["optional-dependencies"].values() for line in lines]
    return {
        "requirements.lock": core,
        "requirements-build.lock": groups["build"],
        "requirements-dev.lock": [*core, *extras, *groups["dev"], *groups["build"]],
        "requirements-bench.lock": groups["bench"],
    }


def test_every_lock_is_known_here() -> None:
    assert sorted(file.name for file in ROOT.glob("*.lock")) == sorted([*LOCKS])


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_only_pins_with_hashes(lock: str) -> None:
    assert pins(lock)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_dependency_is_pinned_within_its_range(lock: str) -> None:
    locked = pins(lock)
    wrong = [
        str(requirement)
        for requirement in asked_for()[lock]
        if not requirement.specifier.contains(locked.get(canonicalize_name(requirement.name), Version("0")))
    ]
    expect_none(wrong)


def test_all_locks_agree_on_a_version() -> None:
    versions: dict[str, set[Version]] = {}
    for lock in LOCKS:
        for name, version in pins(lock).items():
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_no_lock_is_below_an_advisory_floor() -> None:
    floors = tomllib.loads((ROOT / "advisory-floors.toml").read_text(encoding="utf-8"))
    below = [
        f"{lock}: {name} {pins(lock)[name]} is below {rule['floor']}"
        for name, rule in floors.items()
        for lock in LOCKS
        if name in pins(lock) and pins(lock)[name] < Version(rule["floor"])
    ]
    expect_none(below)
    expect_none([name for name in floors if not any(name in pins(lock) for lock in LOCKS)])


def test_every_dependency_is_explained() -> None:
    explained = (ROOT / "docs" / "reference" / "dependencies.md").read_text(encoding="utf-8")
    named = {requirement.name for requirements in asked_for().values() for requirement in requirements}
    expect_none(sorted(name for name in named if f"**{name}**" not in explained))


def test_no_explained_dependency_is_gone() -> None:
    explained = (ROOT / "docs" / "reference" / "dependencies.md").read_text(encoding="utf-8")
    named = {requirement.name for requirements in asked_for().values() for requirement in requirements}
    expect_none(sorted(set(re.findall(r"^\| \*\*([^*]+)\*\*", explained, re.MULTILINE)) - named))


def test_a_pin_without_a_hash_or_with_an_address_is_noticed(tmp_path: Path) -> None:
    good = "flask==3.1.3 --hash=sha256:" + "0" * 64
    for bad in ("flask==3.1.3", good.replace("==", ">="), f"--index-url x {good}", f"flask @ file:///x {good}"):
        (tmp_path / "bad.lock").write_text(bad, encoding="utf-8")
        with pytest.raises(ValueError, match="not a pin"):
            pins(str(tmp_path / "bad.lock"))
        pins.cache_clear()


def test_the_project_installs_from_no_named_index() -> None:
    assert "index" not in project()["tool"].get("uv", {})
    assert not (ROOT / "uv.lock").exists()
