"""Room: reporting. The journal as a beancount ledger: a second accountant adds it up again, month by month.

Syntax: beancount.github.io/docs/beancount_language_syntax.html. Each fund has its own leaf account, so that the
children's money can be seen alone; a balance assertion holds at the beginning of its day, and to the cent: without
the `~ 0.00` beancount would let one cent pass.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TextIO

from donations.postings import CHART, FUND_IDS, Account, permitted
from donations.reporting.accounting.journal import Journal, JournalEntry, JournalLine
from donations.reporting.sheets import written_whole

_ROOTS = {
    "asset": "Assets",
    "liability": "Liabilities",
    "net_asset": "Equity",
    "income": "Income",
    "expense": "Expenses",
}


def write_beancount(journal: Journal, out: Path) -> int:
    """Write the year, with what stood before it and an assertion for each account and month; return its entries."""
    count = 0
    with written_whole(out) as unfinished, unfinished.open("w", encoding="utf-8") as file:
        _write_head(file, journal)
        for each in journal.entries():
            _write_transaction(file, each.day.isoformat(), _narration(each), each.lines, key=each.source_key)
            count += 1
        _write_assertions(file, journal)
    return count


def account_name(account: Account, fund: str) -> str:
    """Return a fund's account as beancount spells it, like `Assets:Bank:Children:Fund-Operations`."""
    parts = account.path.split(":")[1:]
    return ":".join((_ROOTS[account.kind], *(part[0].upper() + part[1:] for part in parts), f"Fund-{fund.title()}"))


def _write_head(file: TextIO, journal: Journal) -> None:
    file.write(f'option "title" "Almoner {journal.year}"\noption "operating_currency" "USD"\n\n')
    for fund in FUND_IDS:
        for account in CHART:
            if permitted(fund, account.path):
                file.write(f"{journal.first_day} open {account_name(account, fund)} USD\n")
    before = [line for line in journal.balances_before() if line.cents]
    if before:
        _write_transaction(file, journal.first_day.isoformat(), "opening balances", tuple(before), key="opening")


def _write_transaction(file: TextIO, day: str, narration: str, lines: tuple[JournalLine, ...], *, key: str) -> None:
    file.write(f'\n{day} * "{narration}"\n  source: "{_quoted(key)}"\n')
    file.writelines(f"  {account_name(line.account, line.fund)}  {_dollars(line.cents)} USD\n" for line in lines)


def _write_assertions(file: TextIO, journal: Journal) -> None:
    for last in journal.month_ends():
        file.write("\n")
        day = last + timedelta(days=1)
        for line in journal.balances_on(last):
            name = account_name(line.account, line.fund)
            file.write(f"{day} balance {name}  {_dollars(line.cents)} ~ 0.00 USD\n")


def _narration(each: JournalEntry) -> str:
    return _quoted(each.kind.replace("_", " "))


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _dollars(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
