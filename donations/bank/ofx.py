"""Room: bank. Reads OFX and QFX files, SGML and XML, with ofxtools' parser; believes little of them."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final
from xml.etree.ElementTree import Element
from xml.sax.saxutils import unescape

from donations.bank.statement import LineKind, RawLine, Statement, StatementBalance, refused, statement_of

_KINDS: Final[dict[str, LineKind]] = {"FEE": "charge", "SRVCHG": "charge", "INT": "interest", "CHECK": "cheque"}
_DAY: Final = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_AMOUNT: Final = re.compile(r"[+-]?\d{1,12}([.,]\d{1,4})?", re.ASCII)
_HOSTILE: Final = re.compile(rb"<!|<[^<>]{64}|[^<]{600}")
"""What no bank writes: declarations, endless tags and texts, for which ofxtools' patterns take quadratic time."""
_SPACES: Final = re.compile(rb"\s{2,}")
_UNREADABLE: Final = "This is no OFX or QFX statement that can be read. Please download it from the bank again."

logging.getLogger("ofxtools").setLevel(logging.ERROR)


def is_ofx(content: bytes) -> bool:
    """Tell whether a file says that it is OFX."""
    head = content[:2048].upper()
    return b"OFXHEADER" in head or b"<OFX>" in head


def read_ofx(content: bytes) -> Statement:
    """Return the one statement of a file; raises `FieldRefusedError` for anything else."""
    root = _parse(content)
    found = [*root.iter("STMTRS"), *root.iter("CCSTMTRS")]
    if len(found) != 1 or found[0].tag != "STMTRS":
        raise refused("Please download the statement of one bank account alone: this file holds none, or several.")
    (statement,) = found
    if _text(statement, "CURDEF").upper() not in {"", "USD"}:
        raise refused("This statement is not in US dollars.")
    return statement_of(_lines(statement), _balance(statement))


def _parse(content: bytes) -> Element:
    begins = max(content.upper().find(b"<OFX>"), 0)
    body = _SPACES.sub(b" ", content[begins:])
    if _HOSTILE.search(body):
        raise refused(_UNREADABLE)
    if not body.rstrip().upper().endswith(b"</OFX>"):
        raise refused("This file ends in the middle. Please download it from the bank again.")
    # Half a second to import, for a file a month: not at the start of every process.
    from ofxtools.header import OFXHeaderError  # noqa: PLC0415
    from ofxtools.Parser import OFXTree, ParseError  # noqa: PLC0415

    tree = OFXTree()
    try:
        return tree.parse(io.BytesIO(content[:begins] + body))
    except (ParseError, OFXHeaderError, SyntaxError, ValueError, LookupError, AssertionError, RecursionError):
        raise refused(_UNREADABLE) from None


def _lines(statement: Element) -> Iterator[RawLine]:
    for one in statement.iter("STMTTRN"):
        yield RawLine(
            bank_id=_text(one, "FITID"),
            booked_on=_day(_text(one, "DTPOSTED")),
            cents=_cents(_text(one, "TRNAMT")),
            kind=_KINDS.get(_text(one, "TRNTYPE").upper(), "other"),
            words=" ".join(filter(None, (_text(one, "NAME"), _text(one, "MEMO"), _text(one, "CHECKNUM")))),
        )


def _balance(statement: Element) -> StatementBalance | None:
    told = statement.find("LEDGERBAL")
    if told is None or not _text(told, "BALAMT") or not _text(told, "DTASOF"):
        return None
    return StatementBalance(on=_day(_text(told, "DTASOF")), cents=_cents(_text(told, "BALAMT")))


def _text(element: Element, name: str) -> str:
    return unescape((element.findtext(name) or "").strip())


def _day(text: str) -> date:
    """Return the day as the bank wrote it; its hour and zone are the bank's own affair."""
    found = _DAY.match(text)
    try:
        return date(*map(int, found.groups())) if found else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> date:
    raise refused("A line of this statement has no day.")


def _cents(text: str) -> int:
    try:
        cents = Decimal(text.replace(",", ".")) * 100 if _AMOUNT.fullmatch(text) else None
    except InvalidOperation:
        cents = None
    if cents is None or cents != cents.to_integral_value():
        raise refused("A line of this statement has no amount in whole cents.")
    return int(cents)
