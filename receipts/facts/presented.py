"""Room: facts. What the donor paid in another currency is what was given; dollars beside it inform (R28)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from receipts.facts.faults import Faults
from receipts.wording.currencies import CURRENCY, write_amount

_RATE: Final = re.compile(r"(?!0+(\.0+)?\Z)[0-9]{1,9}(\.[0-9]{1,12})?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedAmount:
    """An amount in the currency the donor paid in, in its own smallest unit, and how dollars were made of it."""

    currency: str
    """Three letters (ISO 4217), never USD: that is an amount in cents."""
    minor_units: int
    rate: str
    """US dollars that reached us for one unit of the currency: "1.08"."""
    converted_on: date
    source: str
    """Who exchanged it."""
    returned_minor_units: int = 0
    """What of the gift went back, and is no longer part of the amount."""

    def __post_init__(self) -> None:
        """Refuse an amount without its currency, or dollars that nobody can reckon after us."""
        faults = Faults("presented amount")
        faults.spelt("currency", self.currency, CURRENCY, "is not a currency of three letters")
        faults.unless(self.currency != "USD", "currency", "is the dollar, which needs no exchange")
        faults.cents("minor_units", self.minor_units)
        faults.spelt("rate", self.rate, _RATE, "is not a rate of exchange")
        faults.day("converted_on", self.converted_on)
        faults.text("source", self.source)
        faults.cents("returned_minor_units", self.returned_minor_units, least=0)
        faults.refuse()

    @property
    def text(self) -> str:
        """Return the amount as it is written."""
        return write_amount(self.minor_units, self.currency)

    @property
    def paid_text(self) -> str:
        """Return all that was once paid, as it is written."""
        return write_amount(self.minor_units + self.returned_minor_units, self.currency)

    @property
    def returned_text(self) -> str:
        """Return what went back as it is written."""
        return write_amount(self.returned_minor_units, self.currency)
