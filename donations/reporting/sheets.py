"""Room: reporting. The one writer of spreadsheets: CSV, XLSX and JSON, row by row, in memory that does not grow.

Numbers are numbers by type; every text is text, also where it looks like a formula or has a leading zero.
"""

from __future__ import annotations

import csv
import json
import os
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, repeat
from pathlib import Path
from typing import Final, Literal, TextIO

import xlsxwriter

from donations.clock import to_rfc3339
from donations.errors import FieldRefusedError

SheetFormat = Literal["csv", "xlsx", "json"]
Kind = Literal["text", "day", "instant", "whole", "cents"]
Value = str | int | date | datetime | None
WriteRow = Callable[[Sequence[Value]], None]

_FORMULA_STARTS: Final = frozenset("=+-@\t\r\n＝＋－＠")  # noqa: RUF001  # The full-width forms are meant.
_UNSEEN: Final = frozenset({"Cf", "Cc", "Zs"})
XLSX_ROWS_MAX: Final = 1_048_576
_WIDTHS: dict[Kind, int] = {"text": 24, "day": 12, "instant": 28, "whole": 10, "cents": 14}


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; `cents` is written as a decimal amount in CSV and XLSX, and as `<name>_cents` in JSON."""

    name: str
    kind: Kind = "text"


def neutralise(text: str) -> str:
    """Return the text with a leading apostrophe if a spreadsheet might take it for a formula (OWASP; ASVS 1.2.10).

    What stands behind blanks or invisible characters counts too: some programs drop them first.
    """
    seen = next((c for c in text if unicodedata.category(c) not in _UNSEEN), "")
    return f"'{text}" if text[:1] in _FORMULA_STARTS or seen in _FORMULA_STARTS else text


@contextmanager
def open_sheet(target: Path, columns: Sequence[Column], sheet_format: SheetFormat) -> Iterator[WriteRow]:
    """Yield what writes one row; the file appears under its name whole, or not at all."""
    writers = {"csv": _csv_sheet, "xlsx": _xlsx_sheet, "json": _json_sheet}
    with written_whole(target) as unfinished, writers[sheet_format](unfinished, columns) as write:
        yield write


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Yield a path beside the target; what is written there takes the target's name once it is whole and durable."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
    os.close(handle)
    unfinished = Path(name)
    try:
        yield unfinished
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def write_csv(file: TextIO, columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> None:
    """Write a small table whole: header row, every text quoted and neutralised (RFC 4180)."""
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([neutralise(column.name) for column in columns])
    for row in rows:
        writer.writerow(_csv_values(columns, row))


@contextmanager
def _csv_sheet(file: Path, columns: Sequence[Column]) -> Iterator[WriteRow]:
    with file.open("w", encoding="utf-8", newline="") as opened:
        write_csv(opened, columns, ())
        writer = csv.writer(opened, quoting=csv.QUOTE_NONNUMERIC)
        yield lambda row: writer.writerow(_csv_values(columns, row))


def _csv_values(columns: Sequence[Column], row: Sequence[Value]) -> list[str | int | Decimal]:
    return [_csv_value(column.kind, value) for column, value in zip(columns, row, strict=True)]


def _csv_value(kind: Kind, value: Value) -> str | int | Decimal:
    if isinstance(value, int):
        return Decimal(value).scaleb(-2) if kind == "cents" else value
    return neutralise(_plain(value) or "")


@contextmanager
def _xlsx_sheet(file: Path, columns: Sequence[Column]) -> Iterator[WriteRow]:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(file), options) as workbook:
        page = workbook.add_worksheet("Almoner")
        formats = {
            "cents": workbook.add_format({"num_format": "#,##0.00"}),
            "day": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "head": workbook.add_format({"bold": True}),
        }
        page.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            page.set_column(place, place, _WIDTHS[column.kind])
            page.write_string(0, place, column.name, formats["head"])
        rows = iter(range(1, XLSX_ROWS_MAX))

        def write(row: Sequence[Value]) -> None:
            number = next(rows, None)
            if number is None:
                raise FieldRefusedError(
                    f"A spreadsheet holds {XLSX_ROWS_MAX:,} rows; this is more. Use the format csv.", field="format"
                )
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                _write_cell(page, formats, (number, place, column.kind), value)

        yield write


def _write_cell(
    page: xlsxwriter.worksheet.Worksheet,
    formats: dict[str, object],
    where: tuple[int, int, Kind],
    value: Value,
) -> None:
    number, place, kind = where
    if isinstance(value, int):
        page.write_number(number, place, value / 100 if kind == "cents" else value, formats.get(kind))
    elif isinstance(value, date) and not isinstance(value, datetime):
        page.write_datetime(number, place, value, formats["day"])
    elif value is not None:
        page.write_string(number, place, neutralise(_plain(value) or ""))


@contextmanager
def _json_sheet(file: Path, columns: Sequence[Column]) -> Iterator[WriteRow]:
    names = [f"{column.name}_cents" if column.kind == "cents" else column.name for column in columns]
    with file.open("w", encoding="utf-8") as opened:
        before = chain(("\n",), repeat(",\n"))

        def write(row: Sequence[Value]) -> None:
            plain = [value if isinstance(value, int) else _plain(value) for value in row]
            opened.write(next(before) + json.dumps(dict(zip(names, plain, strict=True)), ensure_ascii=False))

        opened.write("[")
        yield write
        opened.write("\n]\n")


def _plain(value: Value) -> str | None:
    if isinstance(value, datetime):
        return to_rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value)
