"""Room: tributes. In whose honor a gift is given, and one card to whoever is to be told: never an amount."""

from donations.tributes.cards import (
    CARDS_MAX,
    CardStanding,
    CardWord,
    card_of,
    find_card,
    has_unwanted,
    is_worth_a_card,
    list_owed_cards,
    note_card,
    tribute_of,
    want_no_more,
)
from donations.tributes.facts import TributeWish, screen_wish
from donations.tributes.recording import erase_tribute, forget_ungiven, has_ungiven, is_same_tribute, record_tribute

__all__ = [
    "CARDS_MAX",
    "CardStanding",
    "CardWord",
    "TributeWish",
    "card_of",
    "erase_tribute",
    "find_card",
    "forget_ungiven",
    "has_ungiven",
    "has_unwanted",
    "is_same_tribute",
    "is_worth_a_card",
    "list_owed_cards",
    "note_card",
    "record_tribute",
    "screen_wish",
    "tribute_of",
    "want_no_more",
]
