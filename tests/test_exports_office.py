"""A spreadsheet program we did not write opens the treasurer's files: same totals, no formula, no lost zero."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from donations import ledger
from donations.audit_log import Actor
from donations.database import Database
from donations.goods import GoodsWish, ItemWish
from donations.goods.taking_in import Hand, take_in
from donations.reporting import export
from donations.reporting.exports import EXPORTS
from donations.spending import Draft, Line, approve_purchase, draft_purchase
from donations.spending.booking import Moment
from donations.tables import Receipt, transfer
from tests.bank_files import Told
from tests.bank_room import TODAY, certain, pay_out, take
from tests.clerk_room import NOON, ZONE, Giving, open_funds, settle_all, tick

OFFICE = shutil.which("soffice")
AS_SHOWN, TEXTS_QUOTED, FORMULAS_TOLD = "true", "true", "true"
WRITTEN = f"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,{TEXTS_QUOTED},{AS_SHOWN},{FORMULAS_TOLD}"
READ = "Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false,false,false,0,true"
"""Quoted cells are text; a text that looks like a formula would be computed: that is the danger."""
EVIL = ("=1+1", "+1+1", "-1+1", '=HYPERLINK("http://127.0.0.1:9","x")', "@SUM(1)", "\t=1+1")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice is missing: apt-get install libreoffice-calc"),
]


def opened(folder: Path, files: list[Path]) -> dict[str, list[dict[str, str]]]:
    """Let LibreOffice open the files and tell what their cells hold, texts in quotation marks."""
    told = folder / "told"
    of_its_own = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    for suffix, further in ((".csv", [f"--infilter={READ}"]), (".xlsx", [])):
        chosen = [str(file) for file in files if file.suffix == suffix]
        asked = ["--headless", *further, "--convert-to", WRITTEN, "--outdir", str(told)]
        subprocess.run(  # LibreOffice itself, on our own files.
            [str(OFFICE), of_its_own, *asked, *chosen],
            check=True,
            capture_output=True,
            timeout=120,
        )
        for file in chosen:
            (told / f"{Path(file).stem}.csv").rename(told / f"{Path(file).name}.told")
    return {file.name: _rows(told / f"{file.name}.told") for file in files}


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def live(book: Database) -> None:
    """Let donors whose names are formulas give, one of them enough for Schedule B; pay out, and buy clothing."""
    (fund,) = open_funds(book, funds=1)
    amounts = (600_000, *(13_001 + n for n in range(1, len(EVIL))))
    settle_all(
        book,
        *(
            Giving(cents=cents, fee_cover_cents=7, name=evil, address={"postal_code": "02134", "city": evil})
            for cents, evil in zip(amounts, EVIL, strict=True)
        ),
    )
    tick(book)
    bill = Draft(receipt_number="W-1", bought_on=TODAY, paid_from="bank", lines=(Line(code=fund.code, cents=12_999),))
    reference = book.write(lambda session: draft_purchase(session, Actor(reference="s_1"), bill, now=NOON))
    moment = Moment(now=NOON, zone=ZONE)
    book.write(lambda session: approve_purchase(session, Actor(reference="s_2"), reference, moment))
    take(book, Told(fitid="1", on=TODAY, cents=pay_out(book, "po_1", 13_000, -453)))
    assert certain(book) == 1
    coats = ItemWish(description="=1+1 coats", count=3, condition="new", value_cents=12_345)
    wish = GoodsWish(kind="goods", name=EVIL[0], handed_over_on=TODAY, place="+1 Main Street", items=(coats,))
    hand = Hand(actor=Actor(reference="s_1"), now=NOON, zone=ZONE, control_version="control-2026-1")
    book.write(lambda session: take_in(session, wish, hand))
    tick(book)


def test_libreoffice_reads_the_ledgers_totals_and_computes_nothing(book: Database, tmp_path: Path) -> None:
    live(book)
    made = {
        f"{what}.{suffix}": export(book.read, what, year=2026, sheet_format=suffix, out=tmp_path / f"{what}.{suffix}")
        for what in EXPORTS
        for suffix in ("csv", "xlsx")
    }
    told = opened(tmp_path, [one.file for one in made.values()])
    assert [cell for rows in told.values() for row in rows for cell in row.values() if cell.startswith("=")] == []
    for name, one in made.items():
        assert len(told[name]) == one.rows > 0, name
        for column, cents in one.totals_cents.items():
            if column in told[name][0]:
                assert sum(_cents(row[column]) for row in told[name] if row[column]) == cents, (name, column)
    for suffix in ("csv", "xlsx"):
        assert {row["postal_code"] for row in told[f"gifts.{suffix}"]} == {"02134"}
        names = sorted(row["name"].lstrip("'").strip() for row in told[f"gifts.{suffix}"])
        assert names == sorted(evil.strip() for evil in EVIL)
        _assert_of_the_ledger(book, {what: told[f"{what}.{suffix}"] for what in EXPORTS})


def _assert_of_the_ledger(book: Database, told: Mapping[str, list[dict[str, str]]]) -> None:
    """Compare what LibreOffice adds up with what the ledger itself says, asked apart from any export."""
    with book.read() as session:
        given = -ledger.balance(session, "children", "income:gifts")
        covered = -ledger.balance(session, "operations", "income:fee-cover")
        clothing = ledger.balance(session, "children", "expense:clothing")
        moved = session.scalar(select(func.sum(transfer.c.cents)))
        in_kind = -ledger.balance(session, "children", "income:goods")
        receipted = session.scalar(select(func.sum(Receipt.amount_cents)))
    assert _sum(told["gifts"], "amount") == given
    assert _sum(told["donors"], "total") == given + covered
    assert _sum(told["receipts"], "amount") == receipted
    assert _sum(told["journal"], "amount") == moved
    assert _sum(told["spending"], "amount") == clothing
    assert (_sum(told["payouts"], "children"), _sum(told["payouts"], "operations")) == (13_000, -453)
    assert (_sum(told["goods"], "value"), _sum(told["goods"], "left_value")) == (in_kind, in_kind)
    form = {row["line"]: _cents(row["amount"]) for row in told["form-990"]}
    in_all = given + covered + in_kind
    assert (form["1g"], form["1h"], form["E"], form["difference"]) == (in_kind, in_all, in_all, 0)


def _sum(rows: list[dict[str, str]], column: str) -> int:
    return sum(_cents(row[column]) for row in rows if row[column])


def _cents(shown: str) -> int:
    return round(Decimal(shown.replace(",", "").replace("$", "")) * 100)
