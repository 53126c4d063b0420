"""Documents of a fictitious charity: every test changes only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from receipts.facts import KINDS as ALL_KINDS
from receipts.facts import (
    AnnualStatement,
    Document,
    DonorFacts,
    GiftReceipt,
    Issuer,
    NothingGiven,
    PresentedAmount,
    StatementRow,
    UnnumberedDocument,
    gift_lines,
    thaw_sample,
)
from receipts.numbers import format_number
from receipts.wording import Language

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "documents"
KINDS = tuple(sorted(ALL_KINDS))
UNNUMBERED = {"transparency_report", "payout_certificate"}
"""What has no number, no donor and one language."""
VERIFY_URL = "https://give.example.org/v/3f9a61c07be24d58a1c09e7755d2b846"
ISSUER = Issuer(
    legal_name="Desert Thread Children's Closet (Example)",
    ein="00-0000000",
    address_lines=("1200 Example Avenue", "Las Vegas, NV 89101"),
    tax_status="a public charity described in sections 501(c)(3) and 170(b)(1)(A) of the Internal Revenue Code",
    fictitious=True,
)


EUROS = PresentedAmount(
    currency="EUR", minor_units=12_000, rate="1.08", converted_on=date(2026, 11, 22), source="Stripe"
)


def receipt_in_euros(**changes: object) -> GiftReceipt:
    """Return the receipt of €120.00, of which $129.60 reached the charity."""
    lines = gift_lines(gift_cents=12_960, fee_cover_cents=0)
    return receipt(**{"amount_cents": 12_960, "lines": lines, "presented": EUROS, **changes})


def receipt_fields(**changes: object) -> dict[str, Any]:
    """Return everything a good receipt is built from, with some of it changed."""
    good: dict[str, Any] = {
        "number": format_number("R", 2026, 123),
        "issued_at": datetime(2026, 11, 22, 19, 4, 11, tzinfo=UTC),
        "issued_on": date(2026, 11, 22),
        "time_zone": "America/Los_Angeles",
        "issuer": ISSUER,
        "donor": DonorFacts(name="Marisol Vega-Ørsted", address_lines=("48 Sample Street", "Henderson, NV 89002")),
        "gift_on": date(2026, 11, 21),
        "gift_on_basis": "charged",
        "tax_year": 2026,
        "method": "card",
        "amount_cents": 13_428,
        "lines": gift_lines(gift_cents=13_000, fee_cover_cents=428),
        "preference": "coats",
        "control_statement_version": "control-2026-1",
        "goods_services": NothingGiven(),
        "verify_url": VERIFY_URL,
        "simulated": False,
    }
    return good | changes


def receipt(**changes: object) -> GiftReceipt:
    """Return a good receipt with some of its facts changed."""
    return GiftReceipt(**receipt_fields(**changes))


def row(n: int, gift_on: date, **changes: object) -> StatementRow:
    """Return a statement's row of $130.00."""
    good: dict[str, Any] = {
        "receipt_number": format_number("R", gift_on.year, n),
        "gift_on": gift_on,
        "gift_on_basis": "charged",
        "amount_cents": 13_000,
        "goods_services": NothingGiven(),
    }
    return StatementRow(**(good | changes))


def statement(**changes: object) -> AnnualStatement:
    """Return a good statement of two gifts with some of its facts changed."""
    good: dict[str, Any] = {
        "number": format_number("S", 2027, 17),
        "issued_at": datetime(2027, 1, 12, 17, 30, tzinfo=UTC),
        "issued_on": date(2027, 1, 12),
        "time_zone": "America/Los_Angeles",
        "issuer": ISSUER,
        "donor": DonorFacts(name="Marisol Vega-Ørsted"),
        "year": 2026,
        "rows": (row(40, date(2026, 1, 17)), row(71, date(2026, 12, 31))),
        "total_cents": 26_000,
        "verify_url": VERIFY_URL,
        "simulated": False,
    }
    return AnnualStatement(**(good | changes))


@cache
def sample(kind: str) -> Document:
    """Return the document that stands beside a kind's template."""
    return thaw_sample((TEMPLATES / kind / "sample.json").read_bytes())


def spoken(kind: str, language: Language) -> Document:
    """Return a kind's sample in a language; a report has one."""
    document = sample(kind)
    return document if isinstance(document, UnnumberedDocument) else replace(document, language=language)
