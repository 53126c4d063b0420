"""Room: rules/us. What is said to a donor who asks how much can be deducted: never a figure of their own (R25)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from receipts.rules.us.thresholds import Threshold
from receipts.wording import whole_dollars

_CAPS: Final = ("non_itemizer_cap", "non_itemizer_cap_joint")


def deduction_note(year: int, rows: Collection[Threshold]) -> tuple[str, ...]:
    """Return the sentences of the note; the year's caps stand in it once a named person has verified both."""
    said = [
        "Your gift is deductible to the extent allowed by law.",
        "How much that is depends on your own tax return: the law sets floors and limits that change with the year.",
    ]
    caps = [row.cents for rule in _CAPS for row in rows if (row.rule, row.year, row.verified) == (rule, year, True)]
    if len(caps) == len(_CAPS):
        alone, together = map(whole_dollars, caps)
        said.append(
            f"For {year}, people who do not itemize may deduct up to {alone} of gifts of money, "
            f"or {together} on a joint return."
        )
    said.append("We do no arithmetic with your taxes: please ask your tax adviser, and show them your receipt.")
    return tuple(said)
