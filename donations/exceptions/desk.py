"""Room: exceptions. The door of the list: what the page and the command ask."""

from __future__ import annotations

from dataclasses import dataclass

from donations.database import Database
from donations.exceptions.listing import Summary, summary
from donations.ports import Clock
from donations.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksDesk:
    """Tells what needs a person."""

    database: Database
    clock: Clock
    settings: Settings

    def look(self) -> Summary:
        """Return everything that needs a person now, the gravest first."""
        with self.database.read() as session:
            return summary(session, self.settings, now=self.clock.now())
