"""Benchmarks: an envelope of fifty cheques. What a person types for each, and what the house takes for its line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

KEYS_A_SECOND: Final = 5
"""A slow hand: 60 words a minute; somebody who copies figures from paper."""
TEN_MINUTES: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Cheque:
    """What is written on a cheque and its envelope, as it is typed."""

    number: str
    amount: str
    name: str
    postmark: str
    """As a browser of the United States takes it: month, day and year without anything between."""

    @property
    def keys(self) -> int:
        """Return how many keys its line wants: its characters, a Tab between two fields, and Enter."""
        told = (self.number, self.amount, self.name, self.postmark)
        return sum(map(len, told)) + len(told)


_FIRST: Final = ("Ada", "Bea", "Cleo", "Dorothea", "Evangeline", "Francis", "Guadalupe", "Hal", "Ines", "Jonathan")
_LAST: Final = ("Example", "Otherwise", "Quintanilla", "Smith", "van der Berg")
CHEQUES: Final = tuple(
    Cheque(
        number=str(1001 + 7 * n),
        amount=f"{25 + 5 * n}.00",
        name=f"{_FIRST[n % 10]} {_LAST[n // 10]}",
        postmark="11202026",
    )
    for n in range(50)
)
