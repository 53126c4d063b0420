"""Every module can be read in one sitting and says where it belongs."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.house.sources import PACKAGES, expect_none, python_files, relative, tree

MODULE_LINES = 350
TEST_LINES = 400
CONFTEST_LINES = 150
FUNCTION_LINES = 40
ALONE = {"receipts/verify/books.py": 950}
"""What strangers take home and run alone must be one file."""


def test_every_room_and_every_test_is_looked_at() -> None:
    """Limits that measure nothing hold for ever."""
    assert {relative(file).split("/")[0] for file in python_files(*PACKAGES, "tests")} == {*PACKAGES, "tests"}
    assert relative(Path(__file__)) in {relative(file) for file in python_files("tests")}


def test_no_module_passes_its_size_limit() -> None:
    too_long = [
        f"{relative(file)}: {lines} lines"
        for limit, files in ((MODULE_LINES, python_files(*PACKAGES)), (TEST_LINES, python_files("tests")))
        for file in files
        if (lines := len(file.read_text(encoding="utf-8").splitlines()))
        > (CONFTEST_LINES if file.name == "conftest.py" else ALONE.get(relative(file), limit))
    ]
    expect_none(too_long)


def test_no_function_passes_forty_lines() -> None:
    too_long = [
        f"{relative(file)}:{node.lineno} {node.name}"
        for file in python_files(*PACKAGES, "tests")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= FUNCTION_LINES
    ]
    expect_none(too_long)


def test_every_module_begins_with_its_room() -> None:
    nameless = []
    for file in python_files(*PACKAGES):
        inside = relative(file).split("/")[1:]
        if inside in (["__init__.py"], ["__main__.py"]):
            continue
        # A child process of a room stands beside it, because it must import nothing of the room before it is limited.
        room = "render" if inside == ["press_child.py"] else inside[0].removesuffix(".py")
        docstring = ast.get_docstring(tree(file)) or ""
        if not docstring.startswith(f"Room: {room}"):
            nameless.append(f"{relative(file)}: begins with {docstring[:40]!r}, not with 'Room: {room}'")
    expect_none(nameless)


def test_nothing_is_left_for_later() -> None:
    marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
    left = [
        f"{relative(file)}: {mark}"
        for file in python_files(*PACKAGES, "tests")
        for mark in marks
        if mark in file.read_text(encoding="utf-8")
    ]
    expect_none(left)
