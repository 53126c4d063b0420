from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from donations import archive
from donations.database import Database
from donations.gateways.files import FileFolder
from donations.ports import PrintedDocument
from donations.reporting import Hands, StatementsWritten, list_statements, write_statements
from receipts.facts import AnnualStatement, thaw
from tests.clerk_room import NOON, Giving, desk, numbers, settle_all, tick
from tests.giving_room import KEYS
from tests.test_exports import FIRST_MOMENT, LAST_MOMENT

ANN = Giving(name="Ann", email="ann@example.org")
BOB = Giving(name="Bob", email="bob@example.org", cents=26_000)


class _Rooms:
    """The clerk and a printing room that prints the facts themselves; `die_after` prints fewer and dies."""

    def __init__(self, book: Database, folder: Path) -> None:
        self.book = book
        self.files = FileFolder(folder=folder / "files")
        self.die_after: int | None = None

    def work(self) -> None:
        """Let the clerk sit and print what has no PDF yet."""
        tick(self.book, desk(now=NOON))
        printed = 0
        for number in numbers(self.book, series="S"):
            if self.read_pdf(number) is None:
                if printed == self.die_after:
                    raise _DiedError
                self._print(number)
                printed += 1

    def read_pdf(self, number: str) -> bytes | None:
        """Return the printed bytes."""
        with self.book.read() as session:
            return archive.read_printed(session, self.files, number)

    def _print(self, number: str) -> None:
        with self.book.read() as session:
            document = PrintedDocument(pdf=archive.frozen_facts_of(session, number), maker="paper")
        self.files.put(archive.file_name_of(number, document.pdf), document.pdf)
        self.book.write(lambda session: archive.keep_printed(session, KEYS, number, document, now=NOON))


class _DiedError(Exception):
    """The run was killed."""


@pytest.fixture
def rooms(book: Database, tmp_path: Path) -> _Rooms:
    """Open the rooms the driver is handed."""
    return _Rooms(book, tmp_path)


def _run(
    rooms: _Rooms, folder: Path, *, year: int = 2026, progress: Callable[[int, int], None] | None = None
) -> StatementsWritten:
    hands = Hands(write=rooms.book.write, work=rooms.work, read_pdf=rooms.read_pdf)
    return write_statements(rooms.book.read, hands, year=year, out=folder, now=NOON, progress=progress)


def _read(file: Path) -> AnnualStatement:
    document = thaw(file.read_bytes())
    assert isinstance(document, AnnualStatement)
    return document


def test_every_donor_of_the_year_gets_one_file_under_its_number(rooms: _Rooms, tmp_path: Path) -> None:
    settle_all(rooms.book, ANN, BOB, ANN)
    tick(rooms.book)
    told: list[tuple[int, int]] = []

    def tell(done: int, in_all: int) -> None:
        told.append((done, in_all))

    made = _run(rooms, tmp_path / "out", progress=tell)
    assert (made.donors, made.written, made.missing) == (2, 2, ())
    assert [file.name for file in made.files] == [f"{number}.pdf" for number in numbers(rooms.book, series="S")]
    assert [(_read(file).donor.name, _read(file).total_cents) for file in made.files] == [
        ("Ann", 26_000),
        ("Bob", 26_000),
    ]
    assert told == [(1, 2), (2, 2)]


def test_run_again_nothing_is_issued_or_written_twice(rooms: _Rooms, tmp_path: Path) -> None:
    settle_all(rooms.book, ANN, BOB)
    tick(rooms.book)
    first, again = _run(rooms, tmp_path / "out"), _run(rooms, tmp_path / "out")
    assert (again.files, again.written) == (first.files, 0)
    assert len(numbers(rooms.book, series="S")) == 2


def test_killed_in_the_middle_it_goes_on_where_it_stopped(rooms: _Rooms, tmp_path: Path) -> None:
    settle_all(rooms.book, ANN, BOB, Giving(name="Cy", email="cy@example.org"))
    tick(rooms.book)
    rooms.die_after = 1
    with pytest.raises(_DiedError):
        _run(rooms, tmp_path / "out")
    rooms.die_after = None
    assert len(_run(rooms, tmp_path / "out").files) == len(numbers(rooms.book, series="S")) == 3


def test_a_statement_that_was_replaced_leaves_the_folder(rooms: _Rooms, tmp_path: Path) -> None:
    settle_all(rooms.book, ANN)
    tick(rooms.book)
    (old,) = _run(rooms, tmp_path / "out").files
    settle_all(rooms.book, ANN, first=50)
    tick(rooms.book)
    (new,) = _run(rooms, tmp_path / "out").files
    assert list((tmp_path / "out").iterdir()) == [new]
    assert _read(new).total_cents == 26_000
    assert _read(new).replaces == old.stem


def test_a_gift_belongs_to_the_statement_of_its_local_year(rooms: _Rooms, tmp_path: Path) -> None:
    last = Giving(name="Ann", email="ann@example.org", cents=100, charged_at=LAST_MOMENT)
    first = Giving(name="Ann", email="ann@example.org", cents=200, charged_at=FIRST_MOMENT)
    settle_all(rooms.book, last, first)
    tick(rooms.book, desk(now=FIRST_MOMENT))
    assert [_read(file).total_cents for file in _run(rooms, tmp_path / "a", year=2026).files] == [100]
    assert [_read(file).total_cents for file in _run(rooms, tmp_path / "b", year=2027).files] == [200]


def test_what_is_not_printed_yet_is_named(rooms: _Rooms, tmp_path: Path) -> None:
    settle_all(rooms.book, ANN)
    tick(rooms.book)
    hands = Hands(write=rooms.book.write, work=lambda: tick(rooms.book), read_pdf=rooms.read_pdf)
    made = write_statements(rooms.book.read, hands, year=2026, out=tmp_path / "out", now=NOON)
    with rooms.book.read() as session:
        assert made.missing == tuple(due.number for due in list_statements(session, 2026))
    assert made.files == ()


def test_a_year_without_gifts_has_no_statements(rooms: _Rooms, tmp_path: Path) -> None:
    made = _run(rooms, tmp_path / "out", year=2025)
    assert (made.donors, made.files) == (0, ())
