"""Room: facts. A payout's certificate: what it is made of, whose it is, and the bank's line, differing by 0.00.

It is for the charity and its auditor, has no number, and cannot be constructed while any cent of it is unexplained.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from receipts.facts.faults import CENTS_MAX, Faults
from receipts.facts.parties import Issuer
from receipts.facts.report import ReportFile

ROWS_MAX = 400
"""As many rows as are printed; all of them stand in the attached file."""
PARTS_MAX = 12
_REFERENCE = re.compile(r"po_[A-Za-z0-9_]{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutPart:
    """A sum with its name, e.g. "Gifts, gross" or "Stripe's fees" (below zero)."""

    label: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutRow:
    """One row of Stripe's book; `gift` is the gift's reference, or empty; `fee_cents` is what Stripe took of it."""

    row: str
    category: str
    gift: str
    amount_cents: int
    fee_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutCertificate:
    """What one payout is made of, to the cent: the sum of `parts` = of `shares` = the payout = the bank's line."""

    reference: str
    issued_at: datetime
    issued_on: date
    time_zone: str
    issuer: Issuer
    arrival_on: date
    parts: tuple[PayoutPart, ...]
    shares: tuple[PayoutPart, ...]
    payout_cents: int
    bank_reference: str
    bank_on: date
    bank_cents: int
    row_count: int
    rows: tuple[PayoutRow, ...]
    """The payout's rows, or none where there are more than can be printed."""
    simulated: bool
    files: tuple[ReportFile, ...]

    def __post_init__(self) -> None:
        """Refuse a certificate that leaves a cent unexplained."""
        faults = Faults("payout certificate")
        faults.spelt("reference", self.reference, _REFERENCE, "is not a payout's id")
        faults.instant(self.issued_at, self.issued_on)
        faults.text("time_zone", self.time_zone)
        faults.made_of("issuer", self.issuer, Issuer)
        faults.made_of("simulated", self.simulated, bool)
        faults.day("arrival_on", self.arrival_on)
        faults.day("bank_on", self.bank_on)
        faults.text("bank_reference", self.bank_reference)
        faults.rows("files", self.files, ReportFile, bounds=(1, 1))
        _check_sums(faults, self)
        _check_rows(faults, self)
        faults.refuse()

    @property
    def check_url(self) -> str:
        """Return nothing: no page checks a certificate."""
        return ""

    @property
    def difference_cents(self) -> int:
        """Return parts less payout, and payout less bank line: nothing, or there would be no certificate."""
        return sum(part.cents for part in self.parts) - self.bank_cents


def _check_sums(faults: Faults, certificate: PayoutCertificate) -> None:
    for name, parts in (("parts", certificate.parts), ("shares", certificate.shares)):
        faults.rows(name, parts, PayoutPart, bounds=(1, PARTS_MAX))
        faults.same_sum(name, certificate.payout_cents, parts)
        for part in parts:
            faults.text(name, part.label)
    faults.cents("payout_cents", certificate.payout_cents, least=-CENTS_MAX)
    faults.unless(certificate.bank_cents == certificate.payout_cents, "bank_cents", "is not what was paid out")


def _check_rows(faults: Faults, certificate: PayoutCertificate) -> None:
    printed, in_all = certificate.rows, certificate.row_count
    faults.rows("rows", printed, PayoutRow, bounds=(0, ROWS_MAX))
    faults.unless(in_all >= 1, "row_count", "is missing")
    faults.unless(len(printed) == (in_all if in_all <= ROWS_MAX else 0), "rows", "are neither all rows nor left out")
    net = sum(row.amount_cents - row.fee_cents for row in printed)
    faults.unless(not printed or net == certificate.payout_cents, "rows", "do not come to the payout")
    for row in printed:
        faults.text("rows", row.row)
        faults.text("rows", row.category)
        faults.text("rows", row.gift, may_be_empty=True)
