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
from donations.postings.make_whole import make_whole, make_whole_key, make_whole_undone
from donations.postings.payouts import (
    other_fee,
    payout_leaves,
    payout_returns,
    payout_shares,
    reserve,
    unknown_row,
)
from donations.postings.returns import (
    Leg,
    ReturnWay,
    failed_refund,
    lost_dispute,
    money_again,
    money_back,
    suspense_back,
)
from donations.postings.splitting import NOTHING, Parts, split_comeback, split_return
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
    "NOTHING",
    "Account",
    "FundName",
    "Leg",
    "NewEntry",
    "NewTransfer",
    "Opening",
    "Parts",
    "ReturnWay",
    "When",
    "account_named",
    "bank_charge",
    "cheque_deposit",
    "claimed_suspense",
    "failed_refund",
    "lost_dispute",
    "make_whole",
    "make_whole_key",
    "make_whole_undone",
    "money_again",
    "money_back",
    "offline_gift",
    "opening_balance",
    "opening_balances",
    "operations_gift",
    "other_fee",
    "payout_arrival",
    "payout_leaves",
    "payout_returns",
    "payout_shares",
    "permitted",
    "purchase",
    "reserve",
    "reversal",
    "settled_gift",
    "split_comeback",
    "split_return",
    "stripe_fee",
    "suspense_back",
    "sweep",
    "unclaimed_charge",
    "unknown_row",
]
