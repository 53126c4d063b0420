"""Room: reporting. The treasurer's folder of annual statements: a set to mail and a set to print, one PDF a donor.

The clerk numbers and the printing room prints; this room only asks, waits and copies. Killed anywhere and run again,
it goes on: a statement that says the same is never issued or owed twice, and a file that is there is not written
twice. Statements are read a page at a time, so memory does not grow with the donors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal

from sqlalchemy.orm import Session

from donations import archive
from donations.acknowledgment import request_statements
from donations.reporting.exports import Progress, Readings
from donations.reporting.sheets import Column, Value, open_sheet, written_whole
from donations.reporting.statement_set import (
    DueStatement,
    Way,
    count_printed,
    list_failures,
    read_due,
    read_gone,
    read_refused,
)

_PAGE = 200
_WAYS: tuple[Way, Way] = ("mail", "print")
INDEX_COLUMNS = (
    Column(name="number"),
    Column(name="file"),
    Column(name="donor"),
    Column(name="name"),
    *(Column(name=f"address_{line}") for line in range(1, 7)),
    Column(name="email"),
    Column(name="total", kind="cents"),
    Column(name="replaces"),
    Column(name="letter"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What the driver needs done by rooms above it."""

    write: Callable[[Callable[[Session], int]], int]
    """One transaction (`Database.write`)."""
    work: Callable[[], int]
    """One round: the clerk sits, and a batch is printed and sent; 0 when nothing is left to do."""
    read_pdf: Callable[[str], bytes | None]
    """The printed bytes of a number, proven against their digest; None if not printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which year, into which folder, when; `mails` also owes each letter, once."""

    year: int
    out: Path
    now: datetime
    mails: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A statement or donor of whom something is missing, and why."""

    donor: str
    number: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementsWritten:
    """What the folders hold now, and what is missing by reason; `written` counts the files this run wrote."""

    donors: int
    mail: int
    print: int
    written: int
    failures: tuple[Failure, ...]


def write_statements(
    readings: Readings, hands: Hands, order: Order, *, progress: Progress | None = None
) -> StatementsWritten:
    """Ask for every statement of a tax year, have them issued, printed, mailed if wanted, and put in two folders."""
    donors = hands.write(lambda session: request_statements(session, year=order.year, now=order.now))
    _work(readings, hands, order, donors, progress)
    if order.mails:
        _owe_letters(readings, hands, order)
        _work(readings, hands, order, donors, progress)
    counts, written = _fill_folders(readings, hands, order)
    with readings() as session:
        failures = tuple(Failure(donor=d, number=n, reason=why) for d, n, why in list_failures(session, order.year))
    return StatementsWritten(
        donors=donors, mail=counts["mail"], print=counts["print"], written=written, failures=failures
    )


def list_statements(session: Session, year: int) -> list[DueStatement]:
    """Return the statements of a tax year that stand, in the order of their numbers; one for each donor."""
    return [statement for page in pages_of(session, year) for statement in page]


def _work(readings: Readings, hands: Hands, order: Order, donors: int, progress: Progress | None) -> None:
    is_busy = True
    while is_busy:
        is_busy = bool(hands.work())
        if progress is not None:
            with readings() as session:
                progress(count_printed(session, order.year), donors)


def _owe_letters(readings: Readings, hands: Hands, order: Order) -> None:
    """Owe the letter of each statement that is to be mailed and is printed; owed before, nothing is owed again."""
    with readings() as session:
        for page in pages_of(session, order.year):
            numbers = [one.number for one in page if one.way == "mail" and one.file is not None and not one.letter]
            if numbers:
                hands.write(partial(_owe, numbers=numbers, now=order.now))


def _owe(session: Session, numbers: Sequence[str], now: datetime) -> int:
    for number in numbers:
        archive.owe_letter(session, number, now=now)
    return len(numbers)


def _fill_folders(readings: Readings, hands: Hands, order: Order) -> tuple[dict[Way, int], int]:
    """Put each PDF into the folder of its set with an index beside it; what no longer stands leaves both."""
    counts: dict[Way, int] = dict.fromkeys(_WAYS, 0)
    written = 0
    for leftover in order.out.glob("*/.*.[pc][ds][fv]-*"):  # Of a run that was killed in the middle of a file.
        leftover.unlink(missing_ok=True)
    with readings() as session, ExitStack() as sheets:
        rows = {
            way: sheets.enter_context(open_sheet(order.out / way / "index.csv", INDEX_COLUMNS, "csv"))
            for way in _WAYS
        }
        for number in read_gone(session, order.year):
            _remove(order.out, number, _WAYS)
        for page in pages_of(session, order.year):
            for statement in page:
                pdf = hands.read_pdf(statement.number) if statement.file is not None else None
                if pdf is None:
                    continue
                other: Literal["mail", "print"] = "print" if statement.way == "mail" else "mail"
                _remove(order.out, statement.number, (other,))
                written += _write_once(order.out / statement.way / f"{statement.number}.pdf", pdf)
                rows[statement.way](index_row(statement))
                counts[statement.way] += 1
    return counts, written


def pages_of(session: Session, year: int) -> Iterator[Sequence[DueStatement]]:
    """Yield the statements of a year that stand, a page at a time."""
    refused = read_refused(session)
    after: tuple[int, int] | None = None
    while page := read_due(session, year, refused=refused, after=after, limit=_PAGE):
        yield page
        after = page[-1].place


def _remove(out: Path, number: str, ways: Sequence[Way]) -> None:
    for way in ways:  # Two statements for one donor would be one too many.
        (out / way / f"{number}.pdf").unlink(missing_ok=True)


def index_row(statement: DueStatement) -> Sequence[Value]:
    """Return a statement's row of an index: whom it is for, where it goes, and how its letter stands."""
    lines = (*statement.address_lines, *[""] * 6)[:6]
    return (
        statement.number,
        f"{statement.number}.pdf",
        statement.donor_reference,
        statement.name,
        *lines,
        statement.email,
        statement.amount_cents,
        statement.replaces or "",
        statement.letter or "",
    )


def _write_once(file: Path, pdf: bytes) -> int:
    """Write a PDF that is not there already, byte for byte; return how many were written."""
    if file.is_file() and file.read_bytes() == pdf:
        return 0
    with written_whole(file) as unfinished:
        unfinished.write_bytes(pdf)
    return 1
