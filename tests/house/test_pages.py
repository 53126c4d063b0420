"""The reference cannot rot: pages written from code are what the code says today."""

from __future__ import annotations

import pytest

from donations.reporting.accounting import PROGRAMS
from donations.reporting.exports import EXPORTS
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
