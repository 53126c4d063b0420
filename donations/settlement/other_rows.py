"""Room: settlement. Rows of Stripe's book that hang on no charge and no payout: fees, reserves, words never heard."""

from __future__ import annotations

from sqlalchemy.orm import Session

from donations import alarms, ledger, postings
from donations.ports import BalanceTransaction
from donations.postings import NewEntry, When
from donations.settlement.days import open_day
from donations.settlement.mirrors import is_foreign, mirror_row
from donations.settlement.promises import Books
from donations.settlement.standing import find_booked

FEE_CATEGORIES = frozenset({"fee", "network_cost", "tax"})
"""Reporting categories that are a cost of operations."""

RESERVE_CATEGORIES = frozenset(
    {"connect_reserved_funds", "payout_minimum_balance_hold", "payout_minimum_balance_release", "risk_reserved_funds"}
)
"""Reporting categories by which Stripe holds money back, and lets go of it."""


def settle_row(session: Session, row: BalanceTransaction, books: Books) -> None:
    """Book a row by its reporting category; one of a kind we do not know waits in operations' suspense."""
    if is_foreign(session, row):
        alarms.raise_alarm(session, "foreign_row", row.id, now=books.now)
        return
    mirror_row(session, row)
    if find_booked(session, [f"btxn/{row.id}"]):
        return
    entry = _entry_of(row, {"happened_at": row.created_at, "effective_on": open_day(session, row.created_at, books)})
    if entry is None:
        return
    if entry.kind == "unknown_row":
        alarms.raise_alarm(session, "unknown_row", row.id, now=books.now)
    ledger.post(session, entry, recorded_at=books.now)


def _entry_of(row: BalanceTransaction, when: When) -> NewEntry | None:
    if row.reporting_category in FEE_CATEGORIES:
        return postings.other_fee(txn_id=row.id, net_cents=row.net_cents, **when)
    if row.reporting_category in RESERVE_CATEGORIES:
        return postings.reserve(txn_id=row.id, net_cents=row.net_cents, **when)
    return postings.unknown_row(txn_id=row.id, net_cents=row.net_cents, **when)
