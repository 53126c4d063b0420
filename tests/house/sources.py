"""What the house tests look at: our own source files, read once, as text and as syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("donations", "receipts")
_GENERATED = ROOT / "donations" / "migrations" / "versions"


def python_files(*folders: str) -> list[Path]:
    """Return every module of the named top folders, but not the migrations' scripts."""
    files = [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]
    return [file for file in files if _GENERATED not in file.parents]


def relative(file: Path) -> str:
    """Return a file's name as a reader of the repository says it."""
    return file.relative_to(ROOT).as_posix()


@cache
def tree(file: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def imported_names(file: Path) -> set[str]:
    """Return the top-level names a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names.add(node.module.partition(".")[0])
    return names


def calls(file: Path) -> Iterator[ast.Call]:
    """Yield every call in a module."""
    return (node for node in ast.walk(tree(file)) if isinstance(node, ast.Call))


def called_name(call: ast.Call) -> str:
    """Return the last name of what is called: `b` of `a.b(…)`; empty where it has none."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def expect_none(found: Iterable[object]) -> None:
    """Fail with one line for each thing found: the whole list is what a person must mend."""
    lines = [str(thing) for thing in found]
    assert not lines, "\n".join(["", *lines])
