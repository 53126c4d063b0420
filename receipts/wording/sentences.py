"""Room: wording. Every sentence the law or the promise hangs on, each under a version that is never edited.

A changed sentence is a new version beside the old one: documents and gifts remember which they were made with.
The texts are those of the tax rules §4 and §6; the charity's counsel approves them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterWording:
    """The sentences of the rarer kinds under the same version; places for values are in braces."""

    status: str
    quid_received: str
    quid_limited: str
    intangible_religious: str
    debit_straddles: str
    mail_straddles: str
    in_kind_no_value: str
    in_kind_condition: str
    in_kind_worn: str
    in_kind_control: str
    volunteer_time: str
    volunteer_no_amount: str
    daf_none: str
    daf_control: str
    qcd_direct: str
    qcd_charity: str
    qcd_none: str
    qcd_keep: str
    original_stands: str
    notice_withdrawn: str
    late_correction: str


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
LETTER_WORDINGS: Final = {
    "receipt-2026-1": LetterWording(
        status="{legal_name} is {tax_status}.",
        quid_received="In return you received {description}, which we estimate in good faith at {value}.",
        quid_limited=(
            "The amount deductible for federal income tax is limited to the excess of your payment over that value: "
            "{excess}."
        ),
        intangible_religious=(
            "The only goods or services provided in exchange for this contribution were intangible religious "
            "benefits."
        ),
        debit_straddles=(
            "You authorized this bank debit in one year and the funds settled in the next; the gift is dated the day "
            "the funds settled."
        ),
        mail_straddles=(
            "This check was mailed in one year and received in the next; the gift is dated the day of the postmark."
        ),
        in_kind_no_value=(
            "We describe what you gave and state no value: the value of donated property is for the donor to "
            "determine."
        ),
        in_kind_condition="Clothing and household items must be in good used condition or better to be deductible.",
        in_kind_worn="Some of these items were described as worn; we accepted them with that note.",
        in_kind_control=(
            "{legal_name} has full control of these goods and discretion over their use for its charitable purposes."
        ),
        volunteer_time=(
            "The value of time or services is not deductible; costs of volunteering that nobody paid back may be "
            "deductible to the extent allowed by law."
        ),
        volunteer_no_amount="This letter states no amount: please keep your own records of what you paid.",
        daf_none="This letter is not a tax acknowledgment; the sponsoring organization is the donor.",
        daf_control=(
            "{legal_name} has full control of the grant and discretion over its use for its charitable purposes."
        ),
        qcd_direct="This distribution came to us directly from the trustee of the individual retirement account.",
        qcd_charity="{legal_name} is neither a supporting organization nor a sponsor of donor-advised funds.",
        qcd_none="No goods or services were provided in return for this distribution.",
        qcd_keep="Please keep this written acknowledgment for your tax records.",
        original_stands="The receipt named above stays valid and unchanged.",
        notice_withdrawn=(
            "The earlier notice named above is withdrawn: the money stayed with us and your receipt stands as issued."
        ),
        late_correction=(
            "This document was made after 15 April following the year of your gift. It may come too late for a "
            "return already filed; please ask your tax adviser."
        ),
    ),
}
CONTROL_STATEMENTS: Final = {
    "control-2026-1": (
        "Gifts are made to {legal_name}, which has full control of the funds and discretion over their use for its "
        "charitable purposes. A preference you choose guides us but does not bind us. We cannot accept gifts set "
        "aside for a particular child. If a need is already met, your gift clothes another child."
    ),
}
ASKS: Final = {
    "ask-2026-1": (
        "{price} clothes one child.",
        (
            "This is the average cost of one outfit set: five outfits, a pair of shoes, socks, underwear "
            "and, in winter, a coat. Your gift joins our Children's Clothing Fund, which serves all children "
            "in the program."
        ),
    ),
}
VARIANCES: Final = {
    "variance-2026-1": (
        "If a purpose becomes unnecessary, impractical or impossible, the board may redirect the gift to a similar "
        "charitable need of the children we serve."
    ),
}
PROMISES: Final = {
    "promise-2026-1": (
        "100 % of your gift goes to the Children's Clothing Fund, which is spent only on clothing; card fees are "
        "paid from operations."
    ),
}
DEDUCTIBILITY_NEVADA: Final = (
    "Contributions to it are deductible as charitable contributions under section 170(c) of the Internal Revenue "
    "Code, to the extent allowed by law."
)
LATE_CORRECTION: Final = LETTER_WORDINGS[RECEIPT_VERSION].late_correction
