"""Room: ledger. The only writer and the only summer of money."""

from donations.ledger.founding import found_book
from donations.ledger.periods import (
    closed_through,
    first_open_day,
    hold_periods,
    lock_through,
    locked_through,
    refuse_closed,
)
from donations.ledger.reading import (
    AsOf,
    BalanceLine,
    BookedEntry,
    balance,
    entries_by_id,
    entries_of,
    moves_account,
    trial_balance,
)
from donations.ledger.writing import Posted, post, reverse

__all__ = [
    "AsOf",
    "BalanceLine",
    "BookedEntry",
    "Posted",
    "balance",
    "closed_through",
    "entries_by_id",
    "entries_of",
    "first_open_day",
    "found_book",
    "hold_periods",
    "lock_through",
    "locked_through",
    "moves_account",
    "post",
    "refuse_closed",
    "reverse",
    "trial_balance",
]
