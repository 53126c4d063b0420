"""The table of the tax rules' examples is whole: each has a test that is there, or says why it has none."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.law.cases import CASES, Case

_TESTS = Path(__file__).parents[1]


@cache
def _names(file: str) -> frozenset[str]:
    parsed = ast.parse((_TESTS / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in parsed.body if isinstance(node, ast.FunctionDef))


def test_every_example_stands_in_the_table_once() -> None:
    assert [case.number for case in CASES] == list(range(1, 46))
    assert all(bool(case.tests) != bool(case.open_because) for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number} {case.given}")
def test_each_example_s_tests_are_there(case: Case) -> None:
    for node_id in case.tests:
        file, _, name = node_id.partition("::")
        assert name in _names(file), node_id
