"""Every kind of entry is told in docs/how-to/correct-anything.md, with its way back or that there is none."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from donations.cli import almoner
from donations.web.treasury.desks import ACTIONS
from tests.house.sources import ROOT
from tests.house.test_documented import commands

_PAGE = ROOT / "docs" / "how-to" / "correct-anything.md"
_TELLS = {"_bank_entry": 0, "_row": 0, "_entry": 1}
"""The functions of `postings` that are handed a kind, and the place they are handed it in."""
_ROW = re.compile(r"^\| (?P<kinds>`[a-z_`, ]+`) \| (?P<who>[^|]+) \| (?P<way>[^|]+) \|$", re.MULTILINE)
_BACK = ("correct_entry", "correct_gift", "refund", "reopen_month")
"""The acts of two people that take something back."""


def kinds_in_code() -> set[str]:
    """Return every kind that an entry can have."""
    found = {"goods_given", "goods_discarded"}
    for file in (ROOT / "donations" / "postings").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            found.update(_kinds_of(node) if isinstance(node, ast.Call) else ())
    return found


def _kinds_of(call: ast.Call) -> Iterator[str]:
    told = [word.value for word in call.keywords if word.arg == "kind"]
    if isinstance(call.func, ast.Name) and call.func.id in _TELLS and len(call.args) > _TELLS[call.func.id]:
        told.append(call.args[_TELLS[call.func.id]])
    for value in told:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.value


def kinds_told() -> dict[str, str]:
    """Return each kind that the page tells, with its way back."""
    page = _PAGE.read_text(encoding="utf-8")
    rows = [(re.findall(r"[a-z_]+", row["kinds"]), row["way"].strip()) for row in _ROW.finditer(page)]
    return {kind: way for kinds, way in rows for kind in kinds}


def test_every_kind_of_entry_has_its_way_back_named_and_no_kind_is_made_up() -> None:
    told = kinds_told()
    assert set(told) == kinds_in_code()
    assert all(len(way.split()) > 1 for way in told.values())


def test_the_acts_that_take_back_are_named_as_the_program_knows_them() -> None:
    page = _PAGE.read_text(encoding="utf-8")
    assert all(f"`{act}`" in page and act in ACTIONS for act in _BACK)
    known = {path for path, _ in commands(almoner, "almoner")}
    asked = {" ".join(words.split()[:3]) for words in re.findall(r"`(almoner [a-z- ]+)", page)}
    assert asked
    assert {one.strip() for one in asked} <= known
