"""Room: numbers. The numbers of documents, with a check digit that finds a slip of the pen (tax rules §6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, cast

Series = Literal["R", "S", "N", "L"]
SERIES: Final[tuple[Series, ...]] = ("R", "S", "N", "L")
YEAR_MIN, YEAR_MAX = 2000, 9999
_NUMBER = re.compile(r"([RSNL])-([0-9]{4})-([0-9]{6,15})-([0-9])", re.ASCII)
_DIGITS_MIN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentNumber:
    """A number taken apart: its series, the year of issue and its place in that gapless row."""

    series: Series
    year: int
    n: int


def format_number(series: str, year: int, n: int) -> str:
    """Return e.g. `R-2026-000123-0`; an unknown series, a year or n outside its range is a ValueError."""
    if series not in SERIES or not YEAR_MIN <= year <= YEAR_MAX or n < 1:
        raise ValueError("a document number needs a known series, a year of four digits and n of at least 1")
    place = f"{n:0{_DIGITS_MIN}d}"
    return f"{series}-{year}-{place}-{check_digit(f'{ord(series):02d}{year}{place}')}"


def parse_number(text: str) -> DocumentNumber | None:
    """Return the parts of a number whose spelling and check digit are right, or None."""
    found = _NUMBER.fullmatch(text)
    if found is None or int(found[2]) < YEAR_MIN or int(found[3]) == 0:
        return None
    parts = DocumentNumber(series=cast("Series", found[1]), year=int(found[2]), n=int(found[3]))
    return parts if format_number(parts.series, parts.year, parts.n) == text else None


def is_valid_number(text: str) -> bool:
    """Return whether the text is a number this house could have given; not whether it did."""
    return parse_number(text) is not None


def check_digit(digits: str) -> int:
    """Return the check digit of ISO 7064 MOD 11,10 over ASCII digits."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10
