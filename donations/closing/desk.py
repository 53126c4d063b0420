"""Room: closing. The door of the year's end: what the page and the command ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from donations.clock import day_in_zone
from donations.closing.looking import look_at_year
from donations.closing.obstacle import YearEnd
from donations.database import Database
from donations.ports import Clock
from donations.settings import Settings

_HALF_A_YEAR: Final = timedelta(days=183)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEndDesk:
    """Tells what stands in the way of closing a year."""

    database: Database
    clock: Clock
    settings: Settings

    def look(self, year: int) -> YearEnd:
        """Return what stands in the way now; raises `FieldRefusedError` for a fiscal year of other days."""
        with self.database.read() as session:
            return look_at_year(session, self.settings, year, now=self.clock.now())

    def nearest_year(self) -> int:
        """Return the year whose end is nearest: last year until June, then this one."""
        return (day_in_zone(self.clock.now(), self.settings.zone) - _HALF_A_YEAR).year
