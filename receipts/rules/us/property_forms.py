"""Room: rules/us. Forms that follow property: who signs 8283, and when the charity owes 8282 (tax rules R12, R13).

A reminder is the careful side, so it rests on the newest figure, whether somebody has verified it or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from receipts.rules.us.thresholds import Threshold, all_thresholds

_SECTION_B: Final = "form_8283_section_b"
_WATCHED_YEARS: Final = 3
_DAYS: Final = timedelta(days=125)
"""Form 8282, instructions: within 125 days of disposing of it within three years of its receipt (unverified)."""


def may_want_signature(value_cents: int, given_on: date, own: Sequence[Threshold] = ()) -> bool:
    """Tell whether the donor may ask us to sign Form 8283, Section B: property claimed at more than its threshold.

    `value_cents` is what our own book holds of all such property of one donor and year; what the donor claims is
    theirs to say, and no document tells either.
    """
    rows = [row for row in all_thresholds(own) if row.rule == _SECTION_B and row.year <= given_on.year]
    return bool(rows) and value_cents > max(rows, key=lambda row: row.year).cents


def form_8282_due_on(came_on: date, out_on: date) -> date | None:
    """Return by when Form 8282 is due for property signed for and disposed of, or None after three years.

    What is given out for the charity's own purpose, for nothing, is excepted: do not ask for it.
    """
    try:
        last = came_on.replace(year=came_on.year + _WATCHED_YEARS)
    except ValueError:  # The 29th of February.
        last = date(came_on.year + _WATCHED_YEARS, 3, 1)
    return out_on + _DAYS if out_on <= last else None
