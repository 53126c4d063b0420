"""Room: reporting. Payouts and spending as rows of a year: totals are the ledger's, clothing funds are only counted.

A clothing fund's code never leaves the charity, so no export names one.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, cast, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from donations.postings import FUND_IDS, account_named
from donations.tables import (
    BankLine,
    BankMatchSubject,
    Payout,
    Purchase,
    PurchaseLine,
    entry,
    payout_row,
    stripe_balance_transaction,
    transfer,
)
from donations.tables.metadata import Whole

PAYOUT_COLUMNS = (
    *("payout", "arrival_on:day", "status", "gifts:cents", "refunds:cents", "disputes:cents", "fees:cents"),
    *("others:cents", "amount:cents", "children:cents", "operations:cents", "difference:cents", "bank_on:day"),
)
SPENDING_COLUMNS = (
    *("key", "booked_on:day", "purchase", "receipt_number", "clothing_funds:whole", "children:cents"),
    *("operations:cents", "amount:cents", "paid_from", "state"),
)
_REFUNDS = ("refund", "charge_failure", "refund_failure", "partial_capture_reversal")
_DISPUTES = ("dispute", "dispute_reversal")
_CLOTHING = account_named("expense:clothing").number
_TRANSIT = account_named("assets:in-transit").number


def payouts_of(year: int) -> Any:  # noqa: ANN401  # The columns of an export carry no types.
    """Return each payout that was due in a year, by what it is made of and whose it is; fees are negative."""
    rows, shares = _rows_by_payout(), _children_by_payout()
    made = rows.c.gifts + rows.c.refunds + rows.c.disputes + rows.c.fees + rows.c.others
    children = func.coalesce(shares.c.cents, 0)
    arrived = (BankMatchSubject.act == "payout") & (BankMatchSubject.subject == Payout.id)
    return (
        select(
            Payout.id,
            Payout.arrival_on,
            Payout.status,
            *(func.coalesce(rows.c[name], 0) for name in ("gifts", "refunds", "disputes", "fees", "others")),
            Payout.amount_cents,
            children,
            Payout.amount_cents - children,
            # What Stripe has not told the rows of differs by nothing yet.
            func.coalesce(Payout.amount_cents - made, 0),
            BankLine.booked_on,
        )
        .outerjoin(rows, rows.c.payout_id == Payout.id)
        .outerjoin(shares, shares.c.key == literal("payout/") + Payout.id + literal("/shares"))
        .outerjoin(BankMatchSubject, arrived)
        .outerjoin(BankLine, BankLine.id == BankMatchSubject.line_id)
        .where(_in_year(Payout.arrival_on, year))
        .order_by(Payout.arrival_on, Payout.id)
    )


def spending_of(year: int) -> Select[Any]:
    """Return each entry that moved clothing's cost in a year: purchases, and, negative, what went back to a shop."""
    original = aliased(entry)
    sign = case((transfer.c.debit_id == _CLOTHING, transfer.c.cents), else_=-transfer.c.cents)
    moved = (
        select(
            transfer.c.entry_id,
            _sum(case((transfer.c.fund_id == FUND_IDS["children"], sign), else_=0)).label("children"),
            _sum(case((transfer.c.fund_id == FUND_IDS["operations"], sign), else_=0)).label("operations"),
        )
        .where((transfer.c.debit_id == _CLOTHING) | (transfer.c.credit_id == _CLOTHING))
        .group_by(transfer.c.entry_id)
        .subquery()
    )
    funds = select(func.count()).where(PurchaseLine.purchase_id == Purchase.id).scalar_subquery()
    return (
        select(
            entry.c.source_key,
            entry.c.effective_on,
            Purchase.reference,
            Purchase.receipt_number,
            funds,
            moved.c.children,
            moved.c.operations,
            moved.c.children + moved.c.operations,
            Purchase.paid_from,
            Purchase.state,
        )
        .join_from(entry, moved, moved.c.entry_id == entry.c.id)
        .outerjoin(original, original.c.id == entry.c.reverses)
        .outerjoin(Purchase, Purchase.entry_id == func.coalesce(original.c.id, entry.c.id))
        .where(_in_year(entry.c.effective_on, year), entry.c.kind != "close")
        .order_by(entry.c.effective_on, entry.c.id)
    )


def _rows_by_payout() -> Subquery:
    row = stripe_balance_transaction.c
    named = {
        "gifts": row.reporting_category == "charge",
        "refunds": row.reporting_category.in_(_REFUNDS),
        "disputes": row.reporting_category.in_(_DISPUTES),
    }
    is_fee = row.reporting_category == "fee"
    others = ~row.reporting_category.in_(("charge", "fee", *_REFUNDS, *_DISPUTES))
    parts = {name: _sum(case((is_it, row.amount_cents), else_=0)) for name, is_it in named.items()}
    parts["fees"] = _sum(case((is_fee, row.amount_cents), else_=0) - row.fee_cents)
    parts["others"] = _sum(case((others, row.amount_cents), else_=0))
    return (
        select(payout_row.c.payout_id, *(cents.label(name) for name, cents in parts.items()))
        .join(stripe_balance_transaction, row.id == payout_row.c.txn_id)
        .group_by(payout_row.c.payout_id)
        .subquery()
    )


def _children_by_payout() -> Subquery:
    cents = case((transfer.c.debit_id == _TRANSIT, transfer.c.cents), else_=-transfer.c.cents)
    return (
        select(entry.c.source_key.label("key"), _sum(cents).label("cents"))
        .join(transfer, transfer.c.entry_id == entry.c.id)
        .where(
            entry.c.kind == "payout_shares",
            transfer.c.fund_id == FUND_IDS["children"],
            (transfer.c.debit_id == _TRANSIT) | (transfer.c.credit_id == _TRANSIT),
        )
        .group_by(entry.c.source_key)
        .subquery()
    )


def _in_year(day: ColumnElement[date] | InstrumentedAttribute[date], year: int) -> ColumnElement[bool]:
    return day.between(date(year, 1, 1), date(year, 12, 31))


def _sum(cents: ColumnElement[int]) -> ColumnElement[int]:
    """Return a sum that is a whole number on PostgreSQL too, whose own sums are NUMERIC."""
    return cast(func.sum(cents), Whole)
