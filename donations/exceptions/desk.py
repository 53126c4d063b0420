"""Room: exceptions. The door of the list: what the page and the command ask."""

from __future__ import annotations

from dataclasses import dataclass

from donations.audit_log import Actor
from donations.database import Database
from donations.exceptions.dealing import Case, deal_with, list_cases
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

    def list_cases(self) -> list[Case]:
        """Return each open alarm, the most urgent first."""
        with self.database.read() as session:
            return list_cases(session)

    def deal_with(self, actor: Actor, kind: str, subject: str) -> None:
        """End an alarm that only a person can end; raises `FieldRefusedError` and `NotFoundError`."""
        now = self.clock.now()
        self.database.write(lambda session: deal_with(session, kind, subject, actor=actor, now=now))
