"""Room: languages. Sentences that the book wrote in English and a report froze, figures and all, in a language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Final

from babel.dates import format_skeleton

from donations.languages.catalogs import ENGLISH, read_catalog
from receipts import wording
from receipts.wording import Language

_HEADLINE: Final = (
    "In %(period)s, %(gifts)s brought %(cents)s to the Children's Clothing Fund. Fees of %(operations)s were paid by "
    "operations and %(children)s by the fund."
)
_MASK: Final = (
    "One set stands for one child, so money counts children. No count below %(k)s is told, nor any sum or step that "
    "would disclose one; figures move only in steps of %(k)s or more."
)
_CAPS: Final = (
    "For %(year)s, people who do not itemize may deduct up to %(alone)s of gifts of money, "
    "or %(together)s on a joint return."
)
WRITTEN: Final = (
    _HEADLINE,
    _HEADLINE + " From %(since)s to %(until)s, %(spent)s clothed %(clothed)s children.",
    " ".join(wording.ask(0)).replace(wording.whole_dollars(0), "%(price)s"),
    "Gifts that covered their fee: %(share)s.",
    _MASK,
    "The log of what staff did held %(acts)s when this was published; its last link is %(hash)s.",
    "told from %(since)s to %(until)s, not for this time alone",
    "fewer than %(k)s",
    "hidden with a figure it would disclose",
    "1 gift",
    "%(number)s gifts",
    "under %(share)s %%",
    "over %(share)s %%",
    "the first quarter of %(year)s",
    "the second quarter of %(year)s",
    "the third quarter of %(year)s",
    "the fourth quarter of %(year)s",
    _CAPS,
)
"""As `reporting` and the rules write them, with places for what they fill in; a test holds that they still do."""
_PLACE: Final = re.compile(r"%\((\w+)\)s")
_MONTHS: Final = {date(2000, month, 1).strftime("%B"): month for month in range(1, 13)}


def read_sentence(text: str, language: Language) -> str | None:
    """Return a sentence of the book in a language; None where it only exists in English."""
    if language == ENGLISH:
        return text
    catalog = read_catalog(language)
    if text in catalog:
        return catalog[text]
    month = _month(text, language)
    return month if month is not None else _filled(text, catalog, language)


def _month(text: str, language: Language) -> str | None:
    name, _, year = text.partition(" ")
    if name not in _MONTHS or not year.isdecimal():
        return None
    return str(format_skeleton("yMMMM", date(int(year), _MONTHS[name], 1), locale=f"{language}_US"))


def _filled(text: str, catalog: Mapping[str, str], language: Language) -> str | None:
    for message in WRITTEN:
        found = _pattern(message).fullmatch(text)
        if found is not None and message in catalog:
            values = {name: read_sentence(value, language) or value for name, value in found.groupdict().items()}
            return catalog[message] % values
    return None


@cache
def _pattern(message: str) -> re.Pattern[str]:
    """Return what matches a message as it was filled in; a place that comes twice holds the same twice."""
    parts = _PLACE.split(message)
    seen: set[str] = set()
    pattern = ""
    for position, part in enumerate(parts):
        if position % 2 == 0:
            pattern += re.escape(part.replace("%%", "%"))
        elif part in seen:
            pattern += f"(?P={part})"
        else:
            seen.add(part)
            pattern += f"(?P<{part}>.+?)"
    return re.compile(pattern)
