"""Room: reporting. The bank accounts as a QBO file (OFX 1.02 with Intuit's bank id), for QuickBooks' bank feed.

What the bank's own statement says, as our book has it: one transaction for each entry that moves the account.
Format: OFX 1.0.2 §11; QuickBooks wants `INTU.BID`. No QuickBooks was at hand to load one into.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, TextIO
from xml.sax.saxutils import escape

from donations.postings import Account, account_named
from donations.reporting.accounting.journal import Journal, JournalEntry
from donations.reporting.sheets import written_whole

_BANKS: Final = ("assets:bank:children", "assets:bank:operations")
_HEAD: Final = (
    "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\n"
    "COMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n"
)
_INTUIT_BANK: Final = "3000"
"""The number Intuit lets files without a bank of their own use."""
_FITID_MAX: Final = 255
_NAME_MAX: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class _Movement:
    day: date
    cents: int
    key: str
    name: str


def write_qbo(journal: Journal, out: Path) -> int:
    """Write both bank accounts with the year's movements and closing balances; return how many movements."""
    count = 0
    stamp = f"{journal.year}1231120000"
    with written_whole(out) as unfinished, unfinished.open("w", encoding="ascii", newline="") as file:
        file.write(
            f"{_HEAD}<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>{stamp}"
            f"<LANGUAGE>ENG<INTU.BID>{_INTUIT_BANK}</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1>\r\n"
        )
        for number, path in enumerate(_BANKS, start=1):
            count += _write_account(file, journal, account_named(path), number)
        file.write("</BANKMSGSRSV1></OFX>\r\n")
    return count


def _write_account(file: TextIO, journal: Journal, account: Account, number: int) -> int:
    count = 0
    year = journal.year
    file.write(
        f"<STMTTRNRS><TRNUID>{number}<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>USD<BANKACCTFROM>"
        f"<BANKID>000000000<ACCTID>{account.number}<ACCTTYPE>CHECKING</BANKACCTFROM>"
        f"<BANKTRANLIST><DTSTART>{year}0101<DTEND>{year}1231\r\n"
    )
    for each in journal.entries():
        moved = _movement(each, account)
        if moved is not None:
            _write_movement(file, moved)
            count += 1
    balance = sum(line.cents for line in journal.balances_on(date(year, 12, 31)) if line.account == account)
    file.write(
        f"</BANKTRANLIST><LEDGERBAL><BALAMT>{_dollars(balance)}<DTASOF>{year}1231</LEDGERBAL></STMTRS></STMTTRNRS>\r\n"
    )
    return count


def _movement(each: JournalEntry, account: Account) -> _Movement | None:
    cents = sum(line.cents for line in each.lines if line.account == account)
    if not cents:
        return None
    return _Movement(day=each.day, cents=cents, key=each.source_key, name=each.kind.replace("_", " "))


def _write_movement(file: TextIO, moved: _Movement) -> None:
    file.write(
        f"<STMTTRN><TRNTYPE>{'CREDIT' if moved.cents > 0 else 'DEBIT'}<DTPOSTED>{moved.day:%Y%m%d}"
        f"<TRNAMT>{_dollars(moved.cents)}<FITID>{_text(moved.key, _FITID_MAX)}<NAME>{_text(moved.name, _NAME_MAX)}"
        "</STMTTRN>\r\n"
    )


def _text(text: str, longest: int) -> str:
    return escape(text.encode("ascii", "replace").decode("ascii"))[:longest]


def _dollars(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
