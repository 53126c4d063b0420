"""Room: web. The desk of exports: what holds no name is handed out at once, what does only after two people agreed.

No file is kept: what was approved is written afresh when it is fetched, by whoever asked, within three days.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final

from sqlalchemy.orm import Session

from donations import approvals, audit_log, reporting
from donations.approvals import Asked, Request
from donations.audit_log import Actor
from donations.database import Database
from donations.errors import FieldRefusedError
from donations.ports import Clock
from donations.reporting.exports import PERSONAL, formats_of
from donations.settings import Settings

FETCHABLE_FOR: Final = timedelta(hours=72)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which file: what, of which year, in which format."""

    what: str
    year: int
    sheet_format: str

    @property
    def name(self) -> str:
        """Return the name the file is saved under."""
        ending = {"xero": "csv", "beancount": "beancount"}.get(self.sheet_format, self.sheet_format)
        return f"{self.what}-{self.year}.{ending}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportDesk:
    """Hands files to the accountant; every file that leaves is in the audit log."""

    database: Database
    clock: Clock
    settings: Settings

    def ask(self, actor: Actor, wanted: Wanted) -> str:
        """Freeze the wish for a file with names and return its reference; another person approves."""
        _refuse_unknown(wanted)
        content: dict[str, Any] = {"what": wanted.what, "year": wanted.year, "format": wanted.sheet_format}
        wish, now = Request(act="export", subject=wanted.what, content=content), self.clock.now()
        return self.database.write(lambda session: approvals.request(session, actor, wish, now=now))

    def list_fetchable(self, staff_id: int) -> list[Asked]:
        """Return the approved files that this person asked for and may still fetch."""
        now = self.clock.now()
        with self.database.read() as session:
            asked = approvals.list_requests(session, now=now)
        return [one for one in asked if _is_fetchable(one, staff_id, now)]

    def fetch(self, actor: Actor, staff_id: int, reference: str) -> tuple[Wanted, BinaryIO]:
        """Write an approved file and open it; raises `FieldRefusedError` for anyone and anything else."""
        now = self.clock.now()
        with self.database.read() as session:
            asked = approvals.find(session, reference, now=now)
        if not _is_fetchable(asked, staff_id, now):
            raise FieldRefusedError("There is no file under that reference for you to fetch.", field="reference")
        wanted = Wanted(what=asked.content["what"], year=asked.content["year"], sheet_format=asked.content["format"])
        return wanted, self._write(actor, wanted, by=reference)

    def open(self, actor: Actor, wanted: Wanted) -> BinaryIO:
        """Write a file without names and open it; raises `FieldRefusedError` for one that holds them."""
        _refuse_unknown(wanted)
        if wanted.what in PERSONAL:
            raise FieldRefusedError("That file holds names: another person must approve it.", field="what")
        return self._write(actor, wanted, by=None)

    def _write(self, actor: Actor, wanted: Wanted, *, by: str | None) -> BinaryIO:
        now = self.clock.now()
        facts: dict[str, str | int | bool | None] = {"year": wanted.year, "format": wanted.sheet_format, "by": by}

        def note(session: Session) -> None:
            audit_log.record(session, actor, "export_fetched", subject=wanted.what, facts=facts, at=now)

        with _drawer(self.settings.home) as folder:
            out = folder / wanted.name
            reporting.export(
                self.database.read, wanted.what, year=wanted.year, sheet_format=wanted.sheet_format, out=out
            )
            self.database.write(note)
            return out.open("rb")


@contextmanager
def _drawer(home: Path) -> Iterator[Path]:
    """Lend a folder nobody else can read; an open file outlives it, and nothing stays on the disk."""
    with TemporaryDirectory(dir=home, prefix=".export-") as name:
        yield Path(name)


def _refuse_unknown(wanted: Wanted) -> None:
    if wanted.sheet_format not in formats_of(wanted.what):
        raise FieldRefusedError("Please choose one of the files and its formats.", field="what")


def _is_fetchable(asked: Asked, staff_id: int, now: datetime) -> bool:
    return (
        asked.act == "export"
        and asked.state == "done"
        and asked.requested_by_id == staff_id
        and asked.decided_at is not None
        and now - asked.decided_at <= FETCHABLE_FOR
    )
