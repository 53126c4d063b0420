"""Room: facts. How a document that the law would not accept is refused: every wrong field named, in plain words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from receipts.numbers import parse_number

NAME_MAX: Final = 120
LINE_MAX: Final = 200
PARAGRAPH_MAX: Final = 1_200
CENTS_MAX: Final = 10**11
_MARKS_MAX = 2
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})
_VERIFY_URL = re.compile(r"https?://[a-z0-9.:\[\]-]{1,120}/v/[0-9a-f]{32}", re.ASCII)


class DocumentRefusedError(ValueError):
    """A document that must not exist; `fields` names what is wrong with it, `sentence` says so in plain words."""

    def __init__(self, document: str, wrong: dict[str, str]) -> None:
        self.document = document
        self.wrong = dict(wrong)
        self.fields = tuple(wrong)
        self.sentence = f"This {document} cannot be issued: " + "; ".join(f"{k} {v}" for k, v in wrong.items()) + "."
        super().__init__(self.sentence)


def text_fault(value: object, *, limit: int = LINE_MAX) -> str | None:
    """Return why this text cannot stand on a document, or None: one line, NFC, visible, no control of direction."""
    if not isinstance(value, str) or not value.strip():
        return "is missing"
    if len(value) > limit:
        return f"is longer than {limit} characters"
    if value != value.strip() or not unicodedata.is_normalized("NFC", value):
        return "is not normalised"
    if value.isascii() and value.isprintable():
        # The common case, answered without asking Unicode about each character.
        return None
    if any(
        character in _BIDI_CONTROLS or unicodedata.category(character) in _REFUSED_CATEGORIES for character in value
    ):
        return "holds a character that cannot be printed"
    return "holds too many combining marks" if _longest_pile(value) > _MARKS_MAX else None


def year_of(day: object) -> int | None:
    """Return the year of a day, or None for anything else."""
    return day.year if isinstance(day, date) else None


def _each(values: object) -> Iterator[object]:
    return iter(values) if isinstance(values, tuple) else iter(())


def _longest_pile(value: str) -> int:
    longest = pile = 0
    for character in value:
        pile = pile + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        longest = max(longest, pile)
    return longest


@dataclass(slots=True)
class Faults:
    """Collects what is wrong with one document, so that a refusal names every field at once."""

    document: str
    wrong: dict[str, str] = field(default_factory=dict)

    def unless(self, good: object, name: str, why: str) -> None:
        """Note a fault unless `good`; the first fault of a field is the one that is told."""
        if not good:
            self.wrong.setdefault(name, why)

    def text(self, name: str, value: object, *, limit: int = LINE_MAX, may_be_empty: bool = False) -> None:
        """Note a text that is missing (unless it may be empty), too long or unprintable."""
        if may_be_empty and value == "":
            return
        why = text_fault(value, limit=limit)
        self.unless(why is None, name, why or "")

    def texts(self, name: str, values: object, *, most: int, limit: int = LINE_MAX) -> None:
        """Note a tuple of texts with too many entries or a wrong one."""
        self.rows(name, values, str, bounds=(0, most))
        for value in _each(values):
            self.text(name, value, limit=limit)

    def spelt(self, name: str, value: object, pattern: re.Pattern[str], why: str) -> None:
        """Note a text that does not match the whole pattern; an absent one is told as missing."""
        self.unless(value, name, "is missing")
        self.unless(isinstance(value, str) and pattern.fullmatch(value), name, why)

    def made_of(self, name: str, value: object, shape: type, why: str = "is missing") -> None:
        """Note a part that is not of its shape."""
        self.unless(isinstance(value, shape), name, why)

    def rows(self, name: str, values: object, shape: type, *, bounds: tuple[int, int]) -> None:
        """Note anything but a tuple of such parts, as many as the bounds allow."""
        least, most = bounds
        listed = isinstance(values, tuple) and least <= len(values) <= most
        why = f"must be a list of {least} to {most} parts"
        self.unless(listed and all(isinstance(value, shape) for value in _each(values)), name, why)

    def cents(self, name: str, value: object, *, least: int = 1) -> None:
        """Note an amount that is not a whole number of cents within the book's bounds."""
        whole = isinstance(value, int) and not isinstance(value, bool)
        self.unless(value is not None, name, "is missing")
        self.unless(whole and least <= int(str(value)) <= CENTS_MAX, name, "is not an amount that can be printed")

    def day(self, name: str, value: object) -> None:
        """Note anything but a calendar day."""
        self.unless(value is not None, name, "is missing")
        self.unless(isinstance(value, date) and not isinstance(value, datetime), name, "is not a day")

    def one_of(self, name: str, value: object, choices: Collection[object]) -> None:
        """Note a value outside a closed list."""
        self.unless(value is not None, name, "is missing")
        self.unless(value in choices, name, "is not one of the known words")

    def number(self, name: str, value: object, *, series: str, year: int | None = None) -> None:
        """Note a document number that is misspelt, of another series, or of another year of issue."""
        parts = parse_number(value) if isinstance(value, str) else None
        self.unless(parts is not None and parts.series == series, name, f"is not a number of series {series}")
        if parts is not None and year is not None:
            self.unless(parts.year == year, name, "does not carry the year of issue")

    def instant(self, issued_at: object, issued_on: object) -> None:
        """Note an issue instant that is not UTC, or a day of issue that no zone could make of it."""
        in_utc = isinstance(issued_at, datetime) and issued_at.utcoffset() == timedelta(0)
        self.unless(in_utc, "issued_at", "is not an instant in UTC")
        self.day("issued_on", issued_on)
        if isinstance(issued_at, datetime) and isinstance(issued_on, date):
            near = abs((issued_at.date() - issued_on).days) <= 1
            self.unless(near, "issued_on", "is not the day of the issue")

    def same_sum(self, name: str, total: object, rows: object) -> None:
        """Note a total that is not the sum of the `cents` or `amount_cents` of its rows."""
        cents = [getattr(row, "cents", getattr(row, "amount_cents", None)) for row in _each(rows)]
        whole = [each for each in cents if isinstance(each, int)]
        self.unless(len(whole) == len(cents) and sum(whole) == total, name, "is not the sum of its parts")

    def verify_url(self, value: object) -> None:
        """Note an address that is not `…/v/<32 hex digits>`; nothing personal, no number, no amount may be in it."""
        self.spelt("verify_url", value, _VERIFY_URL, "is not an address of the verification page")

    def refuse(self) -> None:
        """Raise `DocumentRefusedError` if anything was noted."""
        if self.wrong:
            raise DocumentRefusedError(self.document, self.wrong)
