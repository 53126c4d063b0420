"""Room: web. The desk of exports: what holds no name is handed out at once, what does only after two people agreed.

No file is kept: what was approved is written afresh when it is fetched, by whoever asked, within three days. The set
of statements to print is such a file too; it is handed on piece by piece while it is written.
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

from donations import approvals, archive, audit_log, reporting
from donations.approvals import Asked, Request
from donations.audit_log import Actor
from donations.database import Database
from donations.errors import FieldRefusedError
from donations.ports import Clock, Files
from donations.reporting.exports import PERSONAL, formats_of
from donations.settings import Settings

FETCHABLE_FOR: Final = timedelta(hours=72)
PRINT_SET: Final = ("statements", "zip")
"""The statements of donors who are reached by paper alone."""


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
class Pieces:
    """A file that is written while it is handed out, piece by piece."""

    each: Iterator[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportDesk:
    """Hands files to the accountant; every file that leaves is in the audit log."""

    database: Database
    clock: Clock
    settings: Settings
    files: Files

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

    def ask_print_set(self, actor: Actor, year: int) -> str:
        """Ask for the set of statements to print; raises `FieldRefusedError` while there is none, or it grows."""
        with self.database.read() as session:
            found = reporting.read_progress(session, year)
        if not found.is_made:
            raise FieldRefusedError("The statements of this year are not all made yet.", field="year")
        if not found.print.printed:
            raise FieldRefusedError("No statement of this year is to be printed.", field="year")
        return self.ask(actor, Wanted(what=PRINT_SET[0], year=year, sheet_format=PRINT_SET[1]))

    def fetch(self, actor: Actor, staff_id: int, reference: str) -> tuple[Wanted, BinaryIO | Pieces]:
        """Write an approved file and open it, or hand on its pieces.

        Raises `FieldRefusedError` for anyone and anything else.
        """
        now = self.clock.now()
        with self.database.read() as session:
            asked = approvals.find(session, reference, now=now)
        if not _is_fetchable(asked, staff_id, now):
            raise FieldRefusedError("There is no file under that reference for you to fetch.", field="reference")
        wanted = Wanted(what=asked.content["what"], year=asked.content["year"], sheet_format=asked.content["format"])
        if (wanted.what, wanted.sheet_format) == PRINT_SET:
            self.database.write(lambda session: self._note(session, actor, wanted, by=reference))
            return wanted, Pieces(each=self._pieces(wanted.year))
        return wanted, self._write(actor, wanted, by=reference)

    def open(self, actor: Actor, wanted: Wanted) -> BinaryIO:
        """Write a file without names and open it; raises `FieldRefusedError` for one that holds them."""
        _refuse_unknown(wanted)
        if wanted.what in PERSONAL or wanted.what == PRINT_SET[0]:
            raise FieldRefusedError("That file holds names: another person must approve it.", field="what")
        return self._write(actor, wanted, by=None)

    def _write(self, actor: Actor, wanted: Wanted, *, by: str | None) -> BinaryIO:
        with _drawer(self.settings.home) as folder:
            out = folder / wanted.name
            reporting.export(
                self.database.read, wanted.what, year=wanted.year, sheet_format=wanted.sheet_format, out=out
            )
            self.database.write(lambda session: self._note(session, actor, wanted, by=by))
            return out.open("rb")

    def _pieces(self, year: int) -> Iterator[bytes]:
        at = self.clock.now().astimezone(self.settings.zone)
        with _drawer(self.settings.home) as folder:
            yield from reporting.write_print_set(self.database.read, self._read_pdf, folder, year=year, at=at)

    def _read_pdf(self, number: str) -> bytes | None:
        with self.database.read() as session:
            return archive.read_printed(session, self.files, number)

    def _note(self, session: Session, actor: Actor, wanted: Wanted, *, by: str | None) -> None:
        facts: dict[str, str | int | bool | None] = {"year": wanted.year, "format": wanted.sheet_format, "by": by}
        audit_log.record(session, actor, "export_fetched", subject=wanted.what, facts=facts, at=self.clock.now())


@contextmanager
def _drawer(home: Path) -> Iterator[Path]:
    """Lend a folder nobody else can read; an open file outlives it, and nothing stays on the disk."""
    with TemporaryDirectory(dir=home, prefix=".export-") as name:
        yield Path(name)


def _refuse_unknown(wanted: Wanted) -> None:
    if wanted.sheet_format not in formats_of(wanted.what) and (wanted.what, wanted.sheet_format) != PRINT_SET:
        raise FieldRefusedError("Please choose one of the files and its formats.", field="what")


def _is_fetchable(asked: Asked, staff_id: int, now: datetime) -> bool:
    return (
        asked.act == "export"
        and asked.state == "done"
        and asked.requested_by_id == staff_id
        and asked.decided_at is not None
        and now - asked.decided_at <= FETCHABLE_FOR
    )
