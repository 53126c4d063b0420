"""Room: wording. Money and days as they are written, by no locale of the machine."""

from __future__ import annotations

from datetime import date
from typing import Final

from receipts.wording.words import Language

_MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "es": (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
}


def dollars(cents: int) -> str:
    """Return "$1,234.50" for 123450 and "-$0.05" for -5, the same in every locale."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${whole:,}.{rest:02d}"


def whole_dollars(cents: int) -> str:
    """Return "$130" for 13000, and the cents as well where there are any."""
    return dollars(cents).removesuffix(".00")


def decimal(cents: int) -> str:
    """Return "130.00" for 13000: the decimal string of `receipt.json`."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d}"


def month_name(day: date, language: Language = "en") -> str:
    """Return "November" or "noviembre", the same in every locale."""
    return _MONTHS[language][day.month - 1]


def long_day(day: date, language: Language = "en") -> str:
    """Return "November 22, 2026" or "22 de noviembre de 2026", the same in every locale."""
    month = month_name(day, language)
    return f"{day.day} de {month} de {day.year}" if language == "es" else f"{month} {day.day}, {day.year}"
