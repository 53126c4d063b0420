"""Room: reporting. The periods a report may have: calendar years and quarters, never a free range (S6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from donations.errors import FieldRefusedError

_PERIOD = re.compile(r"(20[0-9]{2})(?:-Q([1-4]))?", re.ASCII)
_QUARTER_MONTHS = 3
_DECEMBER = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A year or a quarter in days of the book's zone, both ends included."""

    name: str
    first_on: date
    last_on: date

    @property
    def words(self) -> str:
        """Return the period as a heading says it, e.g. "2026" or "the fourth quarter of 2026"."""
        if "-Q" not in self.name:
            return self.name
        ordinal = ("first", "second", "third", "fourth")[int(self.name[-1]) - 1]
        return f"the {ordinal} quarter of {self.first_on.year}"

    def months(self) -> Iterator[date]:
        """Yield the first day of each month."""
        for month in range(self.first_on.month, self.last_on.month + 1):
            yield date(self.first_on.year, month, 1)


def parse_period(text: str) -> Period:
    """Return the period "2026" or "2026-Q4"; refuses every other spelling (`FieldRefusedError`)."""
    found = _PERIOD.fullmatch(text)
    if found is None:
        raise FieldRefusedError("Write the period as a year or a quarter, like 2026 or 2026-Q4.", field="period")
    year = int(found[1])
    if found[2] is None:
        return year_period(year)
    first_month = _QUARTER_MONTHS * (int(found[2]) - 1) + 1
    return Period(
        name=text, first_on=date(year, first_month, 1), last_on=_last_day(year, first_month + _QUARTER_MONTHS - 1)
    )


def year_period(year: int) -> Period:
    """Return a calendar year."""
    return Period(name=str(year), first_on=date(year, 1, 1), last_on=date(year, 12, 31))


def month_period(day: date) -> Period:
    """Return the calendar month a day lies in; for donors' notes, no report is named so (S9)."""
    return Period(name=f"{day:%Y-%m}", first_on=day.replace(day=1), last_on=_last_day(day.year, day.month))


def quarter_of(day: date) -> Period:
    """Return the quarter a day lies in."""
    return parse_period(f"{day.year}-Q{(day.month - 1) // _QUARTER_MONTHS + 1}")


def _last_day(year: int, month: int) -> date:
    following = date(year + 1, 1, 1) if month == _DECEMBER else date(year, month + 1, 1)
    return following - timedelta(days=1)
