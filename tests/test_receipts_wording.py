from __future__ import annotations

from dataclasses import asdict
from datetime import date
from hashlib import sha256
from pathlib import Path
from string import Formatter
from typing import get_args

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
    "receipt-2026-1 letters": "546335fe6f56",
}


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]


def test_a_text_that_donors_have_seen_is_never_edited() -> None:
    said = {version: _digest(text) for version, text in wording.CONTROL_STATEMENTS.items()}
    said |= {version: _digest(repr(text)) for version, text in wording.RECEIPT_WORDINGS.items()}
    said |= {f"{version} letters": _digest(repr(text)) for version, text in wording.LETTER_WORDINGS.items()}
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
    assert "serves all children in the program" in wording.ask(13_000)[1]


def test_no_text_promises_a_hundred_per_cent_near_deductible_or_earmarks_by_a_word() -> None:
    said = "\n".join(
        file.read_text(encoding="utf-8").lower()
        for file in sorted(Path(receipts.__file__).parent.joinpath("wording").iterdir())
        if file.suffix in {".py", ".toml"}
    )
    for sentence in said.split("."):
        assert not ("100 %" in sentence and "deductible" in sentence)
    assert "sponsor a" not in said
    assert "your $130 bought" not in said


@given(st.integers(-(10**11), 10**11))
def test_both_houses_write_money_the_same_way(cents: int) -> None:
    assert wording.dollars(cents) == format_dollars(cents)
    assert wording.decimal(cents) == format_decimal(cents)


def _keys(language: wording.Language) -> set[str]:
    return {f"{table}.{key}" for table, names in wording.labels(language).items() for key in names}


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_every_language_calls_the_same_things_by_a_name(language: wording.Language) -> None:
    assert _keys(language) == _keys("en")
    nameless = {key for table, names in wording.labels(language).items() for key, name in names.items() if not name}
    assert nameless == set()


@pytest.mark.parametrize("language", [language for language in wording.LANGUAGES if language != "en"])
def test_every_sentence_of_the_law_has_a_reading_with_the_same_places(language: wording.Language) -> None:
    for version in wording.RECEIPT_WORDINGS:
        readings = wording.readings(language, version)
        sentences = asdict(wording.RECEIPT_WORDINGS[version]) | asdict(wording.LETTER_WORDINGS[version])
        assert set(readings) == {*sentences, "preference_noted"}
        for key, english in sentences.items():
            assert _places(readings[key]) == _places(english), key
    for version in wording.CONTROL_STATEMENTS:
        assert _places(wording.readings(language, version)["statement"]) == {"legal_name"}


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_every_closed_word_has_a_name(language: wording.Language) -> None:
    named = wording.labels(language)
    for table, words in (
        ("basis", wording.Basis),
        ("method", wording.Method),
        ("preference", wording.Preference),
        ("condition", wording.ItemCondition),
        ("return_reason", wording.ReturnReason),
        ("replacement_reason", wording.ReplacementReason),
        ("void_reason", wording.VoidReason),
        ("difference_reason", wording.DifferenceReason),
    ):
        assert set(named[table]) - {"sentence"} == set(get_args(words))


def test_the_letter_of_a_distribution_never_says_deductible_in_any_language() -> None:
    sentences = asdict(wording.LETTER_WORDINGS[wording.RECEIPT_VERSION])
    for key in ("qcd_direct", "qcd_charity", "qcd_none", "qcd_keep", "daf_none", "daf_control"):
        for text in (sentences[key], wording.readings("es", wording.RECEIPT_VERSION)[key]):
            assert "deduc" not in text.lower()
    for language in wording.LANGUAGES:
        for kind in ("qcd_letter", "daf_thank_you"):
            assert not [name for name in wording.labels(language)[kind].values() if "deduc" in name.lower()]


@given(st.dates())
def test_a_day_is_written_out_in_both_languages(day: date) -> None:
    assert str(day.day) in wording.long_day(day)
    assert wording.long_day(day, "es").startswith(f"{day.day} de ")
    assert wording.long_day(day, "es").endswith(f" de {day.year}")
