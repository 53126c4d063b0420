"""The year's documents and the year's book tell the same cents, and Part VIII is the book's."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from donations import ledger
from donations.database import Database
from donations.postings import CHART
from donations.reporting import FORM_LINES, PartEight, TieOut, export, part_eight, tie_out
from donations.tables import Gift
from tests.clerk_room import tick
from tests.reporting_room import give, noon_of, take_fee
from tests.return_facts import covered, dispute, promise, refund, row, settle, told
from tests.returning_room import give_back

YEAR = 2026


def _tied(book: Database, year: int = YEAR) -> TieOut:
    with book.read() as session:
        return tie_out(session, year)


def _form(book: Database, year: int = YEAR) -> PartEight:
    with book.read() as session:
        return part_eight(session, year)


def test_every_income_account_has_exactly_one_line_of_the_form() -> None:
    assert set(FORM_LINES) == {account.path for account in CHART if account.kind == "income"}


def test_receipted_gifts_tie_to_the_book_gross_of_fees(book: Database) -> None:
    give(book, date(2026, 3, 1), date(2026, 7, 1), cents=13_000, fee_cover_cents=330)
    take_fee(book, date(2026, 3, 1), 400)
    tick(book)
    tied = _tied(book)
    assert (tied.a_cents, tied.b_cents, tied.e_cents, tied.difference_cents) == (26_660, 0, 26_660, 0)
    assert _form(book) == PartEight(
        line_1c_cents=0, line_1e_cents=0, line_1f_cents=26_660, line_1g_cents=0, line_1h_cents=26_660
    )
    assert tied.untied == ()


def test_a_gift_without_a_document_stands_in_line_b_by_its_reference(book: Database) -> None:
    give(book, date(2026, 3, 1))
    tied = _tied(book)
    with book.read() as session:
        (reference,) = session.scalars(select(Gift.reference))
    assert (tied.a_cents, tied.b_cents, tied.difference_cents) == (0, 13_000, 0)
    assert [(each.line, each.reference, each.reason) for each in tied.rows] == [("B", reference, "no_document")]


def test_a_refund_and_a_lost_dispute_leave_nothing_between_documents_and_book(book: Database) -> None:
    charged = told(promise(book, covered()), cents=10_330)
    lost = dispute(row("dp_1", -7_830, fee_cents=1_500, type="adjustment"), amount_cents=7_830)
    settle(book, charged)
    tick(book)
    settle(book, replace(charged, refunds=(refund("1", 2_500),)))
    tick(book)
    after_refund = _tied(book)
    assert (after_refund.a_cents, after_refund.e_cents, after_refund.untied) == (7_830, 7_830, ())
    settle(book, replace(charged, refunds=(refund("1", 2_500),), disputes=(replace(lost, status="lost"),)))
    tick(book)
    tied = _tied(book)
    assert (tied.a_cents, tied.e_cents, tied.difference_cents, tied.untied) == (0, 0, 0, ())


def test_a_return_of_last_years_gift_stands_in_line_d_and_leaves_last_year_as_it_was(book: Database) -> None:
    give(book, date(2026, 12, 1))
    tick(book)
    before = _tied(book)
    give_back(book, 1, 3_000, at=noon_of(date(2027, 2, 1)))
    after, later = _tied(book), _tied(book, 2027)
    assert before == after
    assert (later.d_cents, later.e_cents, later.difference_cents) == (-3_000, -3_000, 0)


def test_a_document_that_no_longer_tells_what_stands_is_a_difference_with_its_row(book: Database) -> None:
    give(book, date(2026, 3, 1), date(2026, 4, 1))
    tick(book)
    give_back(book, 1, 1, at=noon_of(date(2026, 5, 1)))
    tied = _tied(book)
    assert tied.difference_cents == 1
    assert [(each.document_cents, each.booked_cents) for each in tied.untied] == [(13_000, 12_999)]


@pytest.mark.parametrize("sheet_format", ["csv", "json", "xlsx"])
def test_the_workpaper_is_written_with_the_ledgers_total(book: Database, tmp_path: Path, sheet_format: str) -> None:
    give(book, date(2026, 3, 1))
    tick(book)
    out = tmp_path / f"form.{sheet_format}"
    made = export(book.read, "form-990", year=YEAR, sheet_format=sheet_format, out=out)
    with book.read() as session:
        assert made.totals_cents["1h"] == -ledger.balance(session, "children", "income:gifts")
    assert made.totals_cents["difference"] == 0
    if sheet_format == "json":
        lines = {each["line"]: each["amount_cents"] for each in json.loads(out.read_text(encoding="utf-8"))}
        assert lines == made.totals_cents
