"""The catalogs are whole: whoever adds a sentence sees here which translation it lacks."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from babel.numbers import format_currency
from jinja2 import nodes

from donations.languages import LANGUAGES, Language, read_catalog
from donations.money import format_dollars
from receipts import wording
from tests.house.messages import (
    ROOT,
    all_messages,
    environment,
    refusals_that_no_catalog_finds,
    spoken_templates,
)

TRANSLATED: Final[tuple[Language, ...]] = tuple(one for one in LANGUAGES if one != "en")
_PLACE: Final = re.compile(r"%\((\w+)\)s|(%%)")
_TAG: Final = re.compile(r"<[^>]*>")
_NO_PROSE: Final = re.compile(r"&\w+;|/(?:give|transparency)(?:\?frequency=monthly)?")
_SPOKEN_ATTRIBUTE: Final = re.compile(r'\b(?:aria-label|alt|title|placeholder)="[^"]*[A-Za-z]{3}')
_NOT_WORDS: Final = frozenset({"EIN", "CSV"})
"""The same in every language."""


@cache
def _said() -> dict[str, str]:
    return all_messages()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_and_nothing_else_is(language: Language) -> None:
    told = read_catalog(language)
    assert {message: place for message, place in _said().items() if message not in told} == {}
    assert sorted(set(told) - set(_said())) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_every_place_and_every_tag_of_its_message(language: Language) -> None:
    for message, told in read_catalog(language).items():
        assert set(_PLACE.findall(told)) == set(_PLACE.findall(message)), message
        assert sorted(_TAG.findall(told)) == sorted(_TAG.findall(message)), message


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalog_has_no_guess_and_no_comment_of_a_program(language: Language) -> None:
    written = (ROOT / "donations" / "languages" / f"{language}.po").read_text(encoding="utf-8")
    assert "fuzzy" not in written
    assert "#~" not in written


@pytest.mark.parametrize("path", spoken_templates(), ids=lambda path: str(path.name))
def test_no_word_of_a_page_or_mail_stands_outside_its_messages(path: Path) -> None:
    read = environment().parse(path.read_text(encoding="utf-8"))
    bare = "".join(
        data.data if isinstance(data, nodes.TemplateData) else "\x00"
        for output in read.find_all(nodes.Output)
        for data in output.nodes
    )
    assert _SPOKEN_ATTRIBUTE.findall(bare) == []
    words = re.findall(r"[A-Za-z]{3,}", _TAG.sub(" ", _NO_PROSE.sub(" ", bare)))
    assert set(words) <= _NOT_WORDS


def test_a_refusal_that_donors_may_read_is_one_sentence_a_catalog_can_hold() -> None:
    assert refusals_that_no_catalog_finds() == []


@pytest.mark.parametrize("cents", [0, 5, 13_000, 123_450, 100_000_000])
def test_dollars_are_written_alike_in_english_and_in_the_spanish_of_the_united_states(cents: int) -> None:
    for locale in ("en_US", "es_US"):
        assert format_currency(cents / 100, "USD", locale=locale) == format_dollars(cents)
    assert wording.dollars(cents) == format_dollars(cents)
