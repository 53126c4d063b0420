from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import receipts
from donations.money import format_decimal, format_dollars
from donations.settings import Organisation
from receipts import wording

# A text that donors have seen is never edited: a changed sentence is a new version with a new line here.
SEEN = {
    "control-2026-1": "63a1f79835ed",
    "receipt-2026-1": "5befd843543d",
}


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]


def test_a_text_that_donors_have_seen_is_never_edited() -> None:
    said = {version: _digest(text) for version, text in wording.CONTROL_STATEMENTS.items()}
    said |= {version: _digest(repr(text)) for version, text in wording.RECEIPT_WORDINGS.items()}
    assert said == SEEN


def test_the_control_statement_says_who_decides() -> None:
    text = wording.control_statement("Desert Thread")
    assert text.startswith("Gifts are made to Desert Thread, which has full control of the funds and discretion")
    assert "does not bind us" in text
    assert Organisation.__struct_defaults__  # The default version in the settings is one that exists.
    assert wording.CONTROL_VERSION in wording.CONTROL_STATEMENTS


@pytest.mark.parametrize("preference", [None, "coats", "shoes", "school_wear"])
def test_the_purpose_line_names_the_fund_and_who_keeps_control(preference: wording.Preference | None) -> None:
    line = wording.purpose_line("Desert Thread", preference)
    assert line.startswith("Purpose: Children's Clothing Fund (")
    assert line.endswith("Desert Thread retains full control and discretion over use).")
    assert ("donor preference noted" in line) == (preference is not None)


def test_the_ask_is_a_display_unit_of_the_price_in_the_settings() -> None:
    assert wording.ask(13_000)[0] == "$130 clothes one child."
    assert wording.ask(13_250)[0] == "$132.50 clothes one child."
    assert "serves all children in the programme" in wording.ask(13_000)[1]


def test_no_text_promises_a_hundred_per_cent_near_deductible_or_earmarks_by_a_word() -> None:
    said = "\n".join(
        file.read_text(encoding="utf-8").lower() for file in Path(receipts.__file__).parent.rglob("wording.py")
    )
    for sentence in said.split("."):
        assert not ("100 %" in sentence and "deductible" in sentence)
    assert "sponsor" not in said
    assert "your $130 bought" not in said


@given(st.integers(-(10**11), 10**11))
def test_both_houses_write_money_the_same_way(cents: int) -> None:
    assert wording.dollars(cents) == format_dollars(cents)
    assert wording.decimal(cents) == format_decimal(cents)
