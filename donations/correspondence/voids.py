"""Room: correspondence. The letter that a document is void: it brings no file, only where anyone may check it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import archive
from donations.correspondence.stationery import Draft, Stationery
from donations.outbox import Owed
from donations.tables import Donor, GiftSettlement, ReceiptEvent
from receipts import facts as receipt_facts
from receipts.facts import AnnualStatement, DafThankYou, GiftReceipt, InKindAcknowledgment, NoticeOfReturn, QcdLetter

_Voidable = GiftReceipt | InKindAcknowledgment | DafThankYou | QcdLetter | AnnualStatement | NoticeOfReturn


def draft_of_void(session: Session, owed: Owed, stationery: Stationery) -> Draft | None:
    """Tell a donor that a document of theirs is void; None once another has taken its place, which then says so."""
    receipt = archive.find_document(session, owed.subject)
    if archive.stand_of(session, receipt).status != "void":
        return None
    document = receipt_facts.thaw(archive.frozen_facts_of(session, owed.subject))
    if not isinstance(document, _Voidable):
        raise TypeError(f"a {type(document).__name__} is never void")
    reason = session.scalar(
        select(ReceiptEvent.reason_code).where(ReceiptEvent.number == owed.subject, ReceiptEvent.kind == "void")
    )
    gift_on = session.scalar(select(GiftSettlement.gift_on).where(GiftSettlement.gift_id == receipt.gift_id))
    context: dict[str, object] = {
        "name": document.donor.name,
        "number": owed.subject,
        "is_statement": isinstance(document, AnnualStatement),
        "year": receipt.tax_year,
        "cents": receipt.amount_cents,
        "gift_on": gift_on,
        "reason": reason,
        "verify_url": f"{stationery.settings.base_url}/v/{receipt.verify_token}",
    }
    to = session.get_one(Donor, receipt.donor_id).email
    template = "void_thanks" if isinstance(document, DafThankYou) else "void"
    return Draft(to=to, template=template, context=context, language=document.language)
