"""The table of cases is whole: every case of the design has its test, and every test it names is there."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.journeys.cases import CASES, Case

_TESTS = Path(__file__).parents[1]
_CASES = 45
_FAMILIES = {"intake": 13, "delivery": 10, "giving": 5, "money": 7, "recurring": 4, "safety": 6}


@cache
def _tests_of(file: str) -> dict[str, ast.FunctionDef]:
    parsed = ast.parse((_TESTS / file).read_text(encoding="utf-8"))
    return {node.name: node for node in parsed.body if isinstance(node, ast.FunctionDef)}


def test_every_case_stands_in_the_table_once_and_in_its_family() -> None:
    assert [case.number for case in CASES] == list(range(1, _CASES + 1))
    assert Counter(case.family for case in CASES) == _FAMILIES
    assert all(case.tests and case.promise for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number} {case.promise}")
def test_each_case_is_a_test_that_is_there_and_asserts(case: Case) -> None:
    for node_id in case.tests:
        file, _, name = node_id.partition("::")
        found = _tests_of(file).get(name)
        assert found is not None, f"{node_id} is not there"
        skips = [ast.unparse(mark) for mark in found.decorator_list if "skip" in ast.unparse(mark)]
        assert skips == [], f"{node_id} is skipped"
        holds = [node for node in ast.walk(found) if isinstance(node, ast.Assert | ast.With | ast.Call)]
        assert holds, f"{node_id} asserts nothing"


def test_whoever_says_a_case_number_is_in_the_table_under_it() -> None:
    for file in sorted((_TESTS / "journeys").glob("test_cases_*.py")):
        for name, function in _tests_of(f"journeys/{file.name}").items():
            if not name.startswith("test_"):
                continue
            said = (ast.get_docstring(function) or "").removeprefix("Case ")
            number = int(said.split(".")[0].split(":")[0].split(",")[0])
            assert f"journeys/{file.name}::{name}" in CASES[number - 1].tests
