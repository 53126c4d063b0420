"""Room: donors. One row of another system's file, believed as a gift of the past or refused with its sentence."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from donations.donors.mapping import AmountFormat, ColumnMapping
from donations.errors import FieldRefusedError
from donations.money import parse_dollars
from receipts.facts import text_fault

_GROUPED: Final = re.compile(r"\$?([0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{2})?|[0-9]+(?:\.[0-9]{2})?)", re.ASCII)
_WHOLE_CENTS: Final = re.compile(r"[0-9]{1,8}", re.ASCII)
_SWAPPED: Final = str.maketrans(",.", ".,")
_EMAIL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]+\.[A-Za-z0-9-]{2,}", re.ASCII)
_NAME_MAX: Final = 120
_LINE_MAX: Final = 200
_KEY_MAX: Final = 200
_ADDRESS: Final = ("address_line1", "address_line2", "city", "region", "postal_code", "country")


class RowRefusedError(FieldRefusedError):
    """A row that cannot be believed, and the sentence that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoricGift:
    """A gift that another system received; cents, and the day in the house's zone."""

    row_key: str
    name: str
    email: str
    amount_cents: int
    refunded_cents: int
    given_on: date
    address: dict[str, str | None]


def believe_row(
    cells: dict[str, str], mapping: ColumnMapping, *, zone: ZoneInfo, row_key: str
) -> HistoricGift | None:
    """Return the gift of a row, None where its status says that no money came; raises `RowRefusedError`."""
    told = {field: cells.get(column, "") for field, column in mapping.columns.items()}
    status = told.get("status", "").casefold()
    if status in mapping.left_out:
        return None
    if "status" in mapping.columns and status not in mapping.taken | mapping.refunded:
        raise RowRefusedError("The status of this row is not known. Add it to the mapping.")
    if told.get("currency", "").casefold() not in {"", "usd"}:
        raise RowRefusedError("This gift is not in US dollars.")
    if len(row_key) > _KEY_MAX:
        raise RowRefusedError("The id of this row is too long.")
    cents = _cents(told["amount"], "amount", mapping.amounts)
    if cents == 0:
        raise RowRefusedError("The amount is zero.")
    back = _cents(told["refunded"], "refund", mapping.amounts) if told.get("refunded") else 0
    return HistoricGift(
        row_key=row_key,
        name=_name(told),
        email=_email(told.get("email", "")),
        amount_cents=cents,
        refunded_cents=cents if status in mapping.refunded else min(back, cents),
        given_on=_day(told["date"], mapping, zone),
        address={name: _line(told.get(name, ""), _LINE_MAX) or None for name in _ADDRESS},
    )


def _cents(text: str, what: str, amounts: AmountFormat) -> int:
    """Return the cents of "1,000.00", "$25" or "25.00", as this file writes them; nothing is rounded or guessed."""
    if amounts == "cents":
        if not _WHOLE_CENTS.fullmatch(text):
            raise RowRefusedError(f"The {what} is not a number of whole cents like 13000.")
        return int(text)
    found = _GROUPED.fullmatch(text.translate(_SWAPPED) if amounts == "comma" else text)
    cents = parse_dollars(found[1].replace(",", "")) if found else None
    if cents is None:
        example = "12,50" if amounts == "comma" else "12.50"
        raise RowRefusedError(f"The {what} is not an amount in dollars like 130 or {example}.")
    return cents


def _day(text: str, mapping: ColumnMapping, zone: ZoneInfo) -> date:
    for pattern in mapping.date_formats:
        try:
            told = datetime.strptime(text, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
        return told.astimezone(zone).date() if mapping.is_utc else told.date()
    raise RowRefusedError("The date is not written as this mapping expects.")


def _name(told: dict[str, str]) -> str:
    given = told.get("name") or f"{told.get('first_name', '')} {told.get('last_name', '')}"
    name = _line(given, _NAME_MAX)
    if not name:
        raise RowRefusedError("This row names no donor.")
    return name


def _email(text: str) -> str:
    if text and not _EMAIL.fullmatch(text):
        raise RowRefusedError("The e-mail address does not look like name@example.org.")
    return text


def _line(text: str, cap: int) -> str:
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if line and (len(line) > cap or text_fault(line, limit=cap)):
        raise RowRefusedError("A name or address is too long, or holds a character that cannot be printed.")
    return line
