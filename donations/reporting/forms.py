"""Room: reporting. The forms of a report: page, PDF, CSV and JSON, each saying what the frozen text says."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from donations.acknowledgment import issuer_of
from donations.clock import day_in_zone
from donations.money import format_dollars
from donations.paths import templates_folder
from donations.ports import Printing
from donations.reporting.figures import Figure, Unit
from donations.reporting.report import FigureTable, Report, freeze_report
from donations.reporting.sheets import Column, Value, write_csv, written_whole
from donations.settings import Organisation
from receipts.facts import Column as PrintedColumn
from receipts.facts import (
    HeadlineFigure,
    MaskedFigure,
    ReportFile,
    ReportSection,
    ReportTable,
    TransparencyReport,
    freeze,
)

_HEADLINES = (
    "gifts_received_cents",
    "fees_paid_by_children_cents",
    "spent_cents",
    "held_cents",
    "fees_paid_by_operations_cents",
    "gifts_count",
)
_HEADLINES_MOST = 4
_FIGURE_COLUMNS = (
    Column(name="id"),
    Column(name="label"),
    Column(name="cents", kind="whole"),
    Column(name="dollars", kind="cents"),
    Column(name="count", kind="whole"),
    Column(name="reason"),
    Column(name="since", kind="day"),
    Column(name="until", kind="day"),
    Column(name="query"),
)


def write_report(
    report: Report, out: Path, *, printing: Printing, organisation: Organisation, base_url: str
) -> tuple[Path, ...]:
    """Write the report into a folder as PDF, HTML, JSON and one CSV for each table; return the files, PDF first.

    Raises `PrintingFailedError`; the other forms are written by then.
    """
    texts = {
        f"{report.reference}.html": report_page(report),
        f"{report.reference}.json": freeze_report(report),
        **{f"{report.reference}-{name}.csv": text for name, text in report_csvs(report)},
    }
    for name, text in texts.items():
        _write(out / name, text.encode())
    pdf = out / f"{report.reference}.pdf"
    _write(pdf, print_report(report, printing=printing, organisation=organisation, base_url=base_url))
    return (pdf, *(out / name for name in texts))


def print_report(report: Report, *, printing: Printing, organisation: Organisation, base_url: str) -> bytes:
    """Return the report's PDF, with its JSON and CSVs attached; may raise `PrintingFailedError`."""
    return printing.print_document(report_facts(report, organisation=organisation, base_url=base_url)).pdf


def report_page(report: Report) -> str:
    """Return the report as one HTML page that needs nothing beside it."""
    return _pages().get_template("charts/report.html").render(report=report)


def report_csvs(report: Report) -> Iterator[tuple[str, str]]:
    """Yield the name and text of each CSV: all figures, then each table."""
    yield "figures", _csv(_FIGURE_COLUMNS, [_figure_row(figure) for figure in report.figures.values()])
    for table in report.tables:
        yield table.id.replace("_", "-"), _table_csv(table)


def report_facts(report: Report, *, organisation: Organisation, base_url: str) -> bytes:
    """Return the frozen facts the printing room turns into the PDF; the same report gives the same bytes."""
    at = report.as_of.recorded_at
    document = TransparencyReport(
        reference=report.reference,
        title="Where the money went",
        period=report.period.name,
        issued_at=at,
        issued_on=day_in_zone(at, ZoneInfo(organisation.time_zone)),
        time_zone=organisation.time_zone,
        issuer=issuer_of(organisation),
        headline=report.headline,
        figures=tuple(_headlines(report)),
        sections=tuple(_sections(report)),
        draft=report.is_draft,
        simulated=report.simulated,
        notes=report.notes,
        masked=tuple(MaskedFigure(what=one.what, reason=one.reason) for one in report.hidden),
        check_url=f"{base_url}/transparency" if report.is_draft else f"{base_url}/transparency/{report.period.name}",
        files=tuple(_attachments(report)),
    )
    return freeze(document)


def write_amount(value: int | None, unit: Unit, reason: str | None) -> str:
    """Return a value as people read it: dollars, a count, or why it is not told."""
    if value is None:
        return reason or "not told"
    return format_dollars(value) if unit == "cents" else f"{value:,}"


def _headlines(report: Report) -> Iterator[HeadlineFigure]:
    """Yield the figures of the first page: four, the children's side before the fees where it is told."""
    told = [report.figures[id_] for id_ in _HEADLINES if report.figures[id_].value is not None]
    for figure in told[:_HEADLINES_MOST]:
        yield HeadlineFigure(figure=write_amount(figure.value, figure.unit, None), label=figure.label)


def _sections(report: Report) -> Iterator[ReportSection]:
    if report.charts:
        yield ReportSection(heading="At a glance", charts=report.charts)
    for table in report.tables:
        yield ReportSection(heading=table.caption, tables=(_printed(table),))
    told = ReportTable(
        caption="Every figure",
        columns=(
            PrintedColumn(heading="Figure"),
            PrintedColumn(heading="Value", align="number"),
            PrintedColumn(heading="Through"),
        ),
        rows=tuple(
            (figure.label, write_amount(figure.value, figure.unit, figure.reason), str(figure.until))
            for figure in report.figures.values()
        ),
    )
    yield ReportSection(heading="Every figure", tables=(told,))


def _printed(table: FigureTable) -> ReportTable:
    return ReportTable(
        caption=table.caption,
        columns=(
            PrintedColumn(heading="What"),
            *(PrintedColumn(heading=column.label, align="number") for column in table.columns),
        ),
        rows=tuple(
            (
                row.label,
                *(
                    write_amount(value, column.unit, row.reason)
                    for value, column in zip(row.values, table.columns, strict=True)
                ),
            )
            for row in table.rows
        ),
        last_row_is_total=table.last_row_is_total,
    )


def _attachments(report: Report) -> Iterator[ReportFile]:
    yield ReportFile(name="report.json", description="Every figure of this report", content=freeze_report(report))
    for name, text in report_csvs(report):
        yield ReportFile(name=f"{name}.csv", description=f"The table {name}", content=text)


def _figure_row(figure: Figure) -> list[Value]:
    cents = figure.value if figure.unit == "cents" else None
    count = figure.value if figure.unit == "count" else None
    named: list[Value] = [figure.id, figure.label, cents, cents, count]
    return [*named, figure.reason, figure.since, figure.until, figure.query]


def _table_csv(table: FigureTable) -> str:
    columns = [Column(name="id"), Column(name="label")]
    for column in table.columns:
        if column.unit == "cents":
            columns.append(Column(name=f"{column.id}_cents", kind="whole"))
            columns.append(Column(name=f"{column.id}_dollars", kind="cents"))
        else:
            columns.append(Column(name=column.id, kind="whole"))
    rows: list[list[Value]] = []
    for row in table.rows:
        cells: list[Value] = [row.id, row.label]
        for column, value in zip(table.columns, row.values, strict=True):
            cells += [value, value] if column.unit == "cents" else [value]
        rows.append([*cells, row.reason])
    return _csv([*columns, Column(name="reason")], rows)


def _csv(columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> str:
    text = io.StringIO(newline="")
    write_csv(text, columns, rows)
    return text.getvalue()


@cache
def _pages() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(templates_folder()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["amount"] = write_amount
    return pages


def _write(target: Path, content: bytes) -> None:
    with written_whole(target) as unfinished:
        unfinished.write_bytes(content)
