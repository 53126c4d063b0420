"""Room: wording. Amounts of other currencies as they are written, each with its own number of decimals (ISO 4217)."""

from __future__ import annotations

import re
from typing import Final

_WHOLE: Final = frozenset(
    {
        *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"),
        *("PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
    }
)
_THOUSANDTHS: Final = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_SIGNS: Final = {"EUR": "€", "GBP": "£", "JPY": "¥"}
"""Signs that mean one currency only, and that the fonts of the house hold; a dollar sign would not say whose."""
CURRENCY: Final = re.compile("[A-Z]{3}", re.ASCII)


def decimals_of(currency: str) -> int:
    """Return how many decimals a currency is written with: 2 for EUR, 0 for JPY, 3 for KWD."""
    return 0 if currency in _WHOLE else 3 if currency in _THOUSANDTHS else 2


def minor_decimal(minor_units: int, currency: str) -> str:
    """Return "120.00" for 12000 EUR, "120" for 120 JPY: the decimal string of `receipt.json`."""
    places = decimals_of(currency)
    whole, rest = divmod(minor_units, 10**places)
    return f"{whole}.{rest:0{places}d}" if places else str(whole)


def write_amount(minor_units: int, currency: str) -> str:
    """Return "€1,120.00", "¥120" or "CAD 120.00", the same in every locale; the smallest unit of the currency in."""
    whole, point, rest = minor_decimal(minor_units, currency).partition(".")
    sign = _SIGNS.get(currency, f"{currency} ")
    return f"{sign}{int(whole):,}{point}{rest}"
