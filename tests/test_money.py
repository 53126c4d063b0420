from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donations.money import format_decimal, format_dollars, offer_fee_cover, parse_dollars, split_by_largest_remainder

_HOSTILE = (
    "",
    " ",
    "130 ",
    " 130",
    "130\n",
    "\u00a0130",
    "+130",
    "-130",
    "−130",
    "130.",
    "130.0",
    "130.000",
    ".50",
    "130,00",
    "1,300",
    "1_000",
    "1e3",
    "0x82",
    "NaN",
    "nan",
    "Infinity",
    "inf",
    "$130",
    "130 USD",
    "1300000",
    "9" * 5_000,
    "٣",
    "١٣٠",
    "\uff11\uff13\uff10",
    "१३०",
    "²",
    "½",
    "130\x00",
    "\u202e031",
    "130.\u0660\u0660",
)


@pytest.mark.parametrize("text", _HOSTILE, ids=ascii)
def test_any_other_spelling_of_an_amount_is_no_amount(text: str) -> None:
    assert parse_dollars(text) is None


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("130", 13_000),
        ("130.00", 13_000),
        ("5.05", 505),
        ("0.01", 1),
        ("0", 0),
        ("007", 700),
        ("999999.99", 99_999_999),
    ],
)
def test_an_amount_is_read_as_whole_cents(text: str, cents: int) -> None:
    assert parse_dollars(text) == cents


@given(st.text())
def test_no_text_breaks_the_reading_of_an_amount(text: str) -> None:
    cents = parse_dollars(text)
    assert cents is None or (text.isascii() and 0 <= cents < 10**8)


@given(st.integers(0, 99_999_999))
def test_what_is_written_as_a_decimal_is_read_as_the_same_cents(cents: int) -> None:
    assert parse_dollars(format_decimal(cents)) == cents


@pytest.mark.parametrize(
    ("cents", "text"), [(123_450, "$1,234.50"), (-5, "-$0.05"), (0, "$0.00"), (10**11, "$1,000,000,000.00")]
)
def test_dollars_are_written_the_same_in_every_locale(cents: int, text: str) -> None:
    assert format_dollars(cents) == text


def test_a_decimal_has_no_thousands_mark() -> None:
    assert (format_decimal(123_450), format_decimal(-1)) == ("1234.50", "-0.01")


def test_the_cover_of_100_dollars_is_3_dollars_30() -> None:
    assert offer_fee_cover(10_000, basis_points=290, fixed_cents=30) == 330


@given(amount=st.integers(50, 200_000), points=st.integers(0, 1_000), fixed=st.integers(0, 1_000))
def test_the_cover_offered_is_the_smallest_that_pays_the_fee_of_both(amount: int, points: int, fixed: int) -> None:
    cover = offer_fee_cover(amount, basis_points=points, fixed_cents=fixed)
    assert cover == next(f for f in range(amount + 2 * fixed + 2) if f >= _fee(amount + f, points, fixed))


def _fee(cents: int, points: int, fixed: int) -> int:
    whole, rest = divmod(cents * points, 10_000)
    return whole + (rest >= 5_000) + fixed


@given(cents=st.integers(0, 10**11), weights=st.lists(st.integers(0, 10**6), min_size=1).filter(any))
def test_parts_add_up_to_the_whole_and_none_is_a_cent_unfair(cents: int, weights: list[int]) -> None:
    parts = split_by_largest_remainder(cents, weights)
    assert sum(parts) == cents
    assert all(
        abs(part * sum(weights) - cents * weight) < sum(weights) for part, weight in zip(parts, weights, strict=True)
    )


def test_the_odd_cent_goes_to_the_first_of_equals() -> None:
    assert split_by_largest_remainder(100, [1, 1, 1]) == [34, 33, 33]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [3, -1]])
def test_nothing_is_split_by_weights_that_mean_nothing(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split_by_largest_remainder(100, weights)
