from __future__ import annotations

import csv
import json
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from donations import ledger, postings
from donations.database import Database
from donations.errors import FieldRefusedError
from donations.reporting import export
from donations.reporting.questions import QUESTIONS
from donations.reporting.sheets import Column, SheetFormat, neutralise, open_sheet
from donations.tables import entry, transfer
from tests.clerk_room import NOON, Giving, settle_all, tick

LAST_MOMENT = datetime(2027, 1, 1, 7, 59, 59, tzinfo=UTC)
FIRST_MOMENT = datetime(2027, 1, 1, 8, 0, tzinfo=UTC)
FORMULA_STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]  # noqa: RUF001  # Full-width on purpose.
FORMATS: tuple[SheetFormat, ...] = ("csv", "xlsx", "json")
Row = dict[str, Any]


def _export(book: Database, what: str, year: int, sheet_format: str, folder: Path) -> list[Row]:
    out = folder / f"{what}-{year}.{sheet_format}"
    done = export(book.read, what, year=year, sheet_format=sheet_format, out=out)
    rows = list(_read(out))
    assert done.rows == len(rows)
    return rows


def _read(file: Path) -> Iterator[Row]:
    if file.suffix == ".json":
        yield from json.loads(file.read_text(encoding="utf-8"))
    elif file.suffix == ".csv":
        with file.open(encoding="utf-8", newline="") as opened:
            yield from csv.DictReader(opened)
    else:
        with closing(openpyxl.load_workbook(file)) as workbook:
            head, *rows = workbook.worksheets[0].iter_rows()
            for row in rows:
                assert all(cell.data_type != "f" for cell in row)
                yield {str(name.value): cell.value for name, cell in zip(head, row, strict=True)}


def _cents(rows: list[Row], name: str) -> int:
    """Return the sum of a column, whatever the format calls it."""
    if rows and f"{name}_cents" in rows[0]:
        return sum(row[f"{name}_cents"] for row in rows)
    return sum(round(Decimal(str(row[name])) * 100) for row in rows)


@pytest.mark.parametrize("sheet_format", FORMATS)
def test_the_gifts_of_a_year_add_up_to_the_ledger(book: Database, tmp_path: Path, sheet_format: str) -> None:
    settle_all(book, *(Giving(cents=13_000 + n, fee_cover_cents=n % 3 * 7) for n in range(20)))
    tick(book)
    rows = _export(book, "gifts", 2026, sheet_format, tmp_path)
    with book.read() as session:
        assert _cents(rows, "amount") == -ledger.balance(session, "children", "income:gifts")
        assert _cents(rows, "fee_cover") == -ledger.balance(session, "operations", "income:fee-cover")
    assert len({row["receipt"] for row in rows}) == 20


@pytest.mark.parametrize("sheet_format", FORMATS)
def test_the_journal_of_a_year_holds_every_transfer_once(book: Database, tmp_path: Path, sheet_format: str) -> None:
    settle_all(book, Giving(fee_cover_cents=407), Giving(cents=500))
    fee = postings.stripe_fee(txn_id="txn_1", fee_cents=407, happened_at=NOON, effective_on=NOON.date())
    assert fee is not None
    book.write(lambda session: ledger.post(session, fee, recorded_at=NOON))
    rows = _export(book, "journal", 2026, sheet_format, tmp_path)
    with book.read() as session:
        assert _cents(rows, "amount") == sum(session.scalars(select(transfer.c.cents)))
    assert {(row["fund"], row["debit"]) for row in rows if row["kind"] == "fee"} == {
        ("operations", "expense:processing-fees")
    }


@pytest.mark.parametrize("what", ["gifts", "journal"])
@pytest.mark.parametrize("sheet_format", FORMATS)
def test_local_new_year_parts_two_gifts_of_one_second(
    book: Database, tmp_path: Path, what: str, sheet_format: str
) -> None:
    settle_all(book, Giving(cents=100, charged_at=LAST_MOMENT), Giving(cents=200, charged_at=FIRST_MOMENT))
    assert _cents(_export(book, what, 2026, sheet_format, tmp_path), "amount") == 100
    assert _cents(_export(book, what, 2027, sheet_format, tmp_path), "amount") == 200


@pytest.mark.parametrize("sheet_format", ["csv", "xlsx"])
def test_no_text_of_a_donor_becomes_a_formula(book: Database, tmp_path: Path, sheet_format: str) -> None:
    fields = ("address_line1", "address_line2", "city", "region", "postal_code", "country")
    evils = [f"{start}HYPERLINK(1)" for start in FORMULA_STARTS]
    settle_all(book, *(Giving(name=evil, email=evil, address=dict.fromkeys(fields, evil)) for evil in evils))
    for what in ("gifts", "donors"):
        rows = _export(book, what, 2026, sheet_format, tmp_path)
        assert len(rows) == len(evils)
        for row, field in product(rows, ("name", "email", *fields)):
            assert str(row[field]).startswith("'")
            assert str(row[field]).endswith("HYPERLINK(1)")


def test_what_hides_a_formula_behind_blanks_is_neutralised_too() -> None:
    assert neutralise(" =1") == "' =1"
    assert neutralise("\u200b=1") == "'\u200b=1"
    assert [neutralise(text) for text in ("", "Ann", "'", "1-2", "a=b")] == ["", "Ann", "'", "1-2", "a=b"]


@pytest.mark.parametrize("sheet_format", FORMATS)
def test_a_postal_code_keeps_its_zero(book: Database, tmp_path: Path, sheet_format: str) -> None:
    settle_all(book, Giving(address={"postal_code": "02134", "city": "Boston"}))
    (row,) = _export(book, "gifts", 2026, sheet_format, tmp_path)
    assert row["postal_code"] == "02134"


def test_amounts_are_numbers_and_days_are_days_by_type(book: Database, tmp_path: Path) -> None:
    settle_all(book, Giving(cents=1_005))
    (row,) = _export(book, "gifts", 2026, "xlsx", tmp_path)
    assert row["amount"] == 10.05
    assert row["gift_on"] == datetime(2026, 11, 22)  # noqa: DTZ001  # A spreadsheet's day has no zone.
    text = (tmp_path / "gifts-2026.xlsx").with_suffix(".csv")
    export(book.read, "gifts", year=2026, sheet_format="csv", out=text)
    assert b",10.05," in text.read_bytes()
    assert b'"2026-11-22"' in text.read_bytes()


@pytest.mark.parametrize("what", sorted(QUESTIONS))
@pytest.mark.parametrize("sheet_format", FORMATS)
def test_a_year_without_a_row_is_a_sheet_with_its_headings(
    book: Database, tmp_path: Path, what: str, sheet_format: str
) -> None:
    assert _export(book, what, 2020, sheet_format, tmp_path) == []


def test_names_in_any_script_come_back_as_they_were(book: Database, tmp_path: Path) -> None:
    name = 'Łucja "O\'Neill", Ñandú 李'
    settle_all(book, Giving(name=name))
    for sheet_format in FORMATS:
        (row,) = _export(book, "gifts", 2026, sheet_format, tmp_path)
        assert row["name"] == name


def test_receipts_are_listed_with_how_they_stand(book: Database, tmp_path: Path) -> None:
    settle_all(book, Giving(), Giving(email="b@example.org"))
    issued = tick(book).issued
    rows = _export(book, "receipts", 2026, "csv", tmp_path)
    assert [(row["number"], row["status"]) for row in rows] == [(number, "valid") for number in issued]


def test_an_export_that_breaks_leaves_no_file(tmp_path: Path) -> None:
    columns = [Column(name="a")]
    target = tmp_path / "half.csv"
    with pytest.raises(ValueError, match="shorter"), open_sheet(target, columns, "csv") as write:
        write([])
    assert list(tmp_path.iterdir()) == []


def test_the_treasurer_is_told_how_far_it_is(book: Database, tmp_path: Path) -> None:
    settle_all(book, Giving(), Giving(), Giving())
    told: list[tuple[int, int]] = []
    out = tmp_path / "gifts.csv"
    done = export(book.read, "gifts", year=2026, sheet_format="csv", out=out, progress=lambda *far: told.append(far))
    assert told == [(3, 3)]
    assert done.totals_cents["amount"] == 39_000


@pytest.mark.parametrize("sheet_format", FORMATS)
@pytest.mark.parametrize("most", [2_000, pytest.param(50_000, marks=pytest.mark.slow)])
def test_many_rows_take_no_more_memory_than_a_thousand(tmp_path: Path, sheet_format: SheetFormat, most: int) -> None:
    def peak(rows: int) -> int:
        tracemalloc.start()
        columns = [Column(name="name"), Column(name="on", kind="day"), Column(name="amount", kind="cents")]
        with open_sheet(tmp_path / f"{rows}.{sheet_format}", columns, sheet_format) as write:
            for number in range(rows):
                write([f"donor {number}", NOON.date(), number])
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(most) < peak(1_000) + 256 * 1024


@pytest.mark.slow
def test_a_large_journal_streams_out_of_the_database(book: Database, tmp_path: Path) -> None:
    _write_many_entries(book, 25_000)
    tracemalloc.start()
    done = export(book.read, "journal", year=2026, sheet_format="csv", out=tmp_path / "journal.csv")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert done.rows == 50_000
    assert most < 12 * 1024 * 1024


def _write_many_entries(book: Database, entries: int) -> None:
    values = {
        "kind": "gift",
        "happened_at": NOON,
        "effective_on": NOON.date(),
        "recorded_at": NOON,
        "actor": "stripe",
    }
    numbers = range(1, entries + 1)
    many = [{"id": n, "source_key": f"charge/ch_{n}", "n_transfers": 2, **values} for n in numbers]
    pairs = [(n, line) for n in numbers for line in (1, 2)]
    moved = {"fund_id": 1, "debit_id": 1030, "credit_id": 4010, "cents": 100}

    def write(session: Session) -> None:
        session.execute(insert(entry), many)
        session.execute(insert(transfer), [{"entry_id": n, "line": line, **moved} for n, line in pairs])

    book.write(write)


@pytest.mark.parametrize(
    ("what", "year", "sheet_format"), [("children", 2026, "csv"), ("gifts", 1, "csv"), ("gifts", 2026, "exe")]
)
def test_what_cannot_be_exported_is_refused_in_plain_words(
    book: Database, tmp_path: Path, what: str, year: int, sheet_format: str
) -> None:
    with pytest.raises(FieldRefusedError):
        export(book.read, what, year=year, sheet_format=sheet_format, out=tmp_path / "no")
    assert list(tmp_path.iterdir()) == []
