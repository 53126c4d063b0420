"""Room: correspondence. The letters we write, rendered from facts when they are sent; no body is kept."""

from donations.correspondence.cards import leads_away, write_card
from donations.correspondence.codes import write_code_letter
from donations.correspondence.documents import write_letter
from donations.correspondence.donor_letters import DONOR_KINDS, write_donor_letter, write_erasure_letter
from donations.correspondence.links import (
    CARD_LINK_LIFE,
    LINK_LIFE,
    card_token,
    consent_token,
    news_token,
    pledge_token,
    read_card_token,
    read_consent_token,
    read_news_token,
    read_pledge_token,
)
from donations.correspondence.month_notes import MonthFacts, write_month_note
from donations.correspondence.notes import NOTE_KINDS, write_note
from donations.correspondence.staff_letters import STAFF_KINDS, write_staff_letter
from donations.correspondence.stationery import Stationery

__all__ = [
    "CARD_LINK_LIFE",
    "DONOR_KINDS",
    "LINK_LIFE",
    "NOTE_KINDS",
    "STAFF_KINDS",
    "MonthFacts",
    "Stationery",
    "card_token",
    "consent_token",
    "leads_away",
    "news_token",
    "pledge_token",
    "read_card_token",
    "read_consent_token",
    "read_news_token",
    "read_pledge_token",
    "write_card",
    "write_code_letter",
    "write_donor_letter",
    "write_erasure_letter",
    "write_letter",
    "write_month_note",
    "write_note",
    "write_staff_letter",
]
