"""Room: erasure. Who is to be erased, and what of theirs must still be kept, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

ERASED: Final = "Erased donor"
"""What stands where a name stood."""

Reason = Literal["on_its_way", "held", "disputed", "going_back", "term"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """All rows that are one donor's: their ids alone, and the case-folded addresses they came under."""

    addresses: tuple[str, ...]
    donors: tuple[int, ...]
    gifts: tuple[int, ...]
    pledges: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of a person, counted by why."""

    tax_records: int = 0
    """Gifts whose papers the law wants kept."""
    until_year: int | None = None
    """Its 31 December is the last day of the longest term."""
    retention_years: int = 0
    on_its_way: int = 0
    held: int = 0
    disputed: int = 0
    going_back: int = 0
    pledges: int = 0
    """Monthly gifts that still run: what was written on them goes when they end."""

    @property
    def is_nothing(self) -> bool:
        """Tell whether nothing at all is kept."""
        return not (self.tax_records or self.on_its_way or self.held or self.is_postponed or self.pledges)

    @property
    def is_postponed(self) -> bool:
        """Tell whether a dispute or money on its way back postpones the term itself."""
        return bool(self.disputed or self.going_back)
