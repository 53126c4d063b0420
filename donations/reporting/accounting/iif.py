"""Room: reporting. The journal as an IIF file for QuickBooks Desktop: general journal entries, a class for each fund.

Format: Intuit's "IIF overview: import kit" (tab-separated; `!` lines name the columns; each TRNS with its SPL lines
adds up to nothing; days as MM/DD/YYYY). No QuickBooks was at hand to load one into.
"""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from donations.postings import CHART, FUND_IDS
from donations.reporting.accounting.journal import Journal, JournalEntry
from donations.reporting.sheets import written_whole

_TYPES = {"asset": "OCASSET", "liability": "OCLIAB", "net_asset": "EQUITY", "income": "INC", "expense": "EXP"}
_HEAD = (
    "!TRNS\tTRNSTYPE\tDATE\tACCNT\tCLASS\tAMOUNT\tDOCNUM\tMEMO\r\n"
    "!SPL\tTRNSTYPE\tDATE\tACCNT\tCLASS\tAMOUNT\tDOCNUM\tMEMO\r\n"
    "!ENDTRNS\r\n"
)


def write_iif(journal: Journal, out: Path) -> int:
    """Write chart, classes and the year's entries; return how many entries."""
    count = 0
    with written_whole(out) as unfinished, unfinished.open("w", encoding="ascii", newline="") as file:
        _write_chart(file)
        file.write(_HEAD)
        for each in journal.entries_to_be_closed():
            count += 1
            _write_entry(file, each, count)
    return count


def _write_chart(file: TextIO) -> None:
    file.write("!ACCNT\tNAME\tACCNTTYPE\tACCNUM\r\n")
    for account in CHART:
        kind = "BANK" if account.path.startswith("assets:bank") else _TYPES[account.kind]
        file.write(f"ACCNT\t{account.path}\t{kind}\t{account.number}\r\n")
    file.write("!CLASS\tNAME\r\n")
    file.writelines(f"CLASS\t{fund}\r\n" for fund in FUND_IDS)


def _write_entry(file: TextIO, each: JournalEntry, number: int) -> None:
    day = f"{each.day:%m/%d/%Y}"
    for place, line in enumerate(each.lines):
        head = "SPL" if place else "TRNS"
        sign = "-" if line.cents < 0 else ""
        amount = f"{sign}{abs(line.cents) // 100}.{abs(line.cents) % 100:02d}"
        file.write(
            f"{head}\tGENERAL JOURNAL\t{day}\t{line.account.path}\t{line.fund}\t{amount}\t{number}\t"
            f"{each.kind} {_plain(each.source_key)}\r\n"
        )
    file.write("ENDTRNS\r\n")


def _plain(text: str) -> str:
    return text.encode("ascii", "replace").decode("ascii").replace("\t", " ").replace('"', "'")
