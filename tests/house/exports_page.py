"""The page docs/reference/exports.md: every export and its columns from code; what a column means is said here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from donations.reporting.exports import EXPORTS, PERSONAL, formats_of
from donations.reporting.questions import QUESTIONS
from donations.reporting.schedule_b import schedule_columns
from donations.reporting.sheets import Column
from donations.reporting.tie_out import FORM_COLUMNS

_KINDS: Final = {"text": "text", "day": "day", "instant": "instant", "whole": "whole number", "cents": "money"}
_YEARS: Final = {
    "donors": "the gift's day for tax",
    "gifts": "the gift's day for tax",
    "goods": "the gift's day for tax",
    "journal": "the day of the book",
    "payouts": "the day the payout was due",
    "spending": "the day of the book",
    "receipts": "the year in the document's number",
    "form-990": "the day of the book; documents by the gift's day for tax",
    "schedule-b": "the day of the book",
    "schedule-b-names": "the day of the book",
}
_ADDRESS: Final = {
    "address_line1": "address, first line, as the donor last gave it",
    "address_line2": "address, second line",
    "city": "city",
    "region": "state or region",
    "postal_code": "ZIP or postal code; leading zeros stay, it is text",
    "country": "country",
}
_PERSON: Final = {
    "donor": "the donor's reference, `d_…`",
    "name": "the donor's name",
    "email": "the donor's e-mail address, empty if none",
    **_ADDRESS,
}
_SCHEDULE: Final = {
    "line": "`rule`, the contributor's number, what is not listed, `1h`, or `difference`",
    **_PERSON,
    "gifts": "how many gifts reach the smallest amount that counts",
    "person": "money the donor gave otherwise",
    "payroll": "given through payroll",
    "noncash": "goods given",
    "total": "the three together",
    "above_special": "`yes` if also above 2 % of line 1h",
    "note": "the rule and its source, or what the line holds",
}
MEANINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "donors": {
        **_PERSON,
        "gifts": "gifts of the year",
        "amount": "what they gave to the children, before anything went back",
        "fee_cover": "what they added towards the fees",
        "total": "both together",
    },
    "gifts": {
        **_PERSON,
        "reference": "the gift's reference, `g_…`",
        "gift_on": "the day for tax",
        "gift_on_basis": "what dates it: `charged`, `settled`, `postmark`, `received`, `post_dated` or `payroll`",
        "amount": "for the children, gross of fees",
        "fee_cover": "added towards the fees, for operations",
        "total": "both together: what the donor paid",
        "returned": "what went back to the donor since, of both",
        "currency": "always USD",
        "method": "how it was paid",
        "charge": "Stripe's id of the charge; empty for gifts of the desk",
        "preference": "code of what the donor would like to help with; never binding",
        "anonymous": "`yes` if the donor wants to stay unnamed",
        "appeal": "the link or QR it came by",
        "receipt": "number of the newest receipt",
        "charged_at": "when it was charged",
        "settled_at": "when it was booked",
    },
    "goods": {
        "gift": "the gift's reference, `g_…`",
        "gift_on": "the day for tax: when it was handed over",
        "donor": "the donor's reference",
        "acknowledgment": "number of the newest acknowledgment, which tells no value",
        "item": "its place in the gift, from 1",
        "kind": "`goods` or `securities`",
        "description": "what it is, as the acknowledgment describes it",
        "condition": "`new`, `good_used` or `worn`; empty for securities",
        "count": "how many came",
        "left": "how many are still on hand",
        "value": "what all of them were worth on that day, for the book alone",
        "left_value": "the part of it that is still on hand",
    },
    "journal": {
        "entry": "the entry's number",
        "line": "the line within the entry",
        "effective_on": "the day of the book",
        "kind": "what happened; see [entries](entries.md)",
        "key": "the fact it comes from; no fact is booked twice",
        "fund": "`children` or `operations`",
        "debit_number": "number of the account debited; see [accounts](accounts.md)",
        "debit": "its path",
        "credit_number": "number of the account credited",
        "credit": "its path",
        "amount": "what moved, always above zero",
        "reverses": "number of the entry it takes back",
        "actor": "who or what booked it",
        "note": "code of the reason",
        "happened_at": "when it happened outside",
        "recorded_at": "when it was booked",
    },
    "payouts": {
        "payout": "Stripe's id",
        "arrival_on": "the day it was due at the bank",
        "status": "Stripe's word",
        "gifts": "charges in it, gross",
        "refunds": "refunds and what failed of them",
        "disputes": "disputes and what was won back",
        "fees": "fees, below zero",
        "others": "every other row of Stripe's book",
        "amount": "what was paid out",
        "children": "the children's share",
        "operations": "the share of operations",
        "difference": "amount less the parts: 0.00",
        "bank_on": "the day of the bank's line, empty until it is matched",
    },
    "spending": {
        "key": "the fact of the entry",
        "booked_on": "the day of the book",
        "purchase": "the purchase's reference, `b_…`",
        "receipt_number": "the shop's number",
        "clothing_funds": "how many clothing funds it served; none is named",
        "children": "paid by the children's fund; below zero if it went back to the shop",
        "operations": "paid by operations",
        "amount": "both together",
        "paid_from": "`bank`, or on `account`",
        "state": "how the purchase stands",
    },
    "receipts": {
        "number": "the document's number",
        "kind": "which document",
        "status": "`valid`, `replaced`, `disputed` or `void`",
        "gift": "the gift's reference; empty for a statement of a year",
        "donor": "the donor's reference",
        "name": "the donor's name",
        "amount": "what the document says",
        "tax_year": "the year it counts for",
        "issued_on": "the day it was issued",
        "issued_at": "the instant it was issued",
        "replaces": "number of the document it replaces",
        "replaced_by": "number of the document that replaces it",
        "sha256": "digest of its frozen facts",
    },
    "form-990": {
        "line": "line of Part VIII, or A to E of the tie-out, or `difference`",
        "holds": "what the line holds",
        "amount": "gross of fees, net of what went back",
    },
    "schedule-b": _SCHEDULE,
    "schedule-b-names": _SCHEDULE,
}
_PROGRAMS: Final = (
    (
        "iif",
        "QuickBooks Desktop",
        "`12/31/2026`",
        "`-130.00`; debit above zero",
        "general journal, the fund as class",
    ),
    ("qbo", "QuickBooks, bank feed", "`20261231`", "`-130.00`; out of the bank below zero", "both bank accounts"),
    ("xero", "Xero, manual journals", "`12/31/2026`", "`-130.00`; debit above zero", "the fund as tracking"),
    ("beancount", "beancount", "`2026-12-31`", "`-130.00 USD`; debit above zero", "an assertion a month and account"),
)


def columns_of(what: str) -> Sequence[Column]:
    """Return the columns of an export."""
    if what == "form-990":
        return FORM_COLUMNS
    if what.startswith("schedule-b"):
        return schedule_columns(named=what == "schedule-b-names")
    return QUESTIONS[what].columns


def exports_page() -> str:
    """Return docs/reference/exports.md: every file that can be taken out, its columns, and who reads it."""
    parts = [
        "# Exports: every file and its columns",
        "",
        "Written from the code of `donations/reporting`; `python -m tests.house.pages` writes it anew. Taken at",
        "`/treasury/exports` or by `almoner export WHAT --year YEAR --format FORMAT`; see",
        "[hand the books to the accountant](../how-to/hand-the-books-to-the-accountant.md).",
        "",
        "| type | csv (RFC 4180, UTF-8, for any spreadsheet) | xlsx (Excel, LibreOffice) | json (for programs) |",
        "|---|---|---|---|",
        "| day | `2026-12-31`, in the organisation's zone | a date | `2026-12-31` |",
        "| instant | `2026-12-31T23:59:59Z`, UTC | the same as text | the same |",
        "| money | `1025.00`, dollars, no sign for thousands | a number with two decimals | whole cents, `…_cents` |",
        "| whole number | `7` | a number | `7` |",
        "| text | quoted; what could be a formula gets a leading `'` | text, never a formula | as it is |",
        "",
        "What is not known is empty, in json `null`. A file appears whole or not at all. Files with names leave only",
        "after another person has approved them.",
    ]
    for what, words in EXPORTS.items():
        parts += _section(what, words)
    return "\n".join([*parts, ""])


def _section(what: str, words: str) -> list[str]:
    names = "With donors' names." if what in PERSONAL else "Without donors' names."
    parts = [
        "",
        f"## `{what}`",
        "",
        f"{words} {names} Year of: {_YEARS[what]}. Formats: {', '.join(formats_of(what))}.",
    ]
    parts += ["", "| column | type | holds |", "|---|---|---|"]
    parts += [f"| `{one.name}` | {_KINDS[one.kind]} | {MEANINGS[what][one.name]} |" for one in columns_of(what)]
    if what == "journal":
        parts += ["", "For an accountant's program, from the same entries:", ""]
        parts += ["| format | program | days | amounts | holds |", "|---|---|---|---|---|"]
        parts += [f"| {' | '.join(row)} |" for row in _PROGRAMS]
    return parts
