"""Room: rules/us. What the law of the United States asks of an acknowledgment, and which texts a state adds."""

from receipts.rules.us.assessment import (
    Assessment,
    Gift,
    Held,
    Organisation,
    Receiptable,
    Refused,
    assess,
    comes_late,
)
from receipts.rules.us.states import DisclosureValues, disclosures, list_disclosure_doubts
from receipts.rules.us.thresholds import Threshold, threshold

__all__ = [
    "Assessment",
    "DisclosureValues",
    "Gift",
    "Held",
    "Organisation",
    "Receiptable",
    "Refused",
    "Threshold",
    "assess",
    "comes_late",
    "disclosures",
    "list_disclosure_doubts",
    "threshold",
]
