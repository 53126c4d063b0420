"""Room: bank. Reads a bank's CSV file by the names of its columns: a day, words, and one amount or two."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from donations.bank.statement import RawLine, Statement, refused, statement_of
from donations.donors.csv_file import Table, read_table

_DAY_NAMES: Final = ("posting date", "posted date", "post date", "booking date", "transaction date", "date")
_WORDS_NAMES: Final = ("description", "payee", "name", "details", "memo", "transaction description")
_AMOUNT_NAMES: Final = ("amount", "transaction amount")
_CAME_NAMES: Final = ("credit", "deposit", "deposits", "credit amount", "money in")
_WENT_NAMES: Final = ("debit", "withdrawal", "withdrawals", "debit amount", "money out")
_ID_NAMES: Final = ("transaction id", "fitid", "reference number")
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_AMERICAN: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})", re.ASCII)
_AMOUNT: Final = re.compile(
    r"(?P<open>\()?(?P<sign>[+-])?\$?(?P<whole>[\d,]{1,15})(\.(?P<cents>\d{2}))?\)?", re.ASCII
)


def read_csv_statement(content: bytes) -> Statement:
    """Return the lines of a bank's CSV file; raises `FieldRefusedError` that names the line or the column."""
    table = read_table(content)
    columns = {name.casefold(): name for name in table.columns}
    day = _one_of(columns, _DAY_NAMES)
    amount, came, went = (_one_of(columns, names) for names in (_AMOUNT_NAMES, _CAME_NAMES, _WENT_NAMES))
    if day is None or (amount is None and (came is None or went is None)):
        raise refused("The first line must name a column Date, and one Amount or two: Credit and Debit.")
    chosen = {"day": day, "amount": amount, "came": came, "went": went}
    chosen |= {"words": _one_of(columns, _WORDS_NAMES), "id": _one_of(columns, _ID_NAMES)}
    return statement_of(_lines(table, chosen), None)


def _one_of(columns: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((columns[name] for name in names if name in columns), None)


def _lines(table: Table, chosen: Mapping[str, str | None]) -> Iterator[RawLine]:
    for number, cells in table.rows:
        told = {what: cells.get(name, "") if name else "" for what, name in chosen.items()}
        cents = _cents(told["amount"], number) if chosen["amount"] else _two_sided(told, number)
        yield RawLine(
            bank_id=told["id"],
            booked_on=_day(told["day"], number),
            cents=cents,
            kind="other",
            words=told["words"],
        )


def _two_sided(told: Mapping[str, str], number: int) -> int:
    came, went = (abs(_cents(told[side], number)) if told[side] else 0 for side in ("came", "went"))
    return came - went


def _day(text: str, number: int) -> date:
    iso, american = _ISO.fullmatch(text), _AMERICAN.fullmatch(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if american:
            year = int(american[3])
            return date(year if year > 99 else 2000 + year, int(american[1]), int(american[2]))  # noqa: PLR2004
    except ValueError:
        pass
    raise refused(f"Line {number}: {text[:20]!r} is no day like 2026-11-23 or 11/23/2026.")


def _cents(text: str, number: int) -> int:
    found = _AMOUNT.fullmatch(text.replace(" ", ""))
    digits = found["whole"].replace(",", "") if found else ""
    if found is None or not digits or bool(found["open"]) != text.strip().endswith(")"):
        raise refused(f"Line {number}: {text[:20]!r} is no amount like -12.50.")
    cents = int(digits) * 100 + int(found["cents"] or 0)
    return -cents if found["open"] or found["sign"] == "-" else cents
