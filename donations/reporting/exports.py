"""Room: reporting. The one exporter: what the treasurer asks for, for a year, in a format, without growing memory.

A gift belongs to the year of its tax day (`gift_on`), an entry to the year of its book day (`effective_on`), a
document to the year in its number. All three are days in the book's zone, decided once and stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations.errors import FieldRefusedError
from donations.reporting.accounting import PROGRAMS, Journal
from donations.reporting.questions import QUESTIONS, Question
from donations.reporting.schedule_b import schedule_b, schedule_columns, schedule_rows
from donations.reporting.sheets import SheetFormat, Value, open_sheet
from donations.reporting.tie_out import FORM_COLUMNS, form_rows, part_eight, tie_out

What = Literal[
    "donors",
    "form-990",
    "gifts",
    "goods",
    "journal",
    "payouts",
    "receipts",
    "schedule-b",
    "schedule-b-names",
    "spending",
]
EXPORTS: Final[Mapping[What, str]] = {
    "journal": "Every entry of the book by its lines; for beancount, QuickBooks and Xero too.",
    "payouts": "Each payout: what it is made of, whose it is, and when the bank showed it.",
    "spending": "Each bill for clothing and what went back to the shop; clothing funds are only counted.",
    "goods": "Each thing given in kind: what it was, its value for the book, and what of it is still on hand.",
    "form-990": "Line 1 of Part VIII from the ledger, and the tie-out of documents and book.",
    "schedule-b": "The workpaper of Schedule B for a reviewer, without names.",
    "schedule-b-names": "The workpaper of Schedule B with names and addresses, for the filer.",
    "gifts": "Each gift of money with its donor, its day for tax and its receipt.",
    "donors": "Each donor with the money they gave in the year.",
    "receipts": "Each document of the year by its number, and whether it stands.",
}
"""What can be taken out, in the order an accountant asks for it, and what each holds."""
PERSONAL: Final = frozenset({"donors", "gifts", "receipts", "schedule-b-names"})
"""What holds donors' names: it leaves only when two people agree, where there are two."""
Readings = Callable[[], AbstractContextManager[Session]]
Progress = Callable[[int, int], None]
_SCHEDULES = ("schedule-b", "schedule-b-names")
_BATCH = 500
_YEARS = (2000, 2099)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A finished file: where it is, its rows, and the sum of each of its columns of money, in cents."""

    file: Path
    rows: int
    totals_cents: dict[str, int]


def formats_of(what: str) -> tuple[str, ...]:
    """Return the formats a file can be had in; none for a file nobody can have."""
    if what not in EXPORTS:
        return ()
    return (*get_args(SheetFormat), *(PROGRAMS if what == "journal" else ()))


def export(  # noqa: PLR0913  # The five facts of an export, and who is told how far it is.
    readings: Readings,
    what: str,
    *,
    year: int,
    sheet_format: str,
    out: Path,
    progress: Progress | None = None,
) -> Exported:
    """Write one file and return what it holds; it appears whole or not at all.

    `readings` opens a read-only session (`Database.read`). `progress` is told rows done and rows in all.
    Raises `FieldRefusedError` for a file, format or year nobody can have.
    """
    if what == "journal" and sheet_format in PROGRAMS:
        return _for_program(readings, year, sheet_format, out)
    if what == "form-990":
        return _form_990(readings, year, sheet_format, out)
    if what in _SCHEDULES:
        return _schedule_b(readings, what, year, _sheet_format(sheet_format, what), out)
    question, chosen_format = _asked(what, year, sheet_format)
    totals = dict.fromkeys((column.name for column in question.columns if column.kind == "cents"), 0)
    done = 0
    with readings() as session, open_sheet(out, question.columns, chosen_format) as write:
        statement = question.ask(year)
        in_all = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
        for row in session.execute(statement, execution_options={"yield_per": _BATCH}):
            write(row)
            _add(totals, question, row)
            done += 1
            if progress is not None and (done % _BATCH == 0 or done == in_all):
                progress(done, in_all)
    return Exported(file=out, rows=done, totals_cents=totals)


def _for_program(readings: Readings, year: int, program: str, out: Path) -> Exported:
    """Write the journal as an accountant's program reads it; entries are counted, and no column is summed."""
    _refuse_year(year)
    with readings() as session:
        rows = PROGRAMS[program](Journal(session=session, year=year), out)
    return Exported(file=out, rows=rows, totals_cents={})


def _form_990(readings: Readings, year: int, sheet_format: str, out: Path) -> Exported:
    """Write line 1 of Part VIII, then the tie-out of documents and book, whose last row must be nothing."""
    _refuse_year(year)
    chosen_format = _sheet_format(sheet_format, "form-990")
    with readings() as session:
        rows = form_rows(part_eight(session, year), tie_out(session, year))
    with open_sheet(out, FORM_COLUMNS, chosen_format) as write:
        for row in rows:
            write(row)
    return Exported(file=out, rows=len(rows), totals_cents={line: cents for line, _, cents in rows})


def _schedule_b(readings: Readings, what: str, year: int, sheet_format: SheetFormat, out: Path) -> Exported:
    """Write the workpaper of Schedule B, for a reviewer or with names and addresses for the filer."""
    _refuse_year(year)
    named = what == "schedule-b-names"
    rows = 0
    with readings() as session, open_sheet(out, schedule_columns(named=named), sheet_format) as write:
        found = schedule_b(session, year)
        for row in schedule_rows(session, found, named=named):
            write(row)
            rows += 1
    totals = {
        "listed": sum(one.total_cents for one in found.listed),
        "not_listed": sum(cents for _, _, cents in found.rest),
        "1h": found.line_1h_cents,
        "difference": found.difference_cents,
    }
    return Exported(file=out, rows=rows, totals_cents=totals)


def _refuse_year(year: int) -> None:
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise FieldRefusedError(f"{year} is not a year of this book.", field="year")


def _asked(what: str, year: int, sheet_format: str) -> tuple[Question, SheetFormat]:
    _refuse_year(year)
    if what not in QUESTIONS:
        known = ", ".join([*QUESTIONS, "form-990", *_SCHEDULES])
        raise FieldRefusedError(f"Nothing called {what} can be exported; ask for {known}.", field="what")
    return QUESTIONS[what], _sheet_format(sheet_format, what)


def _sheet_format(sheet_format: str, what: str) -> SheetFormat:
    known: SheetFormat
    for known in get_args(SheetFormat):
        if known == sheet_format:
            return known
    names = ", ".join([*get_args(SheetFormat), *(PROGRAMS if what == "journal" else ())])
    raise FieldRefusedError(f"{sheet_format} is not a format of this export; use {names}.", field="format")


def _add(totals: dict[str, int], question: Question, row: Sequence[Value]) -> None:
    for column, value in zip(question.columns, row, strict=True):
        if column.kind == "cents" and isinstance(value, int):
            totals[column.name] += value
