"""Statements as a bank writes them: OFX 1 (SGML), OFX 2 (XML) and CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

_SGML_HEAD = (
    "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\nCHARSET:1252\r\n"
    "COMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n"
)
_XML_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\r\n<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE"'
    ' OLDFILEUID="NONE" NEWFILEUID="NONE"?>\r\n'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line as the bank tells it."""

    fitid: str
    on: date
    cents: int
    words: str = "TRANSFER"
    type: str = "OTHER"


def ofx(lines: Sequence[Told], *, balance: tuple[date, int] | None = None, currency: str = "USD") -> bytes:
    """Return an OFX 1 file: its elements have no end tags."""
    told = "".join(
        f"<STMTTRN><TRNTYPE>{one.type}<DTPOSTED>{one.on:%Y%m%d}120000[-8:PST]<TRNAMT>{_decimal(one.cents)}"
        f"<FITID>{one.fitid}<NAME>{one.words}</STMTTRN>\r\n"
        for one in lines
    )
    says = f"<LEDGERBAL><BALAMT>{_decimal(balance[1])}<DTASOF>{balance[0]:%Y%m%d}</LEDGERBAL>" if balance else ""
    body = (
        "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20261130<LANGUAGE>ENG</SONRS>"
        f"</SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS>"
        f"<CURDEF>{currency}<BANKACCTFROM><BANKID>122400724<ACCTID>000123<ACCTTYPE>CHECKING</BANKACCTFROM>"
        f"<BANKTRANLIST><DTSTART>20260101<DTEND>20261231{told}</BANKTRANLIST>{says}</STMTRS></STMTTRNRS>"
        "</BANKMSGSRSV1></OFX>"
    )
    return (_SGML_HEAD + body).encode("cp1252")


def ofx_xml(lines: Sequence[Told]) -> bytes:
    """Return an OFX 2 file."""
    told = "".join(
        f"<STMTTRN><TRNTYPE>{one.type}</TRNTYPE><DTPOSTED>{one.on:%Y%m%d}</DTPOSTED>"
        f"<TRNAMT>{_decimal(one.cents)}</TRNAMT><FITID>{one.fitid}</FITID><NAME>{one.words}</NAME></STMTTRN>"
        for one in lines
    )
    return (
        f"{_XML_HEAD}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD</CURDEF><BANKTRANLIST>{told}</BANKTRANLIST>"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    ).encode()


def csv_file(lines: Sequence[Told]) -> bytes:
    """Return a CSV file as American banks write it, without ids."""
    rows = [f'{one.on:%m/%d/%Y},"{one.words}",{_decimal(one.cents)}' for one in lines]
    return "\r\n".join(["Posting Date,Description,Amount", *rows]).encode()


def _decimal(cents: int) -> str:
    return f"{Decimal(cents) / 100:.2f}"
