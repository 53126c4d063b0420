from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select, update

from donations import acknowledgment, archive
from donations.database import Database
from donations.gateways.files import FileFolder
from donations.ports import PrintedDocument
from donations.reporting import (
    Hands,
    Order,
    StatementsWritten,
    list_statements,
    plan_statements,
    write_statements,
)
from donations.reporting.statement_rounds import take_step
from donations.tables import OutboxRow
from receipts.facts import AnnualStatement, thaw
from tests.clerk_room import NOON, Giving, desk, numbers, settle_all, tick
from tests.giving_room import KEYS
from tests.returning_room import give_back
from tests.test_exports import FIRST_MOMENT, LAST_MOMENT

ANN = Giving(name="Ann", email="ann@example.org")
BOB = Giving(name="Bob", email="bob@example.org", cents=26_000)


class _Rooms:
    """The clerk and a printing room that prints the facts themselves; `die_after` prints fewer and dies."""

    def __init__(self, book: Database, folder: Path) -> None:
        self.book = book
        self.files = FileFolder(folder=folder / "files")
        self.die_after: int | None = None

    def work(self) -> int:
        """Let the clerk sit and print what has no PDF yet; return how much that was."""
        printed = 0
        self.issued = len(tick(self.book, desk(now=NOON)).issued)
        for number in numbers(self.book, series="S"):
            if self.read_pdf(number) is None:
                if printed == self.die_after:
                    raise _DiedError
                self._print(number)
                printed += 1
        return self.issued + printed

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
    rooms: _Rooms, folder: Path, *, year: int = 2026, progress: Callable[[int, int], None] | None = None, **how: bool
) -> StatementsWritten:
    hands = Hands(write=rooms.book.write, work=rooms.work, read_pdf=rooms.read_pdf)
    order = Order(year=year, out=folder, now=NOON, **how)
    return write_statements(rooms.book.read, hands, order, progress=progress)


def _files(folder: Path, way: str = "mail") -> list[Path]:
    return sorted((folder / way).glob("*.pdf"))


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
    assert (made.donors, made.mail, made.print, made.written, made.failures) == (2, 2, 0, 2, ())
    assert [file.name for file in _files(tmp_path / "out")] == [
        f"{number}.pdf" for number in numbers(rooms.book, series="S")
    ]
    assert [(_read(file).donor.name, _read(file).total_cents) for file in _files(tmp_path / "out")] == [
        ("Ann", 26_000),
        ("Bob", 26_000),
    ]
    assert told == [(2, 2), (2, 2)]
    index = (tmp_path / "out" / "mail" / "index.csv").read_text().splitlines()
    assert [line.split(",")[3] for line in index] == ['"name"', '"Ann"', '"Bob"']


def test_run_again_nothing_is_issued_or_written_twice(rooms: _Rooms, tmp_path: Path) -> None:
    settle_all(rooms.book, ANN, BOB)
    tick(rooms.book)
    first, again = _run(rooms, tmp_path / "out"), _run(rooms, tmp_path / "out")
    assert (again.mail, again.written, first.written) == (2, 0, 2)
    assert len(numbers(rooms.book, series="S")) == 2


def test_killed_in_the_middle_it_goes_on_where_it_stopped(rooms: _Rooms, tmp_path: Path) -> None:
    settle_all(rooms.book, ANN, BOB, Giving(name="Cy", email="cy@example.org"))
    tick(rooms.book)
    rooms.die_after = 1
    with pytest.raises(_DiedError):
        _run(rooms, tmp_path / "out")
    rooms.die_after = None
    assert _run(rooms, tmp_path / "out").mail == len(numbers(rooms.book, series="S")) == 3


def test_a_statement_that_was_replaced_leaves_the_folder(rooms: _Rooms, tmp_path: Path) -> None:
    settle_all(rooms.book, ANN)
    tick(rooms.book)
    _run(rooms, tmp_path / "out")
    (old,) = _files(tmp_path / "out")
    settle_all(rooms.book, ANN, first=50)
    tick(rooms.book)
    _run(rooms, tmp_path / "out")
    (new,) = _files(tmp_path / "out")
    assert _read(new).total_cents == 26_000
    assert _read(new).replaces == old.stem


def test_a_gift_belongs_to_the_statement_of_its_local_year(rooms: _Rooms, tmp_path: Path) -> None:
    last = Giving(name="Ann", email="ann@example.org", cents=100, charged_at=LAST_MOMENT)
    first = Giving(name="Ann", email="ann@example.org", cents=200, charged_at=FIRST_MOMENT)
    settle_all(rooms.book, last, first)
    tick(rooms.book, desk(now=FIRST_MOMENT))
    for folder, year, cents in (("a", 2026, 100), ("b", 2027, 200)):
        _run(rooms, tmp_path / folder, year=year)
        assert [_read(file).total_cents for file in _files(tmp_path / folder)] == [cents]


def test_what_is_not_printed_yet_is_named_with_its_reason(rooms: _Rooms, tmp_path: Path) -> None:
    settle_all(rooms.book, ANN)
    tick(rooms.book)
    hands = Hands(
        write=rooms.book.write, work=lambda: len(tick(rooms.book, desk(now=NOON)).issued), read_pdf=rooms.read_pdf
    )
    made = write_statements(rooms.book.read, hands, Order(year=2026, out=tmp_path / "out", now=NOON))
    with rooms.book.read() as session:
        (due,) = list_statements(session, 2026)
    assert [(failure.number, failure.reason) for failure in made.failures] == [
        (due.number, "its print waits to be tried again")
    ]
    assert (made.mail, made.print) == (0, 0)


def test_a_donor_whose_statement_is_refused_is_a_failure_with_a_reason(rooms: _Rooms, tmp_path: Path) -> None:
    settle_all(rooms.book, ANN)
    tick(rooms.book)
    hands = Hands(
        write=rooms.book.write,
        work=lambda: len(tick(rooms.book, desk(now=NOON, signatory_name="\u202eB")).issued),
        read_pdf=rooms.read_pdf,
    )
    made = write_statements(rooms.book.read, hands, Order(year=2026, out=tmp_path / "out", now=NOON))
    assert [(failure.number, "refused" in failure.reason) for failure in made.failures] == [(None, True)]


def test_letters_are_owed_once_and_a_donor_whose_mail_came_back_is_in_the_set_to_print(
    rooms: _Rooms, tmp_path: Path
) -> None:
    settle_all(rooms.book, ANN, BOB, Giving(name="Cy", email=""))
    tick(rooms.book)
    made = _run(rooms, tmp_path / "out", mails=True)
    assert (made.mail, made.print) == (2, 1)
    first = _letters(rooms)
    assert [key for key, _ in first] == [f"mail/statement/{number}" for number in numbers(rooms.book, series="S")[:2]]
    rooms.book.write(
        lambda session: session.execute(
            update(OutboxRow)
            .where(OutboxRow.key == first[1][0])
            .values(state="parked", last_refusal="MailRefusedError")
        )
    )
    again = _run(rooms, tmp_path / "out", mails=True)
    assert [key for key, _ in _letters(rooms)] == [key for key, _ in first]
    assert (again.mail, again.print, again.written) == (1, 2, 1)
    assert {file.stem for way in ("mail", "print") for file in _files(tmp_path / "out", way)} == set(
        numbers(rooms.book, series="S")
    )
    assert {failure.reason for failure in again.failures} == {
        "its letter waits to be tried again",
        "its letter needs a person (MailRefusedError)",
    }


def _letters(rooms: _Rooms) -> list[tuple[str, str]]:
    with rooms.book.read() as session:
        rows = session.execute(
            select(OutboxRow.key, OutboxRow.state).where(OutboxRow.kind == "mail_statement").order_by(OutboxRow.key)
        )
        return [(row.key, row.state) for row in rows]


def test_a_dry_run_writes_nothing_and_says_what_to_look_at(rooms: _Rooms, tmp_path: Path) -> None:
    double = Giving(name="Ann", email="ann@second.example.org")
    settle_all(rooms.book, ANN, double, BOB, Giving(name=" ", email="no@example.org"))
    tick(rooms.book)
    with rooms.book.read() as session:
        plan = plan_statements(session, 2026)
    assert (plan.donors, plan.without_statement, plan.corrections) == (3, 3, ())
    assert (len(plan.without_address), plan.without_email, len(plan.likely_doubles)) == (3, (), 1)
    assert (plan.undocumented_gifts, plan.missing_numbers) == (("g_0000000000000004",), ())
    _run(rooms, tmp_path / "out")
    give_back(rooms.book, 1, 3_000)
    tick(rooms.book)
    with rooms.book.read() as session:
        plan = plan_statements(session, 2026)
    assert (plan.without_statement, [(each.was_cents, each.now_cents) for each in plan.corrections]) == (
        0,
        [(13_000, 10_000)],
    )


def test_a_year_without_gifts_has_no_statements(rooms: _Rooms, tmp_path: Path) -> None:
    made = _run(rooms, tmp_path / "out", year=2025)
    assert (made.donors, made.mail, made.print) == (0, 0, 0)


def test_a_round_through_many_donors_asks_for_a_page_of_them_in_each_step(book: Database) -> None:
    settle_all(book, *(Giving(name=f"Donor {n}", email=f"donor{n}@example.org") for n in range(450)))
    tick(book, desk(now=NOON))
    subject: str | None = "2026 0 0 0"
    asked = [0]
    while subject is not None:
        book.write(partial(take_step, kind="ask_statements", subject=subject, now=NOON))
        with book.read() as session:
            asked.append(acknowledgment.count_requested_statements(session, 2026))
            latest = select(OutboxRow.subject).where(OutboxRow.kind == "ask_statements").order_by(OutboxRow.id.desc())
            owed = session.scalar(latest)
        subject = owed if owed != subject else None
    assert [later - before for before, later in pairwise(asked)] == [200, 200, 50, 0]
