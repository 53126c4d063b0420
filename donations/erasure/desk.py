"""Room: erasure. The desk of the staff: who wrote to be forgotten is forgotten as if they had asked at /me."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from donations.audit_log import Actor
from donations.database import Database
from donations.erasure.asking import ask_erasure, preview_erasure
from donations.erasure.facts import Kept
from donations.erasure.finding import person_of_donor
from donations.erasure.register import reapply, reapply_files
from donations.ports import Clock, Files
from donations.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureDesk:
    """Where the staff erases a donor who asked, and an operator applies the register after a restore."""

    database: Database
    clock: Clock
    settings: Settings
    files: Files

    def preview(self, reference: str) -> Kept:
        """Return what would be kept of a donor, and why; raises `NotFoundError`."""
        now = self.clock.now()
        with self.database.read() as session:
            person = person_of_donor(session, reference, until=now)
            return preview_erasure(session, self.settings, person, now=now)

    def erase(self, actor: Actor, reference: str) -> Kept:
        """Erase a donor who asked for it, joined rows too, and return what is kept; raises `NotFoundError`."""
        now = self.clock.now()

        def together(session: Session) -> Kept:
            person = person_of_donor(session, reference, until=now)
            return ask_erasure(session, self.settings, person, actor=actor, now=now)

        return self.database.write(together)

    def reapply(self) -> tuple[int, int]:
        """Apply the register again; return how many wishes were carried out and files looked for."""
        now = self.clock.now()
        made = self.database.write(lambda session: reapply(session, self.settings, now=now))
        with self.database.read() as session:
            return made, reapply_files(session, self.files)
