"""The reference cannot rot: pages written from code are what the code says today."""

from __future__ import annotations

import pytest

from tests.house.pages import PAGES
from tests.house.sources import ROOT


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_written_from_code_is_what_the_code_says(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "write it anew: python -m tests.house.pages"
