"""Room: web. The desk of a year's statements: all asked for at once, a sample looked at, then mailed and printed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from donations import archive, audit_log, reporting
from donations.audit_log import Actor
from donations.clock import day_in_zone
from donations.database import Database
from donations.errors import FieldRefusedError, NotFoundError
from donations.ports import Clock, Files
from donations.reporting.statement_rounds import SEEN, Progress, Round, refuse_unseen
from donations.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDesk:
    """Owes what the worker then does page by page; every wish and every look is in the audit log."""

    database: Database
    clock: Clock
    settings: Settings
    files: Files

    def look(self, year: int) -> Progress:
        """Return how far a year's statements are."""
        with self.database.read() as session:
            return reporting.read_progress(session, year)

    def is_over(self, year: int) -> bool:
        """Tell whether a year's last day is past, by the organisation's own clock."""
        return year < day_in_zone(self.clock.now(), self.settings.zone).year

    def ask(self, actor: Actor, year: int) -> None:
        """Have every statement that is missing or no longer tells what stands issued; asked twice is asked once."""
        self._refuse_unfinished(year)
        self.database.write(lambda session: self._begin(session, actor, "ask_statements", year))

    def mail(self, actor: Actor, year: int) -> None:
        """Have each printed statement mailed, once; raises `FieldRefusedError` to who has looked at no sample."""
        self._refuse_unfinished(year)

        def begin(session: Session) -> None:
            if not reporting.read_progress(session, year).is_made:
                raise FieldRefusedError("The statements of this year are not all made yet.", field="year")
            refuse_unseen(session, year, actor.reference)
            self._begin(session, actor, "mail_statements", year)

        self.database.write(begin)

    def see(self, actor: Actor, number: str) -> bytes:
        """Return a printed statement and note who looked; raises `NotFoundError`."""

        def look(session: Session) -> bytes | None:
            receipt = archive.find_document(session, number)
            if receipt.kind != "annual_statement":
                return None
            facts: dict[str, str | int | bool | None] = {"year": receipt.tax_year}
            audit_log.record(session, actor, SEEN, at=self.clock.now(), subject=number, facts=facts)
            return archive.read_printed(session, self.files, number)

        pdf = self.database.write(look)
        if pdf is None:
            raise NotFoundError("There is no printed statement of that number.", field="number")
        return pdf

    def _begin(self, session: Session, actor: Actor, kind: Round, year: int) -> None:
        now = self.clock.now()
        reporting.begin_round(session, kind, year, now=now)
        audit_log.record(session, actor, kind, at=now, subject=str(year), facts={})

    def _refuse_unfinished(self, year: int) -> None:
        if not self.is_over(year):
            raise FieldRefusedError(f"{year} is not over: its statements would leave out what is still to come.")
