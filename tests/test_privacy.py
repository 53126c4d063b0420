from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from donations.privacy import Milestone, PublishedCell, Rule, Tally, mask, not_told, share_words

RULE = Rule(k=11, set_cents=13_000)
QUARTER = Tally(
    name="funds_filled",
    begins_on=date(2026, 1, 1),
    on=date(2026, 3, 31),
    opened_on=date(2026, 1, 5),
    count=11,
    cents={"designated_cents": 143_000},
    touched=11,
    room_cents=400_000,
)
NEXT = replace(QUARTER, begins_on=date(2026, 4, 1), on=date(2026, 6, 30), room_cents=300_000)
TOLD = Milestone(on=date(2026, 3, 31), count=11, cents={"designated_cents": 143_000})


def _values(cells: object) -> list[object]:
    assert isinstance(cells, dict)
    return [cell.value for cell in cells.values()]


def test_eleven_are_told_with_their_money() -> None:
    masked = mask(QUARTER, [], rule=RULE)
    assert _values(masked.stands) == [11, 143_000]
    assert _values(masked.steps) == [11, 143_000]
    assert masked.told == TOLD


@pytest.mark.parametrize("count", range(1, 11))
def test_one_to_ten_are_not_told_and_neither_is_their_money(count: int) -> None:
    few = replace(QUARTER, count=count, cents={"designated_cents": count * 13_000}, touched=count)
    masked = mask(few, [], rule=RULE)
    assert _values(masked.stands) == [None, None] == _values(masked.steps)
    assert {cell.reason for cell in masked.stands.values()} == {"few"}
    assert masked.told is None


def test_none_is_told_where_the_money_would_have_been_enough_for_eleven() -> None:
    none = replace(QUARTER, count=0, cents={"designated_cents": 0}, touched=0)
    assert _values(mask(none, [], rule=RULE).stands) == [0, 0]


def test_none_is_silent_where_the_gifts_would_say_how_many_hidden_ones_are() -> None:
    none = replace(QUARTER, count=0, cents={"designated_cents": 0}, touched=0, room_cents=20_000)
    assert _values(mask(none, [], rule=RULE).stands) == [None, None]
    assert _values(mask(replace(none, room_cents=0), [], rule=RULE).stands) == [0, 0]


def test_a_small_step_keeps_the_last_figure_with_its_day() -> None:
    grown = replace(NEXT, count=12, cents={"designated_cents": 156_000}, touched=1)
    masked = mask(grown, [TOLD], rule=RULE)
    assert [(cell.value, cell.until) for cell in masked.stands.values()] == [(11, TOLD.on), (143_000, TOLD.on)]
    assert _values(masked.steps) == [None, None]
    assert masked.told is None


def test_a_quarter_that_was_passed_over_merges_with_the_next() -> None:
    third = replace(
        NEXT, begins_on=date(2026, 7, 1), on=date(2026, 9, 30), count=22, cents={"designated_cents": 286_000}
    )
    masked = mask(third, [TOLD], rule=RULE)
    step = masked.steps["funds_filled"]
    assert (step.value, step.since, step.until) == (11, date(2026, 4, 1), date(2026, 9, 30))
    again = replace(NEXT, count=22, cents={"designated_cents": 286_000})
    assert masked.told is not None
    assert mask(again, [TOLD, masked.told], rule=RULE).told is None


def test_a_published_day_is_never_told_differently() -> None:
    corrected = replace(QUARTER, count=30, cents={"designated_cents": 390_000}, touched=30)
    assert mask(corrected, [TOLD], rule=RULE).told == TOLD


def test_the_rest_of_a_whole_is_a_count_too() -> None:
    clothed = replace(QUARTER, name="children_clothed", count=20, cents={"spent_cents": 260_000}, touched=20)
    assert mask(replace(clothed, beside=25), [], rule=RULE).told is None
    assert mask(replace(clothed, beside=20), [], rule=RULE).told is not None
    assert mask(replace(clothed, beside=31), [], rule=RULE).told is not None


def test_a_count_hides_with_the_figure_it_would_disclose() -> None:
    waiting = replace(QUARTER, name="waiting", count=40, cents={}, touched=None, companion_told=False)
    cell = mask(waiting, [], rule=RULE).stands["waiting"]
    assert (cell.value, cell.reason) == (None, "together")


def test_what_waits_moves_by_eleven_or_keeps_its_day() -> None:
    waiting = replace(QUARTER, name="waiting", count=40, cents={}, touched=None)
    told = mask(waiting, [], rule=RULE).told
    assert told is not None
    later = replace(waiting, begins_on=NEXT.begins_on, on=NEXT.on, count=33)
    cell = mask(later, [told], rule=RULE).stands["waiting"]
    assert (cell.value, cell.until) == (40, QUARTER.on)
    assert mask(replace(later, count=29), [told], rule=RULE).stands["waiting"].value == 29


def test_money_spent_again_on_few_funds_is_not_told() -> None:
    more = replace(NEXT, cents={"designated_cents": 150_000}, touched=2)
    assert mask(more, [TOLD], rule=RULE).told is None


def test_only_the_mask_makes_a_published_cell() -> None:
    with pytest.raises(TypeError, match=r"privacy\.mask alone"):
        PublishedCell(value=7, reason=None, since=None, until=None, seal=object())
    assert not_told("unpublished").value is None


def test_the_mask_can_be_raised_but_not_lowered() -> None:
    assert mask(QUARTER, [], rule=Rule(k=12, set_cents=13_000)).told is None
    with pytest.raises(ValueError, match="at least 11"):
        Rule(k=10, set_cents=13_000)


@pytest.mark.parametrize(
    ("part", "words"), [(0, "under 5 %"), (4, "under 5 %"), (5, "5 %"), (95, "95 %"), (96, "over 95 %")]
)
def test_the_ends_of_a_share_are_blurred(part: int, words: str) -> None:
    assert share_words(part, 100) == words
    assert share_words(0, 0) == "–"
