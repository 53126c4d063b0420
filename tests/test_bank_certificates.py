"""A payout's certificate: what the book says of it, printed, once every cent is explained."""

from __future__ import annotations

import io
from contextlib import closing

import pytest
from pypdf import PdfReader
from sqlalchemy.orm import Session

from donations.bank import CertificateDesk
from donations.database import Database
from donations.errors import FieldRefusedError, NotFoundError
from donations.gateways.printing import PrintingRoom
from donations.paths import document_templates_folder
from donations.ports import PrintedDocument, Printing
from donations.tables import payout_row, stripe_balance_transaction
from receipts.facts import PayoutCertificate, thaw
from receipts.facts.certificate import ROWS_MAX
from tests.bank_files import Told
from tests.bank_room import TODAY, certain, pay_out, take
from tests.clerk_room import NOON
from tests.closing_room import StoppedClock
from tests.giving_room import settings


class Caught:
    """Keeps the facts it is asked to print."""

    def __init__(self) -> None:
        self.documents: list[PayoutCertificate] = []

    def print_document(self, facts: bytes, proof: bytes | None = None) -> PrintedDocument:  # noqa: ARG002
        """Remember what is to be printed."""
        document = thaw(facts)
        assert isinstance(document, PayoutCertificate)
        self.documents.append(document)
        return PrintedDocument(pdf=b"%PDF-", maker="test")


def desk(book: Database, printing: Printing) -> CertificateDesk:
    return CertificateDesk(database=book, clock=StoppedClock(NOON), settings=settings(), printing=printing)


def shown(book: Database, children: int, operations: int) -> None:
    """Let a payout leave and the bank show it."""
    cents = pay_out(book, "po_1", children, operations)
    take(book, Told(fitid="1", on=TODAY, cents=cents))
    assert certain(book) == 1


def add_rows(book: Database, *ids: str, cents: int = 0) -> None:
    """Let Stripe tell of further rows of the payout."""
    row = {"type": "charge", "reporting_category": "charge", "currency": "usd", "fee_cents": 0, "amount_cents": cents}
    times = {"created_at": NOON, "available_on": NOON}

    def add(session: Session) -> None:
        for txn_id in ids:
            session.execute(stripe_balance_transaction.insert().values(id=txn_id, **row, **times))
            session.execute(payout_row.insert().values(txn_id=txn_id, payout_id="po_1"))

    book.write(add)


def test_a_certificate_says_what_the_book_says(book: Database) -> None:
    shown(book, 13_000, -453)
    caught = Caught()
    desk(book, caught).print_certificate("po_1")
    (said,) = caught.documents
    assert [(part.label, part.cents) for part in said.shares] == [
        ("The children’s fund", 13_000),
        ("Operations", -453),
    ]
    assert sum(part.cents for part in said.parts) == said.payout_cents == said.bank_cents == 12_547
    assert [(row.row, row.amount_cents) for row in said.rows] == [("of_txn_po_1", 12_547)]
    assert said.files[0].content.splitlines()[1] == '"of_txn_po_1","charge","",125.47,0.00'
    assert said.bank_on == said.arrival_on == TODAY


def test_nothing_is_printed_of_a_payout_that_is_not_whole(book: Database) -> None:
    caught = Caught()
    cents = pay_out(book, "po_1", 13_000, 0)
    with pytest.raises(FieldRefusedError, match="The bank has not shown this payout yet"):
        desk(book, caught).print_certificate("po_1")
    take(book, Told(fitid="1", on=TODAY, cents=cents))
    certain(book)
    add_rows(book, "txn_late", cents=-1)
    with pytest.raises(FieldRefusedError, match="are not one sum"):
        desk(book, caught).print_certificate("po_1")
    with pytest.raises(NotFoundError):
        desk(book, caught).print_certificate("po_2")
    assert caught.documents == []


@pytest.mark.slow
@pytest.mark.parametrize("more", [0, ROWS_MAX])
def test_the_printed_certificate_holds_every_row_or_its_file_does(book: Database, more: int) -> None:
    shown(book, 13_000, -453)
    add_rows(book, *(f"txn_more_{number}" for number in range(more)))
    with closing(PrintingRoom(document_templates_folder())) as press:
        printed = PdfReader(io.BytesIO(desk(book, press).print_certificate("po_1")))
    words = " ".join(" ".join(page.extract_text() for page in printed.pages).split())
    assert "The payout $125.47" in words
    assert "Difference $0.00" in words
    assert ("of_txn_po_1" in words) == (not more)
    attached = printed.attachments["payout_rows.csv"][0].decode()
    assert len(attached.splitlines()) == more + 2
