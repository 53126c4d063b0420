"""Payouts and spending as files: every format tells the ledger's own totals, and no clothing fund is named."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from donations import ledger, postings, spending
from donations.audit_log import Actor
from donations.database import Database
from donations.reporting import export
from donations.spending import Draft, Line
from donations.spending.booking import Moment
from tests.bank_files import Told
from tests.bank_room import TODAY, certain, pay_out, take
from tests.clerk_room import NOON, ZONE, Giving, open_funds, settle_all, tick

BUYER, TREASURER = Actor(reference="s_buyer", staff_id=None), Actor(reference="s_treasurer", staff_id=None)
MOMENT = Moment(now=NOON, zone=ZONE)


def _cents(text: Any) -> int:  # noqa: ANN401  # Whatever the format holds.
    return round(float(text) * 100)


def _export(book: Database, what: str, sheet_format: str, folder: Path) -> list[dict[str, Any]]:
    out = folder / f"{what}.{sheet_format}"
    export(book.read, what, year=2026, sheet_format=sheet_format, out=out)
    if sheet_format == "csv":
        with out.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    if sheet_format == "json":
        rows: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))
        return [{name.removesuffix("_cents"): _dollars(name, cell) for name, cell in row.items()} for row in rows]
    with closing(openpyxl.load_workbook(out)) as workbook:
        head, *cells = workbook.worksheets[0].iter_rows(values_only=True)
        return [dict(zip(map(str, head), row, strict=True)) for row in cells]


def _dollars(name: str, cell: Any) -> Any:  # noqa: ANN401  # Whatever the format holds.
    return cell / 100 if name.endswith("_cents") and cell is not None else cell


@pytest.mark.parametrize("sheet_format", ["csv", "xlsx", "json"])
def test_payouts_tell_whose_they_are_and_when_the_bank_showed_them(
    book: Database, tmp_path: Path, sheet_format: str
) -> None:
    pay_out(book, "po_1", 13_000, -453)
    pay_out(book, "po_2", 5_000, 100)
    take(book, Told(fitid="1", on=TODAY, cents=12_547))
    certain(book)
    first, second = _export(book, "payouts", sheet_format, tmp_path)
    assert (first["payout"], _cents(first["amount"]), _cents(first["children"])) == ("po_1", 12_547, 13_000)
    assert (_cents(first["operations"]), _cents(first["difference"])) == (-453, 0)
    assert str(first["bank_on"]).startswith("2026-11-22")
    assert second["bank_on"] in {"", None}
    with book.read() as session:
        for fund, name in (("children", "children"), ("operations", "operations")):
            arrived = ledger.balance(session, fund, "assets:bank:children")  # type: ignore[arg-type]
            assert arrived == _cents(first[name])


@pytest.mark.parametrize("sheet_format", ["csv", "xlsx", "json"])
def test_spending_is_the_cost_of_clothing_in_the_ledger_and_names_no_clothing_fund(
    book: Database, tmp_path: Path, sheet_format: str
) -> None:
    funds = open_funds(book, funds=2)
    settle_all(book, Giving(cents=26_000))
    tick(book)
    bought = [_buy(book, fund.code, cents) for fund, cents in zip(funds, (14_250, 9_000), strict=True)]
    book.write(partial(_return, reference=bought[1]))
    rows = _export(book, "spending", sheet_format, tmp_path)
    assert [_cents(row["amount"]) for row in rows] == [14_250, 9_000, -9_000]
    assert [_cents(row["operations"]) for row in rows] == [1_250, 0, 0]
    assert {row["purchase"] for row in rows} == set(bought)
    with book.read() as session:
        cost = sum(ledger.balance(session, fund, "expense:clothing") for fund in postings.FUND_IDS)
    assert sum(_cents(row["amount"]) for row in rows) == cost == 14_250
    assert not any(fund.code in str(rows) for fund in funds)


def _buy(book: Database, code: str, cents: int) -> str:
    draft = Draft(
        receipt_number="W-1002", bought_on=date(2026, 11, 22), paid_from="bank", lines=(Line(code=code, cents=cents),)
    )
    reference: str = book.write(lambda session: spending.draft_purchase(session, BUYER, draft, now=NOON))
    book.write(lambda session: spending.approve_purchase(session, TREASURER, reference, MOMENT))
    return reference


def _return(session: Any, reference: str) -> None:  # noqa: ANN401  # A session.
    spending.return_purchase(session, TREASURER, reference, MOMENT)
