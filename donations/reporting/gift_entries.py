"""Room: reporting. Entries on the gift accounts of a year: what each credited, and which gift it is of.

Every income account has one line of Form 990, Part VIII; closing entries are left out everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final, Literal

from sqlalchemy import ColumnElement, case, func, literal, select

from donations.postings import CHART
from donations.tables import Dispute, GiftSettlement, entry, returned, transfer

FormLine = Literal["1f", "1g", "3", "7c"]

FORM_LINES: Final[Mapping[str, FormLine]] = {
    "income:gifts": "1f",
    "income:fee-cover": "1f",
    "income:goods": "1g",
    "income:securities-sold": "7c",
    "income:interest": "3",
    "income:refunds": "1f",
    "income:chargebacks": "1f",
}
"""Every income account and its one line; 1g is the part of 1f that is not cash, 3 and 7c are no gifts. Events (1c)
and government grants (1e) have no account in the chart, so nothing can be booked there."""

GIFT_ACCOUNTS: Final = tuple(account.number for account in CHART if FORM_LINES.get(account.path) in {"1f", "1g"})
SALE_ACCOUNTS: Final = tuple(account.number for account in CHART if FORM_LINES.get(account.path) == "7c")
INTEREST_ACCOUNTS: Final = tuple(account.number for account in CHART if FORM_LINES.get(account.path) == "3")
GOODS_ACCOUNTS: Final = tuple(account.number for account in CHART if FORM_LINES.get(account.path) == "1g")

LOST_DISPUTES: Final = (
    select(GiftSettlement.gift_id, Dispute.id.label("dispute_id"))
    .join_from(Dispute, GiftSettlement, GiftSettlement.charge_id == Dispute.charge_id)
    .subquery()
)
"""Each dispute with the gift it is of."""


def is_loss_of(source_key: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition that joins `LOST_DISPUTES` to the entry by which a dispute was lost."""
    return source_key == literal("dispute/") + LOST_DISPUTES.c.dispute_id + literal("/lost")


def returned_gift_id() -> ColumnElement[int]:
    """Return the gift of an entry that settled none, where `returned` and `LOST_DISPUTES` are joined to it."""
    return func.coalesce(returned.c.gift_id, LOST_DISPUTES.c.gift_id)


def in_year(year: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on `entry` that choose a year of the book."""
    return (entry.c.effective_on.between(date(year, 1, 1), date(year, 12, 31)), entry.c.kind != "close")


def credited(accounts: Collection[int] = GIFT_ACCOUNTS) -> ColumnElement[int]:
    """Return what a transfer credited to these accounts, all gift accounts by default; negative for what it took."""
    credit = case((transfer.c.credit_id.in_(accounts), transfer.c.cents), else_=0)
    debit = case((transfer.c.debit_id.in_(accounts), transfer.c.cents), else_=0)
    return func.coalesce(func.sum(credit - debit), 0)
