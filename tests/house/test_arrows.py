"""Rules of the syntax tree: who may speak to Stripe, print, write money, let a checkout be opened, or make HTML."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import (
    PACKAGES,
    ROOT,
    called_name,
    calls,
    expect_none,
    imported_names,
    python_files,
    relative,
    tree,
)

_TAG = re.compile(r"</?[a-z][a-z0-9-]*(?:[\s>/]|$)")
_HEAVY = frozenset({"alembic", "babel", "flask", "msgspec", "sqlalchemy", "stripe", "structlog", "weasyprint"})


def importers_of(name: str) -> set[str]:
    """Return the modules of the house that import a package."""
    return {relative(file) for file in python_files(*PACKAGES) if name in imported_names(file)}


def outside(modules: set[str], *allowed: str) -> list[str]:
    """Return the modules that stand in none of the allowed places (name prefixes)."""
    return sorted(module for module in modules if not module.startswith(allowed))


def test_only_gateways_and_simulator_speak_stripe() -> None:
    expect_none(outside(importers_of("stripe"), "donations/gateways/", "donations/simulator"))


def test_only_the_printing_room_imports_weasyprint() -> None:
    expect_none(outside(importers_of("weasyprint"), "receipts/render", "receipts/press"))


def test_only_the_spreadsheet_room_imports_xlsxwriter() -> None:
    expect_none(outside(importers_of("xlsxwriter"), "donations/reporting"))


def test_only_admission_lets_a_checkout_be_opened() -> None:
    makers = {
        relative(file)
        for file in python_files(*PACKAGES)
        for call in calls(file)
        if called_name(call) == "CheckoutPermit"
    }
    expect_none(outside(makers, "donations/admission"))


def test_whatever_lets_a_card_be_tried_is_called_with_a_permit_of_admission() -> None:
    doors = frozenset({"open_checkout", "open_portal"})
    callers = [
        (relative(file), call)
        for file in python_files("donations")
        for call in calls(file)
        if isinstance(call.func, ast.Attribute) and call.func.attr in doors and is_of_payments(call.func.value)
    ]
    expect_none(outside({file for file, _ in callers}, "donations/giving/"))
    expect_none(f"{file}:{call.lineno}" for file, call in callers if not any(map(is_permit, call.args)))
    assert {called_name(call) for _, call in callers} == doors, "this test no longer sees how it is done"


def is_of_payments(owner: ast.expr) -> bool:
    """Tell whether a method is called on the card processor: `payments`, `self.payments`, `shop.payments`."""
    return (
        isinstance(owner, ast.Name | ast.Attribute) and getattr(owner, "attr", getattr(owner, "id", "")) == "payments"
    )


def is_permit(argument: ast.expr) -> bool:
    """Tell whether an argument is a permit by name; mypy holds it to its type, and only admission makes one."""
    return isinstance(argument, ast.Name | ast.Attribute) and getattr(
        argument, "attr", getattr(argument, "id", "")
    ) in {"permit", "granted"}


def is_write_of(call: ast.Call, tables: frozenset[str]) -> bool:
    """Tell whether a call is `insert(t)` or `t.insert()`, or an update or delete, of one of the tables."""
    match call:
        case ast.Call(
            func=ast.Name(id="insert" | "update" | "delete") | ast.Attribute(attr="insert" | "update" | "delete"),
            args=[ast.Name(id=name) | ast.Attribute(attr=name), *_],
        ) if name in tables:
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="insert" | "update" | "delete")):
            return name in tables
        case _:
            return False


def test_only_the_ledger_writes_money() -> None:
    money = frozenset({"entry", "transfer"})
    writes = re.compile(r"(?i)\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(?:entry|transfer)\b")
    writers = {
        relative(file)
        for file in python_files("donations")
        if writes.search(file.read_text(encoding="utf-8")) or any(is_write_of(call, money) for call in calls(file))
    }
    expect_none(outside(writers, "donations/ledger"))
    assert writers, "no module writes entries: this test no longer sees how it is done"


def html_built_from_parts(node: ast.AST) -> bool:
    """Tell whether an expression puts a value into text that holds a tag: f-string, %, + or .format."""
    match node:
        case ast.JoinedStr(values=parts):
            return any(isinstance(part, ast.Constant) and _TAG.search(str(part.value)) for part in parts)
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod() | ast.Add()):
            return bool(_TAG.search(text))
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
            return bool(_TAG.search(text))
        case ast.Call(func=ast.Name(id="Markup"), args=[argument, *_]):
            return not isinstance(argument, ast.Constant)
        case _:
            return False


def test_no_html_is_built_outside_templates() -> None:
    built = [
        f"{relative(file)}:{getattr(node, 'lineno', 0)}"
        for file in python_files(*PACKAGES)
        for node in ast.walk(tree(file))
        if html_built_from_parts(node)
    ]
    expect_none(built)


@pytest.mark.parametrize(
    "source", ['f"<b>{x}</b>"', '"<a href=%s>" % x', '"<p>" + x', '"<td>{}</td>".format(x)', "Markup(x)"]
)
def test_html_built_from_parts_is_noticed(source: str) -> None:
    assert any(html_built_from_parts(node) for node in ast.walk(ast.parse(source)))


def test_no_template_switches_escaping_off() -> None:
    switches = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(")
    unsafe = [
        f"{relative(file)}: {found.group()}"
        for file in sorted((ROOT / "templates").rglob("*"))
        if file.suffix in {".html", ".txt", ".svg", ".xml"}
        for found in switches.finditer(file.read_text(encoding="utf-8"))
    ]
    expect_none(unsafe)


def modules_loaded_by(code: str) -> set[str]:
    """Run a line of Python in a new process; return the top-level names it imported."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    rows = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {row.partition(".")[0] for row in rows}


def test_help_imports_nothing_heavy() -> None:
    help_page = "import sys; sys.argv = ['almoner', '--help']\nfrom donations.cli import main\n"
    loaded = modules_loaded_by(help_page + "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code")
    expect_none(sorted(loaded & _HEAVY))


def test_the_front_door_never_imports_weasyprint() -> None:
    assert "weasyprint" not in modules_loaded_by("import donations.app, donations.worker")


def test_the_printing_house_knows_no_database_no_web_and_no_stripe() -> None:
    modules = [relative(file).removesuffix(".py").replace("/", ".") for file in python_files("receipts")]
    names = [name.removesuffix(".__init__") for name in modules if not name.endswith("__main__")]
    assert (
        sorted(modules_loaded_by("import " + ", ".join(names)) & {"sqlalchemy", "flask", "stripe", "donations"}) == []
    )


def test_every_test_file_asserts_something() -> None:
    silent = [
        relative(file)
        for file in python_files("tests")
        if file.name.startswith("test_")
        and not re.search(r"\bassert|raises|warns|expect_none", file.read_text(encoding="utf-8"))
    ]
    expect_none(silent)


def test_the_scripts_are_plain_shell() -> None:
    for script in (Path("run"), Path(".ci/run")):
        subprocess.run(["/bin/sh", "-n", script], check=True, cwd=ROOT)
        assert (ROOT / script).stat().st_mode & 0o111


def test_run_without_a_word_says_how_to_use_it() -> None:
    for arguments in ([], ["--help"]):
        done = subprocess.run(["./run", *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
        assert (done.returncode, done.stdout) == (2, "")
        assert "usage: ./run demo" in done.stderr
