"""Room: reporting. The set of statements to print as one ZIP, told piece by piece: memory does not grow with it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from donations.reporting.exports import Readings
from donations.reporting.sheets import open_sheet
from donations.reporting.statements import INDEX_COLUMNS, index_row, pages_of

_INDEX = "index.csv"


def write_print_set(
    readings: Readings, read_pdf: Callable[[str], bytes | None], folder: Path, *, year: int, at: datetime
) -> Iterator[bytes]:
    """Yield a ZIP: `index.csv` with names and addresses, then a PDF of each statement that is to be printed.

    Which statements those are is read at once, in one look at the book, so that no donor is in it twice; the index is
    put into `folder` and can go with it once the first piece was taken. A PDF is sent as it was stored.
    """
    numbers = []
    with readings() as session, open_sheet(folder / _INDEX, INDEX_COLUMNS, "csv") as write:
        for page in pages_of(session, year):
            for one in page:
                if one.way == "print" and one.file is not None:
                    write(index_row(one))
                    numbers.append(one.number)
    sink = _Sink()
    with closing(sink), ZipFile(sink, "w", ZIP_STORED) as archive:
        archive.writestr(_named(_INDEX, at), (folder / _INDEX).read_bytes())
        yield sink.take()
        for number in numbers:
            pdf = read_pdf(number)
            if pdf is not None:
                archive.writestr(_named(f"{number}.pdf", at), pdf)
                yield sink.take()
        archive.close()
        yield sink.take()


def _named(name: str, at: datetime) -> ZipInfo:
    info = ZipInfo(name, date_time=(at.year, at.month, at.day, at.hour, at.minute, at.second))
    info.external_attr = 0o600 << 16  # For its owner's eyes alone, once it is unpacked.
    return info


class _Sink(io.RawIOBase):
    """Takes what the archive writes and hands it on: nothing is sought in it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """Tell that it takes bytes."""
        return True

    def write(self, piece: Any, /) -> int:  # noqa: ANN401  # Whatever buffer the archive writes.
        """Keep a piece until it is taken."""
        content = bytes(piece)
        self._pieces.append(content)
        return len(content)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
