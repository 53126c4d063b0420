"""Room: wording. What documents and pages say: sentences under versions, names in two languages, money and days."""

from typing import Final

from receipts.wording.currencies import CURRENCY, decimals_of, minor_decimal, write_amount
from receipts.wording.figures import decimal, dollars, long_day, whole_dollars
from receipts.wording.languages import LANGUAGES, labels, readings
from receipts.wording.news import (
    CARD_PIECES,
    ITEM_NAMES,
    MONTH_NOTE_VERSION,
    MONTH_NOTES,
    MonthNote,
    filled_sentence,
    items_words,
    may_move_sentence,
    months_words,
    picture_name,
    sets_words,
    used_sentence,
)
from receipts.wording.sentences import (
    ASK_VERSION,
    CONTROL_STATEMENTS,
    CONTROL_VERSION,
    DEDUCTIBILITY_NEVADA,
    FUND_NAME,
    LATE_CORRECTION,
    LETTER_WORDINGS,
    PROMISE_VERSION,
    RECEIPT_VERSION,
    RECEIPT_WORDINGS,
    VARIANCE_VERSION,
    LetterWording,
    ReceiptWording,
)
from receipts.wording.speaking import (
    Said,
    ask,
    control_statement,
    legal_sentence,
    promise,
    purpose_line,
    say,
    say_ask,
    say_control_statement,
    say_promise,
    say_purpose,
    say_variance,
    variance,
)
from receipts.wording.words import (
    METHOD_BASES,
    NOT_MONEY,
    OWN_LETTER,
    Basis,
    DifferenceReason,
    ItemCondition,
    Language,
    Method,
    Preference,
    ReplacementReason,
    ReturnReason,
    VoidReason,
)

PREFERENCE_LABEL: Final = "I'd especially like to help with…"
PREFERENCE_NAMES: Final[dict[Preference, str]] = {
    "coats": labels("en")["preference"]["coats"],
    "shoes": labels("en")["preference"]["shoes"],
    "school_wear": labels("en")["preference"]["school_wear"],
}
WHERE_NEEDED_MOST: Final = "where it is needed most"
GIFT_LINE: Final = labels("en")["line"]["gift"]
FEE_COVER_LINE: Final = labels("en")["line"]["fee_cover"]
SIMULATED: Final = "SIMULATED – not a receipt"
"""The mark across every document of simulated money, the same in every language."""
BOX: Final = "☐"
BOXED_NOTE: Final = labels("en")["shared"]["boxed_note"]
DRAFT: Final = "DRAFT – not published"

__all__ = [
    "ASK_VERSION",
    "BOX",
    "BOXED_NOTE",
    "CARD_PIECES",
    "CONTROL_STATEMENTS",
    "CONTROL_VERSION",
    "CURRENCY",
    "DEDUCTIBILITY_NEVADA",
    "DRAFT",
    "FEE_COVER_LINE",
    "FUND_NAME",
    "GIFT_LINE",
    "ITEM_NAMES",
    "LANGUAGES",
    "LATE_CORRECTION",
    "LETTER_WORDINGS",
    "METHOD_BASES",
    "MONTH_NOTES",
    "MONTH_NOTE_VERSION",
    "NOT_MONEY",
    "OWN_LETTER",
    "PREFERENCE_LABEL",
    "PREFERENCE_NAMES",
    "PROMISE_VERSION",
    "RECEIPT_VERSION",
    "RECEIPT_WORDINGS",
    "SIMULATED",
    "VARIANCE_VERSION",
    "WHERE_NEEDED_MOST",
    "Basis",
    "DifferenceReason",
    "ItemCondition",
    "Language",
    "LetterWording",
    "Method",
    "MonthNote",
    "Preference",
    "ReceiptWording",
    "ReplacementReason",
    "ReturnReason",
    "Said",
    "VoidReason",
    "ask",
    "control_statement",
    "decimal",
    "decimals_of",
    "dollars",
    "filled_sentence",
    "items_words",
    "labels",
    "legal_sentence",
    "long_day",
    "may_move_sentence",
    "minor_decimal",
    "months_words",
    "picture_name",
    "promise",
    "purpose_line",
    "readings",
    "say",
    "say_ask",
    "say_control_statement",
    "say_promise",
    "say_purpose",
    "say_variance",
    "sets_words",
    "used_sentence",
    "variance",
    "whole_dollars",
    "write_amount",
]
