"""The journal for other programs: a second accountant adds it up again, and readers we did not write agree."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from ofxtools.Parser import OFXTree

from donations import ledger
from donations.database import Database
from donations.errors import FieldRefusedError
from donations.ledger import AsOf
from donations.postings import FUND_IDS, Opening, opening_balances, year_close
from donations.reporting import export
from tests.clerk_room import NOON, open_funds, spend, tick
from tests.money_facts import post
from tests.return_facts import covered, dispute, payout, promise, refund, row, settle, told

YEAR = 2026
LAST_YEAR = date(2025, 12, 31)
BEAN_CHECK = Path(sys.executable).with_name("bean-check")


@pytest.fixture
def lived(book: Database) -> Database:
    """Fill a book: an opening before the year, gifts, a fee, a refund, a dispute, a payout, clothing made whole."""
    openings = [
        Opening(fund="operations", account="assets:bank:operations", cents=50_000),
        Opening(fund="children", account="assets:bank:children", cents=20_000),
    ]
    post(book, opening_balances(day=LAST_YEAR, balances=openings, happened_at=NOON))
    fee = row("fee_1", 10_330, fee_cents=330, type="charge", reporting_category="charge", source_id="ch_1")
    charged = told(promise(book, covered()), cents=10_330, balance_transaction=fee)
    lost = dispute(row("dp_1", -7_830, fee_cents=1_500, type="adjustment"), amount_cents=7_830)
    settle(book, charged)
    (fund,) = open_funds(book, funds=1)
    tick(book)
    book.write(lambda session: spend(session, code=fund.code, cents=4_000, reference="b_1"))
    settle(book, replace(charged, refunds=(refund("1", 2_500),), disputes=(lost,)))
    settle(book, payout=payout(None, 100))
    tick(book)
    return book


def _export(book: Database, program: str, folder: Path) -> Path:
    out = folder / f"journal.{program}"
    made = export(book.read, "journal", year=YEAR, sheet_format=program, out=out)
    assert made.rows > 0
    return out


def _bean_check(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BEAN_CHECK, "--no-cache", str(file)], capture_output=True, text=True, check=False)


def _sums(book: Database) -> dict[tuple[str, str], int]:
    """Return what moved in the year, by fund and account."""
    with book.read() as session:
        after = ledger.trial_balance(session, AsOf(effective_on=date(YEAR, 12, 31)))
        before = ledger.trial_balance(session, AsOf(effective_on=LAST_YEAR))
    moved = Counter({(line.fund, line.account): line.balance_cents for line in after})
    moved.subtract({(line.fund, line.account): line.balance_cents for line in before})
    return {key: cents for key, cents in moved.items() if cents}


def test_the_second_accountant_agrees_to_the_cent(lived: Database, tmp_path: Path) -> None:
    file = _export(lived, "beancount", tmp_path)
    checked = _bean_check(file)
    assert (checked.returncode, checked.stderr) == (0, "")
    text = file.read_text(encoding="utf-8")
    assert len(re.findall(r"^2026-\d\d-01 balance |^2027-01-01 balance ", text, re.MULTILINE)) > 20
    assert '"opening balances"' in text


@pytest.mark.parametrize("which", ["transaction", "assertion"])
def test_a_single_cent_is_noticed(lived: Database, tmp_path: Path, which: str) -> None:
    file = _export(lived, "beancount", tmp_path)
    text = file.read_text(encoding="utf-8")
    where = "\n  " if which == "transaction" else "\n2027-01-01 balance "
    found = re.search(where + r"Assets:Stripe:Fund-Children +(-?\d+\.\d\d)", text)
    assert found is not None
    changed = Decimal(found[1]) + Decimal("0.01")
    file.write_text(text[: found.start(1)] + str(changed) + text[found.end(1) :], encoding="utf-8")
    assert _bean_check(file).returncode != 0


def test_quickbooks_desktop_gets_entries_that_balance_in_each_class(lived: Database, tmp_path: Path) -> None:
    file = _export(lived, "iif", tmp_path)
    rows = list(csv.reader(file.read_text(encoding="ascii").splitlines(), delimiter="\t"))
    assert {cells[0] for cells in rows} == {
        *("!ACCNT", "ACCNT", "!CLASS", "CLASS", "!TRNS", "!SPL", "!ENDTRNS", "TRNS", "SPL", "ENDTRNS")
    }
    lines = [cells for cells in rows if cells[0] in {"TRNS", "SPL"}]
    moved: Counter[tuple[str, str]] = Counter()
    of_entry: Counter[tuple[str, str]] = Counter()
    for _, _, day, account, fund, amount, number, _ in lines:
        assert re.fullmatch(r"\d\d/\d\d/2026", day)
        moved[fund, account] += int(Decimal(amount) * 100)
        of_entry[number, fund] += int(Decimal(amount) * 100)
    assert set(of_entry.values()) == {0}
    assert {key: cents for key, cents in moved.items() if cents} == _sums(lived)


def test_xero_gets_journals_that_add_up_to_nothing(lived: Database, tmp_path: Path) -> None:
    file = _export(lived, "xero", tmp_path)
    of_journal: Counter[tuple[str, str]] = Counter()
    moved: Counter[tuple[str, str]] = Counter()
    with file.open(encoding="utf-8", newline="") as opened:
        for line in csv.DictReader(opened):
            cents = int(Decimal(line["*Amount"]) * 100)
            of_journal[line["*Narration"], line["*Date"]] += cents
            moved[line["TrackingOption1"], line["Description"]] += cents
    assert set(of_journal.values()) == {0}
    assert {key: cents for key, cents in moved.items() if cents} == _sums(lived)


@pytest.mark.filterwarnings("ignore:Encountered private extension tag <INTU.BID>")
def test_quickbooks_bank_feed_is_read_by_a_parser_we_did_not_write(lived: Database, tmp_path: Path) -> None:
    tree = OFXTree()
    tree.parse(str(_export(lived, "qbo", tmp_path)))
    statements = tree.convert().statements
    sums = _sums(lived)
    for statement, path in zip(statements, ("assets:bank:children", "assets:bank:operations"), strict=True):
        moved = sum(int(each.trnamt * 100) for each in statement.transactions)
        assert moved == sum(cents for (_, account), cents in sums.items() if account == path)
        assert len({each.fitid for each in statement.transactions}) == len(statement.transactions)
        with lived.read() as session:
            funds = ledger.trial_balance(session, AsOf(effective_on=date(YEAR, 12, 31)))
        balance = sum(line.balance_cents for line in funds if line.account == path)
        assert int(statement.ledgerbal.balamt * 100) == balance


def test_a_format_a_file_does_not_have_is_refused_in_words(lived: Database, tmp_path: Path) -> None:
    with pytest.raises(FieldRefusedError, match="use csv, xlsx, json"):
        export(lived.read, "gifts", year=YEAR, sheet_format="beancount", out=tmp_path / "x")


def test_only_beancount_is_told_the_closing_entries_for_quickbooks_and_xero_close_years_themselves(
    lived: Database, tmp_path: Path
) -> None:
    before = {program: _export(lived, program, tmp_path).read_bytes() for program in ("iif", "xero")}
    with lived.read() as session:
        lines = ledger.trial_balance(session, AsOf(effective_on=date(YEAR, 12, 31)))
    for fund in FUND_IDS:
        balances = {line.account: line.balance_cents for line in lines if line.fund == fund}
        closing = year_close(year=YEAR, fund=fund, balances=balances, happened_at=NOON, actor="command")
        assert closing is not None
        post(lived, closing)
    assert before == {program: _export(lived, program, tmp_path).read_bytes() for program in before}
    book = _export(lived, "beancount", tmp_path)
    assert f"close/{YEAR}/children" in book.read_text(encoding="utf-8")
    assert subprocess.run([BEAN_CHECK, book], check=False).returncode == 0  # Our own file.
