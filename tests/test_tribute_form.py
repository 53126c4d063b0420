"""The part of the give form about somebody else is believed whole or refused, each wrong field named."""

from __future__ import annotations

import pytest

from donations.tributes import TributeWish
from donations.web.forms import FormRefusedError, believe_tribute
from receipts.rules.us.earmarks import screen_tribute

WHOLE = {
    "tribute_kind": "honour",
    "tribute_name": " Maria Lopez ",
    "notify_name": "Ana",
    "notify_email": "ana@example.org",
    "tribute_message": "With love.\r\nThinking of you.",
}


def test_a_tribute_is_read_whole_and_in_one_line() -> None:
    assert believe_tribute(WHOLE) == TributeWish(
        kind="honour",
        name="Maria Lopez",
        notify_name="Ana",
        notify_email="ana@example.org",
        message="With love. Thinking of you.",
    )


def test_nothing_written_is_no_tribute_and_a_name_alone_needs_no_card() -> None:
    assert believe_tribute({}) is None
    assert believe_tribute({"tribute_kind": "", "tribute_name": "  "}) is None
    assert believe_tribute({"tribute_kind": "memory", "tribute_name": "Maria"}) == TributeWish(
        kind="memory", name="Maria"
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tribute_kind": ""}, "tribute_kind"),
        ({"tribute_kind": "for"}, "tribute_kind"),
        ({"tribute_name": ""}, "tribute_name"),
        ({"tribute_name": "M" * 121}, "tribute_name"),
        ({"tribute_name": "Maria\nBcc: x"}, "tribute_name"),
        ({"tribute_name": "Maria \u202e"}, "tribute_name"),
        ({"tribute_name": "evil.example"}, "tribute_name"),
        ({"notify_name": ""}, "notify_name"),
        ({"notify_email": ""}, "notify_email"),
        ({"notify_email": "ana"}, "notify_email"),
        ({"notify_email": "Ana <ana@example.org>"}, "notify_email"),
        ({"tribute_message": "x" * 201}, "tribute_message"),
        ({"tribute_message": "Look at https://evil.example"}, "tribute_message"),
        ({"tribute_message": "Look at evil.example/x"}, "tribute_message"),
        ({"tribute_message": "write to eve@evil"}, "tribute_message"),
    ],
)
def test_each_wrong_field_is_named(change: dict[str, str], field: str) -> None:
    with pytest.raises(FormRefusedError) as refused:
        believe_tribute(WHOLE | change)
    assert [problem.field for problem in refused.value.problems] == [field]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Maria Lopez", ""),
        ("my daughter Emma", "Happy birthday to Emma"),
        ("mi abuela María", "Gracias a María"),
        ("Maria", "We give this for you, Ana."),
        ("Maria", "For Ana"),
        ("Maria", "Thinking of your family and praying for Tom."),
        ("our teacher, Mr. Smith", "A gift for all the children."),
    ],
)
def test_an_ordinary_tribute_holds_nothing(name: str, message: str) -> None:
    assert [found.reason for found in screen_tribute(name, message, told="Ana")] == [None, None]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("for Jayden only", ""),
        ("Jayden only", ""),
        ("For my nephew Tom", ""),
        ("CF-0123456789", ""),
        ("Maria", "Please use it for Jayden"),
        ("Maria", "This is for my niece"),
        ("Maria", "Love to you all; only for Tim"),
        ("Maria", "solo para Jayden"),
    ],
)
def test_words_that_set_a_gift_aside_are_found_in_name_or_message(name: str, message: str) -> None:
    assert any(found.is_held for found in screen_tribute(name, message, told="Ana"))
