"""Room: donors. A CSV file of another system, read whole and kindly: its characters, its delimiter, its lines."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Final

from donations.errors import FieldRefusedError

FILE_MAX: Final = 10 * 1024 * 1024
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS: Final = (",", ";", "\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file's rows by column, each with the line on which it begins; all is text, so ZIP codes keep zeros."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]


def read_table(content: bytes) -> Table:
    """Return the rows of UTF-8 or Windows-1252 text split by comma, semicolon or tab; raises `FieldRefusedError`."""
    text = _decode(content)
    delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
    try:
        return _read(text, delimiter)
    except csv.Error:
        raise _refused(
            "A quote in this file is never closed, or a cell is too long. Please export it again."
        ) from None


def _read(text: str, delimiter: str) -> Table:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns = tuple(name.strip() for name in next(reader, []))
    if len(columns) < 2 or len(set(columns)) < len(columns):  # noqa: PLR2004  # One column is no table.
        raise _refused("The first line must name each column once, separated by commas, semicolons or tabs.")
    rows, begins = [], reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            padded = [*cells, *[""] * (len(columns) - len(cells))]
            rows.append((begins, dict(zip(columns, map(str.strip, padded), strict=False))))
        begins = reader.line_num + 1
    return Table(columns=columns, rows=tuple(rows))


def _decode(content: bytes) -> str:
    if len(content) > FILE_MAX:
        raise _refused("This file is larger than 10 MiB. Please split it.")
    if content.startswith(_UTF_16) or b"\0" in content:
        raise _refused("This is not a CSV file in UTF-8 or Windows-1252. Please save it as CSV UTF-8.")
    for charset in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(charset)
        except UnicodeDecodeError:
            continue
    raise _refused("The characters of this file cannot be read. Please save it as CSV UTF-8.")


def _refused(sentence: str) -> FieldRefusedError:
    return FieldRefusedError(sentence, field="file")
