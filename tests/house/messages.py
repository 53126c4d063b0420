"""Every message a donor or the public may read: those of the templates, and those that code says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from jinja2 import Environment
from jinja2.ext import extract_from_ast

from donations.languages import WRITTEN, message_tools
from receipts.rules import us

ROOT: Final = Path(__file__).parents[2]
TEMPLATES: Final = ROOT / "templates"
_FOR_OTHERS: Final = ("staff_", "audit_head", "chart.html", "embed.html")
"""Read by staff and by who builds other sites, in English."""
_ROOMS: Final = (
    "web/*.py",
    "giving/attempts.py",
    "giving/codes.py",
    "giving/desk.py",
    "giving/pledge_desk.py",
    "giving/pledge_changes.py",
    "giving/promise.py",
    "admission/*.py",
    "consent.py",
    "visits/*.py",
    "gateways/stripe_calls.py",
    "database/writer.py",
)
"""Where a refusal may reach a donor; the treasury below `web` stays English."""
_LISTS: Final = {
    "web/errors.py": ("_SENTENCES",),
    "web/forms.py": ("_LABELS",),
    "web/tribute_form.py": ("TRIBUTE_LABELS",),
    "web/give_page.py": ("offers",),
    "gateways/stripe_calls.py": ("AWAY", "REFUSED"),
}
_FOR_US: Final = {"ValueError", "TypeError", "BrokenInvariantError", "RuntimeError"}
_REPORT: Final = ("figures.py", "tables.py", "children.py", "report.py", "sentences.py")
_NO_YEAR: Final = 1900
_COMMON: Final = ("I'd especially like to help with…", "Gifts", "Amount", "Total")


def environment() -> Environment:
    """Return the tools with which templates are read as the house reads them."""
    found = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    message_tools(found, lambda: "en")
    return found


def spoken_templates() -> list[Path]:
    """Return the templates that donors and the public read: pages and mails, without those for staff."""
    pages = [path for room in ("layout", "giving", "donor", "errors", "transparency") for path in _in(room)]
    return [path for path in (*pages, *_in("mail")) if not path.name.startswith(_FOR_OTHERS)]


def all_messages() -> dict[str, str]:
    """Return every message with one place where it is said."""
    found = dict.fromkeys(_COMMON, "receipts/wording")
    found |= dict.fromkeys(us.deduction_note(_NO_YEAR, ()), "receipts/rules/us/deducting.py")
    found |= dict.fromkeys(WRITTEN, "donations/languages/reading.py")
    read = environment()
    for path in spoken_templates():
        for _, _, message in extract_from_ast(read.parse(path.read_text(encoding="utf-8")), ("gettext", "_")):
            found[message if isinstance(message, str) else str((message or ("",))[0])] = str(path.relative_to(ROOT))
    for path in sorted(one for room in _ROOMS for one in (ROOT / "donations").glob(room)):
        found |= dict.fromkeys(_said_by(path), str(path.relative_to(ROOT)))
    for name in _REPORT:
        path = ROOT / "donations" / "reporting" / name
        found |= dict.fromkeys(_labels_of(path), str(path.relative_to(ROOT)))
    return found


def refusals_that_no_catalog_finds() -> list[str]:
    """Return places where a donor's refusal is made of pieces, so that no catalog can hold it."""
    return [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in sorted(one for room in _ROOMS for one in (ROOT / "donations").glob(room))
        for call in _calls(path)
        if isinstance(call.args[0], ast.JoinedStr)
    ]


def _in(room: str) -> list[Path]:
    return sorted(path for path in (TEMPLATES / room).iterdir() if path.suffix in {".html", ".txt"})


def _said_by(path: Path) -> Iterator[str]:
    for call in _calls(path):
        yield from (text for text in _strings(call.args[0]) if " " in text)
    lists = _LISTS.get(str(path.relative_to(ROOT / "donations")), ())
    for node in ast.walk(_tree(path)):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id in lists for target in targets):
            yield from (text for text in _strings(node) if len(text) > 1 and text not in _field_names())


def _calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(_tree(path)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        is_super = name == "__init__" and path.parent.name == "admission"
        if name in {"say", "Refused"} or (name.endswith("Error") and name not in _FOR_US) or is_super:
            yield node


def _labels_of(path: Path) -> Iterator[str]:
    """Return what a report calls its figures: words that begin like a sentence."""
    explained = {
        node.value.value
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for text in _strings(_tree(path)):
        if " " in text and text[0].isupper() and text not in explained and "{" not in text:
            yield text


def _strings(node: ast.AST) -> Iterator[str]:
    inside = {id(part) for one in ast.walk(node) if isinstance(one, ast.JoinedStr) for part in ast.walk(one)}
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in inside:
            yield one.value


def _field_names() -> set[str]:
    address = {"address_line1", "address_line2", "city", "region", "postal_code"}
    return {"name", "email", *address, "tribute_name", "notify_name", "notify_email", "tribute_message"}


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
