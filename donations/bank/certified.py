"""Room: bank. A payout's certificate as a printed document, once every cent of it is explained."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from donations.acknowledgment import Letterhead, read_letterhead
from donations.bank.certificates import Certificate, Group, certify
from donations.database import Database
from donations.errors import FieldRefusedError
from donations.ports import Clock, Printing
from donations.reporting.sheets import Column, Value, write_csv
from donations.settings import Settings
from receipts.facts import PayoutCertificate, PayoutPart, PayoutRow, ReportFile, freeze
from receipts.facts.certificate import ROWS_MAX

GROUP_WORDS: Final[dict[Group, str]] = {
    "gifts": "Gifts, gross",
    "refunds": "Refunds and late returns",
    "disputes": "Disputes",
    "fees": "Stripe’s fees",
    "others": "Other rows",
}
_COLUMNS: Final = (
    Column(name="row"),
    Column(name="kind"),
    Column(name="gift"),
    Column(name="amount", kind="cents"),
    Column(name="fee", kind="cents"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDesk:
    """Prints certificates of payouts for the auditor's folder; nothing is stored, the book is what stands."""

    database: Database
    clock: Clock
    settings: Settings
    printing: Printing

    def print_certificate(self, payout_id: str) -> bytes:
        """Return the PDF of a payout's certificate.

        Raises `NotFoundError`, `FieldRefusedError` while a cent is unexplained, and `PrintingFailedError`.
        """
        with self.database.read() as session:
            found = certify(session, payout_id)
            letterhead = read_letterhead(
                session, self.settings.organisation, now=self.clock.now(), base_url=self.settings.base_url
            )
        return self.printing.print_document(certificate_facts(found, letterhead)).pdf


def certificate_facts(found: Certificate, letterhead: Letterhead) -> bytes:
    """Return the frozen facts of a certificate; raises `FieldRefusedError` for a payout that is not whole."""
    if found.bank_line is None or found.bank_on is None or found.bank_cents is None:
        raise FieldRefusedError("The bank has not shown this payout yet: nothing to certify.", field="payout")
    if not found.is_whole:
        raise FieldRefusedError(
            "Rows, payout and bank line of this payout are not one sum: settle the difference first.", field="payout"
        )
    document = PayoutCertificate(
        reference=found.payout,
        issued_at=letterhead.issued_at,
        issued_on=letterhead.issued_on,
        time_zone=letterhead.time_zone,
        issuer=letterhead.issuer,
        arrival_on=found.arrival_on,
        parts=tuple(PayoutPart(label=label, cents=cents) for label, cents in list_parts(found)),
        shares=(
            PayoutPart(label="The children’s fund", cents=found.shares.children),
            PayoutPart(label="Operations", cents=found.shares.operations),
        ),
        payout_cents=found.amount_cents,
        bank_reference=found.bank_line,
        bank_on=found.bank_on,
        bank_cents=found.bank_cents,
        row_count=len(found.rows),
        rows=_printed_rows(found),
        simulated=letterhead.simulated,
        files=(ReportFile(name="payout_rows.csv", description="Every row of the payout", content=_all_rows(found)),),
    )
    return freeze(document)


def list_parts(found: Certificate) -> Iterator[tuple[str, int]]:
    """Yield what a payout is made of, kind by kind; what Stripe took of each row stands with its fees."""
    for group, label in GROUP_WORDS.items():
        taken = found.fees_cents if group == "fees" else 0
        yield label, found.sum_of(group) - taken


def _printed_rows(found: Certificate) -> tuple[PayoutRow, ...]:
    if len(found.rows) > ROWS_MAX:
        return ()
    return tuple(
        PayoutRow(
            row=one.row,
            category=one.category.replace("_", " "),
            gift=one.gift or "",
            amount_cents=one.amount_cents,
            fee_cents=one.fee_cents,
        )
        for one in found.rows
    )


def _all_rows(found: Certificate) -> str:
    text = io.StringIO(newline="")
    rows: list[list[Value]] = [
        [one.row, one.category, one.gift, one.amount_cents, one.fee_cents] for one in found.rows
    ]
    write_csv(text, _COLUMNS, rows)
    return text.getvalue()
