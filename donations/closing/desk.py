"""Room: closing. The door of the year's end: what the page asks, and what one person asks another to approve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from donations import approvals
from donations.approvals import Request
from donations.audit_log import Actor
from donations.clock import day_in_zone
from donations.closing.locking import refuse_unready
from donations.closing.looking import look_at_year
from donations.closing.obstacle import YearEnd
from donations.database import Database
from donations.errors import FieldRefusedError
from donations.ports import Clock
from donations.settings import Settings

_HALF_A_YEAR: Final = timedelta(days=183)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEndDesk:
    """Tells what stands in the way of closing a year, and takes the wish that it be closed."""

    database: Database
    clock: Clock
    settings: Settings

    def look(self, year: int) -> YearEnd:
        """Return what stands in the way now; raises `FieldRefusedError` for a fiscal year of other days."""
        with self.database.read() as session:
            return look_at_year(session, self.settings, year, now=self.clock.now())

    def ask_close(self, actor: Actor, year: int) -> str:
        """Freeze the request that a year be closed as it stands and return its reference.

        Raises `FieldRefusedError` while something blocks, and for a year that is closed.
        """
        now = self.clock.now()

        def ask(session: Session) -> str:
            found = look_at_year(session, self.settings, year, now=now)
            refuse_unready(found)
            if found.closed:
                raise FieldRefusedError(f"{year} is closed already.", field="year")
            wish = Request(act="close_year", subject=str(year), content=found.content)
            return approvals.request(session, actor, wish, now=now)

        return self.database.write(ask)

    def waiting_request(self, year: int) -> str | None:
        """Return the reference of the request that waits to close a year, if one does."""
        with self.database.read() as session:
            waiting = approvals.list_requests(session, now=self.clock.now(), waiting_only=True)
        return next((one.reference for one in waiting if (one.act, one.subject) == ("close_year", str(year))), None)

    def nearest_year(self) -> int:
        """Return the year whose end is nearest: last year until June, then this one."""
        return (day_in_zone(self.clock.now(), self.settings.zone) - _HALF_A_YEAR).year
