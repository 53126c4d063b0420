"""Room: wording. The closed lists of words that facts may hold; the tables of languages say what to call them."""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["en", "es"]
Preference = Literal["coats", "shoes", "school_wear"]
Basis = Literal[
    "charged",
    "settled",
    "sent",
    "paid_by_institution",
    "postmark",
    "received",
    "post_dated",
    "payroll",
    "handed_over",
]
"""What the day of a gift rests on (Pub. 526 "Time of making contribution", tax rules §5)."""
Method = Literal[
    "card",
    "ach",
    "text_message",
    "bill_pay",
    "cheque",
    "cash",
    "wire",
    "payroll",
    "stock",
    "in_kind",
    "donor_advised_fund",
    "ira_distribution",
    "other",
]
"""How a gift came; never a brand or the last four digits of anything."""
DedicationKind = Literal["honour", "memory"]
"""How a gift names somebody else than its donor."""
ItemCondition = Literal["new", "good_used", "worn"]
ReturnReason = Literal["refund", "dispute_lost", "late_return", "withdrawn"]
ReplacementReason = Literal[
    "correction",
    "address",
    "partial_refund",
    "dispute_lost",
    "late_return",
    "moved",
    "changed_gifts",
]
"""Why a document takes the place of another; `labels(language)["replacement_reason"]` says it in a sentence."""
VoidReason = Literal["refund", "dispute_lost", "late_return", "correction", "moved"]
DifferenceReason = Literal[
    "refund",
    "partial_refund",
    "dispute_lost",
    "dispute_won",
    "refund_failed",
    "late_return",
    "correction",
    "moved",
    "late_gift",
]

METHOD_BASES: Final[dict[Method, frozenset[Basis]]] = {
    "card": frozenset({"charged"}),
    "ach": frozenset({"settled"}),
    "text_message": frozenset({"sent"}),
    "bill_pay": frozenset({"paid_by_institution"}),
    "cheque": frozenset({"postmark", "received", "post_dated"}),
    "cash": frozenset({"received"}),
    "wire": frozenset({"received"}),
    "payroll": frozenset({"payroll"}),
    "stock": frozenset({"received", "handed_over"}),
    "in_kind": frozenset({"handed_over"}),
    "donor_advised_fund": frozenset({"received"}),
    "ira_distribution": frozenset({"received"}),
    "other": frozenset({"charged", "settled", "received"}),
}
"""Which day may date a gift that came in this way; another pair is refused."""
NOT_MONEY: Final = frozenset[Method]({"stock", "in_kind"})
"""Ways of giving property: described, never valued, so no document with an amount takes them."""
OWN_LETTER: Final = frozenset[Method]({"donor_advised_fund", "ira_distribution"})
"""Money that has its own letter instead of a receipt."""
