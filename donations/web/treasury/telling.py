"""Room: web. How a gift of the desk is told in a form: for a batch and for suspense alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from donations.errors import FieldRefusedError
from donations.languages import LANGUAGES, Language
from donations.money import parse_dollars
from donations.offline import KINDS, Kind
from donations.web.text import Refused, TextRule, believe_email, believe_line
from receipts.facts import NAME_MAX

_BALANCE: Final = re.compile(r"(-)?([0-9]{1,9})(?:\.([0-9]{2}))?", re.ASCII)
_YEAR: Final = re.compile(r"2[0-9]{3}", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def believe_kind(text: str) -> Kind:
    """Return how a gift came; raises `FieldRefusedError`."""
    for kind in KINDS:
        if kind == text:
            return kind
    raise FieldRefusedError("Please choose how the gift came.", field="kind")


def believe_cents(text: str) -> int:
    """Return the cents of an amount in dollars, `$1,300.00` too; raises `FieldRefusedError`."""
    cents = parse_dollars(text.strip().removeprefix("$").replace(",", ""))
    if cents is None:
        raise FieldRefusedError("Please write the amount in dollars, like 130 or 130.00.", field="amount")
    return cents


def believe_balance(text: str) -> int:
    """Return the cents of what an account holds, < 0 if it is overdrawn; raises `FieldRefusedError`."""
    found = _BALANCE.fullmatch(text.strip().replace("$", "").replace(",", ""))
    if found is None:
        raise FieldRefusedError("Please write the balance in dollars, like 5200.00.", field="amount")
    cents = int(found[2]) * 100 + int(found[3] or 0)
    return -cents if found[1] else cents


def believe_year(text: str) -> int:
    """Return a year of four digits; raises `FieldRefusedError`."""
    if not _YEAR.fullmatch(text):
        raise FieldRefusedError("Write the year as 2026.", field="year")
    return int(text)


def believe_name(text: str) -> str:
    """Return a name that can be printed; raises `FieldRefusedError`."""
    believed = believe_line(text, TextRule(cap=NAME_MAX, needs="letter"))
    if isinstance(believed, Refused):
        raise FieldRefusedError(f"The name {believed.why}", field="name")
    return believed


def believe_through(text: str, field: str) -> str:
    """Return who paid for an IRA's owner, or who advised a grant; nothing where none is named."""
    believed = believe_line(text, TextRule(cap=NAME_MAX, needs="letter"))
    if isinstance(believed, Refused):
        raise FieldRefusedError(f"The name of the {field} {believed.why}", field=field)
    return believed


def believe_address(text: str) -> str:
    """Return an e-mail address, or nothing where none was left; raises `FieldRefusedError`."""
    if not text.strip():
        return ""
    believed = believe_email(text)
    if isinstance(believed, Refused):
        raise FieldRefusedError(f"The e-mail address {believed.why}", field="email")
    return believed


def believe_language(text: str) -> Language:
    """Return the language a donor is written to in; English where nobody says; raises `FieldRefusedError`."""
    for language in LANGUAGES:
        if language == (text or "en"):
            return language
    raise FieldRefusedError("Please choose English or Spanish.", field="language")


def believe_day(fields: Mapping[str, str], field: str) -> date | None:
    """Return the day in a field, None where it is empty; raises `FieldRefusedError`."""
    text = fields.get(field, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise FieldRefusedError("Please write the day like 2026-11-23.", field=field) from None
