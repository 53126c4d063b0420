"""Room: bank. The two bank accounts by the short names people and keys use."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Final, Literal
from zoneinfo import ZoneInfo

from donations.errors import FieldRefusedError
from donations.postings import account_named

BankAccount = Literal["children", "operations"]
ACCOUNTS: Final[tuple[BankAccount, ...]] = ("children", "operations")
PATHS: Final[dict[BankAccount, str]] = {
    "children": "assets:bank:children",
    "operations": "assets:bank:operations",
}
NUMBERS: Final[dict[BankAccount, int]] = {name: account_named(path).number for name, path in PATHS.items()}
NAMES: Final[dict[int, BankAccount]] = {number: name for name, number in NUMBERS.items()}


def believe_account(text: str) -> BankAccount:
    """Return the account of this name; raises `FieldRefusedError`."""
    for name in ACCOUNTS:
        if text == name:
            return name
    raise FieldRefusedError("Please choose the children's or the operations' bank account.", field="account")


def noon_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which a day's bank line happened; a statement knows days only."""
    return datetime.combine(day, time(12), tzinfo=zone)
