"""Room: rules/us. What the law of the United States asks of an acknowledgment, and which texts a state adds."""

from receipts.rules.assessing import Assessment, Gift, Goods, Held, Organisation, Receiptable, Refused, Service
from receipts.rules.us.assessment import assess, assess_statement, comes_late, tax_day
from receipts.rules.us.deducting import deduction_note
from receipts.rules.us.gift_days import GiftDay, GiftMoments, UndatedGiftError, resolve_gift_day
from receipts.rules.us.law import LAW, UnitedStates
from receipts.rules.us.parts import PaymentPart, gift_cents_of
from receipts.rules.us.property_forms import form_8282_due_on, may_want_signature
from receipts.rules.us.states import (
    DisclosureValues,
    all_rows,
    disclosures,
    list_disclosure_doubts,
    list_lapsed_states,
    list_last_days,
)
from receipts.rules.us.thresholds import Threshold, all_thresholds, threshold

__all__ = [
    "LAW",
    "Assessment",
    "DisclosureValues",
    "Gift",
    "GiftDay",
    "GiftMoments",
    "Goods",
    "Held",
    "Organisation",
    "PaymentPart",
    "Receiptable",
    "Refused",
    "Service",
    "Threshold",
    "UndatedGiftError",
    "UnitedStates",
    "all_rows",
    "all_thresholds",
    "assess",
    "assess_statement",
    "comes_late",
    "deduction_note",
    "disclosures",
    "form_8282_due_on",
    "gift_cents_of",
    "list_disclosure_doubts",
    "list_lapsed_states",
    "list_last_days",
    "may_want_signature",
    "resolve_gift_day",
    "tax_day",
    "threshold",
]
