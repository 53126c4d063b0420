"""Room: postings. Pure rules: one happening becomes one balanced entry, and nothing else happens."""

from donations.postings.chart import CHART, FUND_IDS, Account, FundName, account_named, permitted
from donations.postings.entries import NewEntry, NewTransfer, When, reversal
from donations.postings.gifts import (
    claimed_suspense,
    operations_gift,
    settled_gift,
    stripe_fee,
    unclaimed_charge,
)
from donations.postings.treasury import (
    Opening,
    bank_charge,
    cheque_deposit,
    offline_gift,
    opening_balance,
    opening_balances,
    payout_arrival,
    purchase,
    sweep,
)

__all__ = [
    "CHART",
    "FUND_IDS",
    "Account",
    "FundName",
    "NewEntry",
    "NewTransfer",
    "Opening",
    "When",
    "account_named",
    "bank_charge",
    "cheque_deposit",
    "claimed_suspense",
    "offline_gift",
    "opening_balance",
    "opening_balances",
    "operations_gift",
    "payout_arrival",
    "permitted",
    "purchase",
    "reversal",
    "settled_gift",
    "stripe_fee",
    "sweep",
    "unclaimed_charge",
]
