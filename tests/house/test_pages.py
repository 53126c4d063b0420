"""The reference cannot rot: pages written from code are what the code says today."""

from __future__ import annotations

import re

import pytest

from donations.log.lines import KINDS
from donations.reporting.accounting import PROGRAMS
from donations.reporting.exports import EXPORTS
from receipts.verify.books import RULES
from tests.house.exports_page import MEANINGS, columns_of, exports_page
from tests.house.pages import PAGES
from tests.house.sources import ROOT


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_written_from_code_is_what_the_code_says(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "write it anew: python -m tests.house.pages"


def test_every_export_and_format_stands_on_its_page_and_no_meaning_is_left_over() -> None:
    assert set(MEANINGS) == set(EXPORTS)
    shown = exports_page()
    assert all(f"| {program} |" in shown for program in PROGRAMS)
    for what in EXPORTS:
        told = {column.name for column in columns_of(what)}
        assert told <= set(MEANINGS[what])
        assert what.startswith("schedule-b") or told == set(MEANINGS[what])


def test_the_format_of_the_public_books_has_every_kind_of_line_with_its_sign() -> None:
    page = (ROOT / "docs" / "reference" / "books.md").read_text(encoding="utf-8")
    rows = [row for row in page.splitlines() if re.match(r"\| `[a-z-]+`.* \| .* \| .* \| .* \|$", row)]
    told: dict[str, str] = {}
    for row in rows:
        kinds, _, sign, _ = [cell.strip() for cell in row.strip("|").split("|")]
        names = re.findall("`([a-z-]+)`", kinds)
        signs = sign.split(", ") * (len(names) if ", " not in sign else 1)
        told |= dict(zip(names, signs, strict=True))
    written = {(1, 1): "+ +", (-1, -1): "− −", (1, -1): "+ −", (0, 0): "none"}
    known = {kind: written[rule.signs] for kind, rule in RULES.items()} | {"withdrawn": "turned"}
    assert told == known
    assert set(KINDS) == set(RULES)
