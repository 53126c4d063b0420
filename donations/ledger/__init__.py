"""Room: ledger. The only writer and the only summer of money."""

from donations.ledger.founding import found_book
from donations.ledger.reading import (
    AsOf,
    BalanceLine,
    BookedEntry,
    balance,
    entries_by_id,
    entries_of,
    trial_balance,
)
from donations.ledger.writing import Posted, post

__all__ = [
    "AsOf",
    "BalanceLine",
    "BookedEntry",
    "Posted",
    "balance",
    "entries_by_id",
    "entries_of",
    "found_book",
    "post",
    "trial_balance",
]
