from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts.numbers import SERIES, check_digit, format_number, is_valid_number, parse_number

numbers = st.builds(format_number, st.sampled_from(SERIES), st.integers(2000, 9999), st.integers(1, 10**9))


def test_the_worked_example_of_the_tax_rules_has_check_digit_0() -> None:
    assert check_digit("822026000123") == 0
    assert format_number("R", 2026, 123) == "R-2026-000123-0"


@given(numbers)
def test_a_number_we_give_is_a_number_we_know(number: str) -> None:
    parts = parse_number(number)
    assert parts is not None
    assert format_number(parts.series, parts.year, parts.n) == number


@given(numbers, st.data())
def test_one_wrong_digit_is_always_found(number: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([i for i, letter in enumerate(number) if letter.isdigit()]))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    assert not is_valid_number(number[:place] + digit + number[place + 1 :])


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader_of_numbers(text: str) -> None:
    assert parse_number(text) is None or is_valid_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "R-2026-000123-1",
        "R-2026-123-0",
        "r-2026-000123-0",
        "R-2026-000123-0 ",
        "R-2026-0000123-0",
        "R-٢٠٢٦-000123-0",
    ],
)
def test_another_spelling_is_not_our_number(text: str) -> None:
    assert not is_valid_number(text)


@pytest.mark.parametrize(("series", "year", "n"), [("X", 2026, 1), ("R", 26, 1), ("R", 2026, 0), ("R", 2026, -1)])
def test_a_number_outside_the_rules_is_never_made(series: str, year: int, n: int) -> None:
    with pytest.raises(ValueError, match="document number"):
        format_number(series, year, n)
