"""Room: correspondence. The letters we write, rendered from frozen facts when they are sent; no body is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import archive
from donations.money import format_dollars
from donations.outbox import Owed
from donations.paths import templates_folder
from donations.ports import Attachment, Letter
from donations.settings import Settings
from donations.tables import Donor, Receipt
from receipts import facts as receipt_facts
from receipts import wording
from receipts.facts import AnnualStatement, GiftReceipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Stationery:
    """What every letter is written with."""

    settings: Settings
    promise_is_kept: bool
    """Whether operations can pay the fees today; without it no letter says 100 %."""


def write_letter(session: Session, owed: Owed, pdf: bytes, stationery: Stationery, *, now: datetime) -> Letter:
    """Return the letter that brings a printed document to its donor, the PDF attached byte for byte.

    The Message-ID is made of the outbox row's key, so the same letter sent twice is recognised.
    """
    number = owed.subject
    document = receipt_facts.thaw(archive.frozen_facts_of(session, number))
    if not isinstance(document, GiftReceipt | AnnualStatement):
        raise TypeError(f"no letter brings a {type(document).__name__}")
    kind = "receipt" if isinstance(document, GiftReceipt) else "statement"
    to = session.scalars(
        select(Donor.email).join(Receipt, Receipt.donor_id == Donor.id).where(Receipt.number == number)
    )
    context = _context(document, stationery)
    return Letter(
        message_id=_message_id(owed.key, stationery.settings),
        to=to.one(),
        subject=_render(f"{kind}.subject.txt", context).strip(),
        text=_render(f"{kind}.txt", context),
        html=_render(f"{kind}.html", context),
        sent_at=now,
        attachments=(Attachment(name=f"{kind}-{number}.pdf", media_type="application/pdf", content=pdf),),
    )


def _context(document: GiftReceipt | AnnualStatement, stationery: Stationery) -> dict[str, object]:
    settings = stationery.settings
    cents = document.amount_cents if isinstance(document, GiftReceipt) else document.total_cents
    return {
        "document": document,
        "organisation": settings.organisation,
        "amount": format_dollars(cents),
        "receipt_url": f"{settings.base_url}/r/{archive.link_token(settings.secret_keys, document.number)}.pdf",
        "verify_url": document.verify_url,
        "home_url": settings.base_url,
        "is_simulated": document.simulated,
        "promise_is_kept": stationery.promise_is_kept,
        "promise": wording.promise(),
    }


def _message_id(key: str, settings: Settings) -> str:
    host = urlsplit(settings.base_url).hostname or "localhost"
    return f"<{key.replace('/', '.')}@{host}>"


def _render(name: str, context: dict[str, object]) -> str:
    return _environment().get_template(name).render(context)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates_folder() / "mail"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["dollars"] = format_dollars
    return environment
