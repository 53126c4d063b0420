"""A spreadsheet program not ours opens six of the treasurer's files: same totals, no formula, no lost zero."""

from __future__ import annotations

import csv
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from donations import ledger
from donations.database import Database
from donations.reporting import export
from tests.clerk_room import Giving, settle_all, tick

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


def test_libreoffice_reads_the_ledgers_totals_and_computes_nothing(book: Database, tmp_path: Path) -> None:
    settle_all(
        book,
        *(
            Giving(cents=13_001 + n, fee_cover_cents=7 * n, name=evil, address={"postal_code": "02134", "city": evil})
            for n, evil in enumerate(EVIL)
        ),
    )
    tick(book)
    files = []
    for what in ("gifts", "donors", "journal", "receipts", "form-990", "schedule-b"):
        for sheet_format in ("csv", "xlsx"):
            files.append(tmp_path / f"{what}.{sheet_format}")
            export(book.read, what, year=2026, sheet_format=sheet_format, out=files[-1])
    told = opened(tmp_path, files)
    with book.read() as session:
        given = -ledger.balance(session, "children", "income:gifts")
    for suffix in ("csv", "xlsx"):
        gifts = told[f"gifts.{suffix}"]
        assert sum(_cents(row["amount"]) for row in gifts) == given
        assert {row["postal_code"] for row in gifts} == {"02134"}
        assert sorted(row["name"].lstrip("'").strip() for row in gifts) == sorted(evil.strip() for evil in EVIL)
        assert len(told[f"journal.{suffix}"]) == len(_rows(tmp_path / "journal.csv"))
        assert {_cents(row["amount"]) for row in told[f"form-990.{suffix}"] if row["line"] == "difference"} == {0}
    computed = [cell for rows in told.values() for row in rows for cell in row.values() if cell.startswith("=")]
    assert computed == []


def _cents(shown: str) -> int:
    return round(Decimal(shown.replace(",", "").replace("$", "")) * 100)
