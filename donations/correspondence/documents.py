"""Room: correspondence. The letter that brings a printed document to its donor."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import archive
from donations.correspondence.stationery import Draft, Stationery, render_letter
from donations.money import format_dollars
from donations.outbox import Owed
from donations.ports import Attachment, Letter
from donations.tables import Donor, Gift, Pledge, Receipt
from receipts import facts as receipt_facts
from receipts import wording
from receipts.facts import AnnualStatement, GiftReceipt


def write_letter(session: Session, owed: Owed, pdf: bytes, stationery: Stationery, *, now: datetime) -> Letter:
    """Return the letter that brings a printed document to its donor, the PDF attached byte for byte.

    The receipt of a monthly gift also brings the link to its pledge.
    """
    number = owed.subject
    document = receipt_facts.thaw(archive.frozen_facts_of(session, number))
    if not isinstance(document, GiftReceipt | AnnualStatement):
        raise TypeError(f"no letter brings a {type(document).__name__}")
    kind = "receipt" if isinstance(document, GiftReceipt) else "statement"
    to = session.scalars(
        select(Donor.email).join(Receipt, Receipt.donor_id == Donor.id).where(Receipt.number == number)
    )
    pledge = _pledge_of(session, number)
    pledge_url = None if pledge is None else stationery.pledge_url(pledge, now)
    draft = Draft(
        to=to.one(),
        template=kind,
        context=_context(document, stationery) | {"pledge_url": pledge_url},
        attachments=(Attachment(name=f"{kind}-{number}.pdf", media_type="application/pdf", content=pdf),),
    )
    return render_letter(draft, owed, stationery, now=now)


def _pledge_of(session: Session, number: str) -> str | None:
    return session.scalar(
        select(Pledge.reference)
        .join(Gift, Gift.pledge_id == Pledge.id)
        .join(Receipt, Receipt.gift_id == Gift.id)
        .where(Receipt.number == number)
    )


def _context(document: GiftReceipt | AnnualStatement, stationery: Stationery) -> dict[str, object]:
    settings = stationery.settings
    cents = document.amount_cents if isinstance(document, GiftReceipt) else document.total_cents
    return {
        "document": document,
        "amount": format_dollars(cents),
        "receipt_url": f"{settings.base_url}/r/{archive.link_token(settings.secret_keys, document.number)}.pdf",
        "verify_url": document.verify_url,
        "is_simulated": document.simulated,
        "promise_is_kept": stationery.promise_is_kept,
        "promise": wording.promise(),
    }
