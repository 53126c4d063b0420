"""Room: wording. Every sentence the law or the promise hangs on, each under a version that is never edited.

A changed sentence is a new version beside the old one: documents and gifts remember which they were made with.
The texts are those of the tax rules §4 and §6; the charity's counsel approves them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Preference = Literal["coats", "shoes", "school_wear"]
Basis = Literal["charged", "settled"]
Method = Literal["card", "ach", "other"]
Language = Literal["en", "es"]
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
ReturnReason = Literal["refund", "dispute_lost", "late_return", "withdrawn"]

FUND_NAME: Final = "Children's Clothing Fund"
CONTROL_VERSION: Final = "control-2026-1"
RECEIPT_VERSION: Final = "receipt-2026-1"
ASK_VERSION: Final = "ask-2026-1"
VARIANCE_VERSION: Final = "variance-2026-1"
PROMISE_VERSION: Final = "promise-2026-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptWording:
    """The sentences of receipts and statements as one version; `purpose` has places for two values."""

    purpose: str
    nothing_given: str
    insubstantial: str
    deductible: str
    keep_this: str
    statement_repeats: str
    return_notice: str


RECEIPT_WORDINGS: Final = {
    "receipt-2026-1": ReceiptWording(
        purpose=(
            "Purpose: Children's Clothing Fund ({preference}{legal_name} retains full control and discretion "
            "over use)."
        ),
        nothing_given="No goods or services were provided in exchange for this contribution.",
        insubstantial=(
            "No goods or services of more than insubstantial value were provided in exchange for this contribution."
        ),
        deductible="Your gift is deductible to the extent allowed by law.",
        keep_this="Please keep this written acknowledgment for your tax records.",
        statement_repeats="This statement repeats receipts already issued and replaces none.",
        return_notice="Money from a gift of an earlier year was returned; please show this to your tax adviser.",
    ),
}
CONTROL_STATEMENTS: Final = {
    "control-2026-1": (
        "Gifts are made to {legal_name}, which has full control of the funds and discretion over their use for its "
        "charitable purposes. A preference you choose guides us but does not bind us. We cannot accept gifts set "
        "aside for a particular child. If a need is already met, your gift clothes another child."
    ),
}
_ASKS: Final = {
    "ask-2026-1": (
        "{price} clothes one child.",
        (
            "This is the average cost of one outfit set: five outfits, a pair of shoes, socks, underwear "
            "and, in winter, a coat. Your gift joins our Children's Clothing Fund, which serves all children "
            "in the programme."
        ),
    ),
}
_VARIANCES: Final = {
    "variance-2026-1": (
        "If a purpose becomes unnecessary, impractical or impossible, the board may redirect the gift to a similar "
        "charitable need of the children we serve."
    ),
}
_PROMISES: Final = {
    "promise-2026-1": (
        "100 % of your gift goes to the Children's Clothing Fund, which is spent only on clothing; card fees are "
        "paid from operations."
    ),
}

PREFERENCE_LABEL: Final = "I'd especially like to help with…"
PREFERENCE_NAMES: Final[dict[Preference, str]] = {
    "coats": "winter coats",
    "shoes": "shoes",
    "school_wear": "school wear",
}
WHERE_NEEDED_MOST: Final = "where it is needed most"

DEDUCTIBILITY_NEVADA: Final = (
    "Contributions to it are deductible as charitable contributions under section 170(c) of the Internal Revenue "
    "Code, to the extent allowed by law."
)
GIFT_LINE: Final = "Gift to the Children's Clothing Fund"
FEE_COVER_LINE: Final = "Gift to operations, to cover the card fee"
SIMULATED: Final = "SIMULATED – not a receipt"
SIMULATED_NOTE: Final = "The money is simulated: it cannot be used for any tax purpose."
BOX: Final = "☐"
BOXED_NOTE: Final = f"Letters shown as {BOX} could not be printed; they are kept as they were given."
DRAFT: Final = "DRAFT – not published"
LATE_CORRECTION: Final = (
    "This document was made after 15 April following the year of your gift. It may come too late for a return "
    "already filed; please ask your tax adviser."
)

METHOD_NAMES: Final[dict[Method, str]] = {"card": "Card", "ach": "Bank debit (ACH)", "other": "Other"}
BASIS_NAMES: Final[dict[Basis, str]] = {
    "charged": "the day your card was charged",
    "settled": "the day the funds settled",
}
RETURN_REASONS: Final[dict[ReturnReason, str]] = {
    "refund": "refunded to you",
    "dispute_lost": "taken back by your bank",
    "late_return": "returned by your bank",
    "withdrawn": "stayed with us after all",
}
DIFFERENCE_REASONS: Final[dict[DifferenceReason, str]] = {
    "refund": "refunded",
    "partial_refund": "refunded in part",
    "dispute_lost": "taken back by the bank",
    "dispute_won": "dispute decided for the gift",
    "refund_failed": "the refund did not arrive, the gift stands",
    "late_return": "returned by the bank",
    "correction": "corrected",
    "moved": "given by another donor",
    "late_gift": "told to us after the statement",
}
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def control_statement(legal_name: str, version: str = CONTROL_VERSION) -> str:
    """Return the control statement shown above the pay button; an unknown version is a KeyError."""
    return CONTROL_STATEMENTS[version].format(legal_name=legal_name)


def purpose_line(legal_name: str, preference: Preference | None, version: str = RECEIPT_VERSION) -> str:
    """Return the receipt's purpose line: the fund, the preference if any, and who keeps control."""
    noted = f"donor preference noted: {PREFERENCE_NAMES[preference]}; " if preference else ""
    return RECEIPT_WORDINGS[version].purpose.format(legal_name=legal_name, preference=noted)


def goods_services_word(variant: str) -> str:
    """Return the word a table has room for; the whole sentence stands below the table."""
    return {"none": "None", "insubstantial": "Insubstantial"}[variant]


def ask(set_price_cents: int, version: str = ASK_VERSION) -> tuple[str, str]:
    """Return the ask: its headline ("$130 clothes one child.") and the sentences that explain it."""
    headline, explanation = _ASKS[version]
    return headline.format(price=whole_dollars(set_price_cents)), explanation


def variance(version: str = VARIANCE_VERSION) -> str:
    """Return what the board may do when a purpose cannot be met."""
    return _VARIANCES[version]


def promise(version: str = PROMISE_VERSION) -> str:
    """Return the 100 % promise; the caller shows it only while operations can pay the fees."""
    return _PROMISES[version]


def dollars(cents: int) -> str:
    """Return "$1,234.50" for 123450 and "-$0.05" for -5, the same in every locale."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}${whole:,}.{rest:02d}"


def whole_dollars(cents: int) -> str:
    """Return "$130" for 13000, and the cents as well where there are any."""
    return dollars(cents).removesuffix(".00")


def decimal(cents: int) -> str:
    """Return "130.00" for 13000: the decimal string of `receipt.json`."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02d}"


def long_day(day: date) -> str:
    """Return "November 22, 2026", the same in every locale."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"
