"""Room: wording. What a donor is told of a gift later on: sentences under a version, cents in outfit sets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from receipts.wording.figures import month_name, whole_dollars
from receipts.wording.sentences import FUND_NAME
from receipts.wording.words import Language

MONTH_NOTE_VERSION: Final = "month-note-2026-1"
"""The newest text; none goes out by mail before the charity names the version that its counsel approved."""
ITEM_NAMES: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "outfit": "outfits",
        "shoes": "shoes",
        "socks": "socks",
        "underwear": "underwear",
        "coat": "winter coats",
    },
    "es": {
        "outfit": "conjuntos de ropa",
        "shoes": "zapatos",
        "socks": "calcetines",
        "underwear": "ropa interior",
        "coat": "abrigos de invierno",
    },
}
"""The items of an outfit set, in the order in which they are told."""
CARD_PIECES: Final = 9
"""Pieces on the clothesline of one set: five outfits, shoes, socks, the bundle of underwear, the coat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthNote:
    """The sentences of one version, never edited once it was used."""

    filled: str
    used: str
    may_move: str


MONTH_NOTES: Final[Mapping[str, Mapping[Language, MonthNote]]] = {
    "month-note-2026-1": {
        "en": MonthNote(
            filled="In {months} the {fund} filled {count} clothing funds.",
            used="{legal_name} has since used {amount} of your gift: {sets}.",
            may_move="We may still move money that is not yet spent.",
        ),
        "es": MonthNote(
            filled="En {months} el {fund} llenó {count} fondos de ropa.",
            used="Desde entonces, {legal_name} ha usado {amount} de su donación: {sets}.",
            may_move="Todavía podemos mover el dinero que aún no se ha gastado.",
        ),
    },
}


def sets_words(cents: int, set_price_cents: int, language: Language = "en") -> str:
    """Return cents in outfit sets: "one whole set, and $70 towards another", or "$70 towards a whole set"."""
    whole, rest = divmod(cents, set_price_cents)
    money = whole_dollars(rest)
    if language == "es":
        if not whole:
            return f"{money} para un conjunto completo"
        sets = "un conjunto completo" if whole == 1 else f"{whole:,} conjuntos completos"
        return f"{sets}, y {money} para otro" if rest else sets
    if not whole:
        return f"{money} towards a whole set"
    sets = "one whole set" if whole == 1 else f"{whole:,} whole sets"
    return f"{sets}, and {money} towards another" if rest else sets


def months_words(since: date, through: date, language: Language = "en") -> str:
    """Return "October 2026" or "octubre de 2026", or from which month to which."""
    of, to = (" de ", " a ") if language == "es" else (" ", " to ")
    last = f"{month_name(through, language)}{of}{through.year}"
    if (since.year, since.month) == (through.year, through.month):
        return last
    first = month_name(since, language)
    return f"{first}{to}{last}" if since.year == through.year else f"{first}{of}{since.year}{to}{last}"


def items_words(items: Collection[str], language: Language = "en") -> str:
    """Return the items of the set that were bought, as one enumeration; empty where none is told."""
    named = [name for item, name in ITEM_NAMES[language].items() if item in items]
    return (" y " if language == "es" else " and ").join(filter(None, (", ".join(named[:-1]), *named[-1:])))


def filled_sentence(count: int, months: str, version: str = MONTH_NOTE_VERSION, *, language: Language = "en") -> str:
    """Return how many clothing funds were filled in these months."""
    return MONTH_NOTES[version][language].filled.format(months=months, fund=FUND_NAME, count=f"{count:,}")


def used_sentence(used: str, sets: str, legal_name: str, version: str, *, language: Language = "en") -> str:
    """Return how much of the donor's gift has been used, in money and in sets as they are written."""
    return MONTH_NOTES[version][language].used.format(legal_name=legal_name, amount=used, sets=sets)


def may_move_sentence(version: str = MONTH_NOTE_VERSION, *, language: Language = "en") -> str:
    """Return that what is not yet spent is not yet settled either."""
    return MONTH_NOTES[version][language].may_move


def picture_name(cents: int, set_price_cents: int) -> str:
    """Return the name of the picture of these cents without the amount: whole sets and ninths of another, "1-4"."""
    whole, rest = divmod(cents, set_price_cents)
    return f"{whole}-{rest * CARD_PIECES // set_price_cents}"
