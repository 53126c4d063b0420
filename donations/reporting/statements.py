"""Room: reporting. The treasurer's folder of annual statements: one PDF for each donor, under its number.

The clerk numbers and the printing room prints; this room only asks, waits and copies. Killed anywhere and run again,
it goes on: a statement that says the same is never issued twice, and a file that is there is not written twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from donations.acknowledgment import request_statements
from donations.reporting.exports import Progress, Readings
from donations.reporting.sheets import written_whole
from donations.tables import Receipt, ReceiptEvent

_KIND = "annual_statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What the driver needs done by rooms above it."""

    write: Callable[[Callable[[Session], int]], int]
    """One transaction (`Database.write`)."""
    work: Callable[[], object]
    """Let the clerk sit and the printing room print until nothing is left to do."""
    read_pdf: Callable[[str], bytes | None]
    """The printed bytes of a number, proven against their digest; None if not printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueStatement:
    """A statement that stands: the newest of its donor and year, not void."""

    number: str
    donor_id: int
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementsWritten:
    """What the folder holds now; `missing` are numbers whose PDF is not printed yet."""

    donors: int
    files: tuple[Path, ...]
    written: int
    missing: tuple[str, ...]


def write_statements(  # noqa: PLR0913  # A run has a year, a place, a moment, and hands that do the work.
    readings: Readings,
    hands: Hands,
    *,
    year: int,
    out: Path,
    now: datetime,
    progress: Progress | None = None,
) -> StatementsWritten:
    """Ask for every statement of a tax year, have them issued and printed, and write each PDF into `out`."""
    donors = hands.write(lambda session: request_statements(session, year=year, now=now))
    hands.work()
    with readings() as session:
        known = _read_statements(session, year)
    files: list[Path] = []
    missing: list[str] = []
    written = 0
    for done, (statement, stands) in enumerate(known, start=1):
        file = out / f"{statement.number}.pdf"
        pdf = hands.read_pdf(statement.number) if stands else None
        if pdf is not None:
            written += _write_once(file, pdf)
            files.append(file)
        elif stands:
            missing.append(statement.number)
        else:  # Two statements for one donor would be one too many in the folder.
            file.unlink(missing_ok=True)
        if progress is not None:
            progress(done, len(known))
    return StatementsWritten(donors=donors, files=tuple(files), written=written, missing=tuple(missing))


def list_statements(session: Session, year: int) -> list[DueStatement]:
    """Return the statements of a tax year that stand, in the order of their numbers; one for each donor."""
    return [statement for statement, stands in _read_statements(session, year) if stands]


def _read_statements(session: Session, year: int) -> list[tuple[DueStatement, bool]]:
    """Return every statement of a tax year and whether it stands: neither replaced nor void."""
    later = aliased(Receipt)
    is_void = exists().where(ReceiptEvent.number == Receipt.number, ReceiptEvent.kind == "void")
    rows = session.execute(
        select(Receipt.number, Receipt.donor_id, Receipt.amount_cents, later.number.is_(None), is_void)
        .outerjoin(later, later.replaces == Receipt.number)
        .where(Receipt.kind == _KIND, Receipt.tax_year == year)
        .order_by(Receipt.year, Receipt.n)
    )
    return [
        (DueStatement(number=number, donor_id=donor_id, amount_cents=amount_cents), bool(is_newest and not void))
        for number, donor_id, amount_cents, is_newest, void in rows
    ]


def _write_once(file: Path, pdf: bytes) -> int:
    """Write a PDF that is not there already, byte for byte; return how many were written."""
    if file.is_file() and file.read_bytes() == pdf:
        return 0
    with written_whole(file) as unfinished:
        unfinished.write_bytes(pdf)
    return 1
