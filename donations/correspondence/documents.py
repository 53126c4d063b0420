"""Room: correspondence. The letter that brings a printed document to its donor."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import archive
from donations.correspondence.disclosures import mail_disclosures
from donations.correspondence.stationery import Draft, Stationery, render_letter
from donations.money import format_dollars
from donations.outbox import Owed
from donations.ports import Attachment, Letter
from donations.tables import Donor, Gift, Pledge, Receipt
from receipts import facts as receipt_facts
from receipts import wording
from receipts.facts import (
    AnnualStatement,
    DafThankYou,
    GiftReceipt,
    InKindAcknowledgment,
    NoticeOfReturn,
    QcdLetter,
)
from receipts.rules import us

_Letters = DafThankYou | QcdLetter
_Brought = GiftReceipt | InKindAcknowledgment | AnnualStatement | NoticeOfReturn | _Letters
_FILE_NAMES = {
    GiftReceipt: "receipt",
    AnnualStatement: "statement",
    NoticeOfReturn: "notice",
    DafThankYou: "thanks",
    QcdLetter: "letter",
    InKindAcknowledgment: "acknowledgment",
}


def write_letter(session: Session, owed: Owed, pdf: bytes, stationery: Stationery, *, now: datetime) -> Letter:
    """Return the letter that brings a printed document to its donor, the PDF attached byte for byte.

    The receipt of a monthly gift also brings the link to its pledge. A letter sent again says that it is a copy.
    """
    number = owed.subject
    document = receipt_facts.thaw(archive.frozen_facts_of(session, number))
    if not isinstance(document, _Brought):
        raise TypeError(f"no letter brings a {type(document).__name__}")
    to = session.scalars(
        select(Donor.email).join(Receipt, Receipt.donor_id == Donor.id).where(Receipt.number == number)
    )
    pledge = _pledge_of(session, number)
    context: dict[str, object] = {
        "is_copy": owed.key != archive.letter_key(number),
        "pledge_url": None if pledge is None else stationery.pledge_url(pledge, now),
        "disclosures": mail_disclosures(session, number, stationery.settings.organisation, on=document.issued_on),
    }
    name = f"{_FILE_NAMES[type(document)]}-{number}.pdf"
    draft = Draft(
        to=to.one(),
        template=_template_of(document),
        context=_context(document, stationery) | context,
        language=document.language,
        attachments=(Attachment(name=name, media_type="application/pdf", content=pdf),),
    )
    return render_letter(draft, owed, stationery, now=now)


def _template_of(document: _Brought) -> str:
    if isinstance(document, _Letters):
        return "gift_letter"
    if isinstance(document, InKindAcknowledgment):
        return "goods_gift"
    if isinstance(document, GiftReceipt):
        return "receipt" if document.replaces is None else "receipt_replaced"
    return "statement" if isinstance(document, AnnualStatement) else "notice"


def _pledge_of(session: Session, number: str) -> str | None:
    return session.scalar(
        select(Pledge.reference)
        .join(Gift, Gift.pledge_id == Pledge.id)
        .join(Receipt, Receipt.gift_id == Gift.id)
        .where(Receipt.number == number)
    )


def _context(document: _Brought, stationery: Stationery) -> dict[str, object]:
    settings = stationery.settings
    is_too_late = document.issued_on > _last_safe_day(document)
    return {
        "document": document,
        "name": document.donor.name,
        "amount": _amount(document),
        "receipt_url": f"{settings.base_url}/r/{archive.link_token(settings.secret_keys, document.number)}.pdf",
        "verify_url": document.verify_url,
        "is_simulated": document.simulated,
        "promise_is_kept": stationery.promise_is_kept,
        "promise": wording.say_promise(document.language),
        "late_correction": _late_correction(document) if is_too_late else None,
    }


def _late_correction(document: _Brought) -> wording.Said:
    return wording.say("late_correction", version=wording.RECEIPT_VERSION, language=document.language)


def _amount(document: _Brought) -> str:
    """Return the amount a document tells, in the currency that was paid; of goods it tells none."""
    if isinstance(document, InKindAcknowledgment):
        return ""
    presented = document.presented if isinstance(document, GiftReceipt | NoticeOfReturn) else None
    if presented is not None:
        return presented.returned_text if isinstance(document, NoticeOfReturn) else presented.text
    if isinstance(document, AnnualStatement):
        return format_dollars(document.total_cents)
    told = document.returned_cents if isinstance(document, NoticeOfReturn) else document.amount_cents
    return format_dollars(told)


def _last_safe_day(document: _Brought) -> date:
    """Return the donor's tax day: a correction that is issued after it may come too late (R2)."""
    if isinstance(document, NoticeOfReturn | DafThankYou) or document.replaces is None:
        return date.max
    year = document.year if isinstance(document, AnnualStatement) else document.tax_year
    return us.tax_day(year)
