"""Room: facts. The transparency report: a closed shape of words, tables and charts, holding only what was published.

The figures come from whoever asks the ledger; nothing is computed here. A masked figure is a cell with its words
("fewer than 11") or a bar without cents, never a zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from receipts.facts.faults import CENTS_MAX, PARAGRAPH_MAX, Faults
from receipts.facts.parties import Issuer

Align = Literal["text", "number"]
Unit = Literal["cents", "count"]
SECTIONS_MAX, TABLES_MAX, COLUMNS_MAX, ROWS_MAX, BARS_MAX, FILES_MAX = 30, 10, 8, 400, 24, 20
FILE_CHARACTERS_MAX = 2_000_000
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}\.(json|csv)", re.ASCII)
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A table's column: its heading, and whether its cells are words or right-aligned figures."""

    heading: str
    align: Align = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """A table of finished text cells; each row is as long as `columns`, the first cell names the row."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    last_row_is_total: bool = False

    def __post_init__(self) -> None:
        """Refuse a ragged or nameless table."""
        faults = Faults("report table")
        faults.text("caption", self.caption)
        faults.unless(1 <= len(self.columns) <= COLUMNS_MAX, "columns", "is not a list of one to eight columns")
        for column in self.columns:
            faults.text("columns", column.heading)
            faults.one_of("columns", column.align, get_args(Align))
        faults.unless(len(self.rows) <= ROWS_MAX, "rows", f"holds more than {ROWS_MAX} rows")
        for row in self.rows:
            faults.unless(len(row) == len(self.columns), "rows", "holds a row of another length than the columns")
            for cell in row:
                faults.text("rows", cell, may_be_empty=True)
        faults.refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar; `value` None is a masked figure, drawn as a gap with the words of `masked`."""

    label: str
    value: int | None
    text: str
    """The figure as it is written beside the bar, e.g. "$1,300.00" or "fewer than 11"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """A bar chart as data; drawn by the template, always beside a table of the same figures."""

    title: str
    description: str
    unit: Unit
    bars: tuple[Bar, ...]

    def __post_init__(self) -> None:
        """Refuse a chart without words, or a bar below zero."""
        faults = Faults("report chart")
        faults.text("title", self.title)
        faults.text("description", self.description, limit=PARAGRAPH_MAX)
        faults.one_of("unit", self.unit, get_args(Unit))
        faults.unless(1 <= len(self.bars) <= BARS_MAX, "bars", f"is not a list of one to {BARS_MAX} bars")
        for bar in self.bars:
            faults.text("bars", bar.label)
            faults.text("bars", bar.text)
            faults.unless(bar.value is None or 0 <= bar.value <= CENTS_MAX, "bars", "holds a bar below zero")
        faults.refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSection:
    """One heading with its sentences, charts and tables, printed in that order."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    charts: tuple[BarChart, ...] = ()
    tables: tuple[ReportTable, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a section without a heading."""
        faults = Faults("report section")
        faults.text("heading", self.heading)
        faults.texts("paragraphs", self.paragraphs, most=20, limit=PARAGRAPH_MAX)
        faults.unless(len(self.charts) <= TABLES_MAX, "charts", f"holds more than {TABLES_MAX} charts")
        faults.unless(len(self.tables) <= TABLES_MAX, "tables", f"holds more than {TABLES_MAX} tables")
        faults.refuse()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlineFigure:
    """One of the few large figures of the first page, e.g. "$1,300.00" over "gifts received"."""

    figure: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedFigure:
    """A figure that is hidden, and why, in plain words."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    """A file attached to the PDF byte for byte: `report.json` and one CSV for each table."""

    name: str
    description: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransparencyReport:
    """A published (or draft) report of one period; `reference` names it, e.g. `report-2026-Q4-1`."""

    reference: str
    title: str
    period: str
    issued_at: datetime
    issued_on: date
    time_zone: str
    issuer: Issuer
    headline: str
    figures: tuple[HeadlineFigure, ...]
    sections: tuple[ReportSection, ...]
    draft: bool
    simulated: bool
    notes: tuple[str, ...] = ()
    masked: tuple[MaskedFigure, ...] = ()
    check_url: str = ""
    """Where the reader can check the books, or empty."""
    files: tuple[ReportFile, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a report that a board member could not read in a minute."""
        faults = Faults("transparency report")
        faults.spelt("reference", self.reference, _REFERENCE, "is not a short name of letters, digits and hyphens")
        faults.text("title", self.title)
        faults.text("period", self.period)
        faults.instant(self.issued_at, self.issued_on)
        faults.text("time_zone", self.time_zone)
        faults.made_of("issuer", self.issuer, Issuer)
        faults.text("headline", self.headline, limit=PARAGRAPH_MAX)
        faults.unless(1 <= len(self.sections) <= SECTIONS_MAX, "sections", "is not a list of one to thirty sections")
        faults.texts("notes", self.notes, most=40, limit=PARAGRAPH_MAX)
        _check_small_parts(faults, self)
        faults.refuse()


def _check_small_parts(faults: Faults, report: TransparencyReport) -> None:
    for figure in report.figures:
        faults.text("figures", figure.figure)
        faults.text("figures", figure.label)
    for hidden in report.masked:
        faults.text("masked", hidden.what)
        faults.text("masked", hidden.reason, limit=PARAGRAPH_MAX)
    faults.unless(len(report.files) <= FILES_MAX, "files", f"holds more than {FILES_MAX} files")
    faults.unless(len({file.name for file in report.files}) == len(report.files), "files", "names a file twice")
    for file in report.files:
        faults.unless(_FILE_NAME.fullmatch(file.name), "files", "holds a name other than *.json or *.csv")
        faults.text("files", file.description)
        faults.unless(len(file.content) <= FILE_CHARACTERS_MAX, "files", "holds a file that is too large")
    faults.text("check_url", report.check_url, may_be_empty=True)
