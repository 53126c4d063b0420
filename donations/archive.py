"""Room: archive. Printed documents: kept once, found by a secret link, checked by anyone with the printed token."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from donations import outbox, tokens
from donations.database import insert_once
from donations.errors import BrokenInvariantError, NotFoundError
from donations.ports import Files, PrintedDocument
from donations.tables import (
    DocumentErasure,
    Donor,
    FrozenFacts,
    OutboxRow,
    Printed,
    Receipt,
    ReceiptEvent,
    ReceiptLink,
)

Status = Literal["valid", "replaced", "void", "disputed"]
LetterKind = Literal["mail_receipt", "mail_statement", "mail_notice"]

LINK_LIFE = timedelta(days=30)
_LETTERS: Mapping[str, LetterKind] = {"S-": "mail_statement", "N-": "mail_notice"}
_TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentStanding:
    """What anyone holding a document may learn: no name, no e-mail, no address."""

    status: Status
    kind: str
    number: str
    issued_on: date
    amount_cents: int
    sha256: str | None
    newest_number: str
    seal: str | None = None
    """SHA-256 of the certificate that sealed it, published as long as the document stands here."""


def frozen_facts_of(session: Session, number: str) -> bytes:
    """Return the frozen facts of a document, proven unchanged against the hash its number was given with."""
    found = session.execute(
        select(FrozenFacts.facts, Receipt.facts_sha256)
        .join(Receipt, Receipt.number == FrozenFacts.number)
        .where(FrozenFacts.number == number)
    ).one_or_none()
    if found is None:
        raise NotFoundError(f"There are no frozen facts of {number}: it was erased, or never issued.", field="number")
    facts, kept_hash = found
    content = str(facts).encode()
    if hashlib.sha256(content).hexdigest() != kept_hash:
        raise BrokenInvariantError(f"the frozen facts of {number} are not those it was issued with")
    return content


def file_name_of(number: str, pdf: bytes) -> str:
    """Return the name a printed document is stored under; its digest keeps two printings apart."""
    return f"documents/{number}-{hashlib.sha256(pdf).hexdigest()[:16]}.pdf"


def report_file_name(reference: str) -> str:
    """Return the name a published report's PDF is stored under; an edition is always printed to the same bytes."""
    return f"reports/{reference}.pdf"


def keep_printed(
    session: Session, keys: Sequence[bytes], number: str, document: PrintedDocument, *, now: datetime
) -> None:
    """Remember the bytes printed for a number and open its secret link; printed twice, the first stays."""
    unsigned = document.pdf.removesuffix(document.appended)
    printed = {
        "number": number,
        "maker": document.maker,
        "sha256": hashlib.sha256(document.pdf).hexdigest(),
        "unsigned_sha256": hashlib.sha256(unsigned).hexdigest(),
        "appended": document.appended or None,
        "seal": document.seal,
        "size": len(document.pdf),
        "file": file_name_of(number, document.pdf),
        "printed_at": now,
    }
    insert_once(session, Printed, printed, key=("number",))
    _open_link(session, keys, number, now=now)


def link_token(keys: Sequence[bytes], number: str) -> str:
    """Return the secret token of a document's own link, the same in every letter."""
    return tokens.derive_token(keys, "receipt-link", number)


def owe_letter(session: Session, number: str, *, now: datetime) -> None:
    """Owe the first letter that brings a document to its donor; owed twice is owed once.

    A donor who left no e-mail address is owed none: the printed document is handed over on paper.
    """
    to = session.scalar(
        select(Donor.email).join(Receipt, Receipt.donor_id == Donor.id).where(Receipt.number == number)
    )
    if to == "":
        return
    outbox.owe(session, key=letter_key(number), kind=letter_kind(number), subject=number, due_at=now)


def owe_again(session: Session, keys: Sequence[bytes], number: str, *, now: datetime, to: str | None = None) -> None:
    """Owe the letter of a printed document once more, with its link open for another while.

    `to` is the donor's corrected address: this letter and all later ones go there.
    """
    receipt = find_document(session, number)
    if to is not None:
        session.get_one(Donor, receipt.donor_id).email = to
    if session.get(DocumentErasure, number) is not None:
        raise NotFoundError(f"The personal data of {number} are erased; nothing is left to send.", field="number")
    if session.get(Printed, number) is None:
        raise NotFoundError(f"{number} is not printed yet; its first letter is on its way.", field="number")
    if not session.get_one(Donor, receipt.donor_id).email:
        raise NotFoundError(f"The donor of {number} left no e-mail address; name one to send it to.", field="to")
    _open_link(session, keys, number, now=now)
    kind = letter_kind(number)
    before = session.scalar(select(func.count()).where(OutboxRow.subject == number, OutboxRow.kind == kind))
    key = f"{letter_key(number)}/again/{before}"
    outbox.owe(session, key=key, kind=kind, subject=number, due_at=now)


def _open_link(session: Session, keys: Sequence[bytes], number: str, *, now: datetime) -> None:
    """Open the document's link from now on; after a change of keys it is a new one beside the old."""
    token_hash = tokens.hash_token(link_token(keys, number))
    until = now + LINK_LIFE
    if not insert_once(
        session, ReceiptLink, {"token_hash": token_hash, "number": number, "expires_at": until}, key=("token_hash",)
    ):
        link = session.get_one(ReceiptLink, token_hash)
        link.expires_at = max(link.expires_at, until)
        session.flush()


def letter_kind(number: str) -> LetterKind:
    """Return which letter brings the document of a number."""
    return _LETTERS.get(number[:2], "mail_receipt")


def letter_key(number: str) -> str:
    """Return the outbox key of a document's first letter."""
    return f"mail/{letter_kind(number).removeprefix('mail_')}/{number}"


def was_sent(session: Session, number: str) -> bool:
    """Tell whether a document's first letter has brought it: whatever is handed out after it is a copy."""
    done = OutboxRow.state == "done"
    return session.scalar(select(OutboxRow.id).where(OutboxRow.key == letter_key(number), done)) is not None


def read_printed(session: Session, files: Files, number: str) -> bytes | None:
    """Return the printed bytes, proven against their recorded digest; None if not printed yet, or erased."""
    printed = session.get(Printed, number)
    if printed is None or session.get(DocumentErasure, number) is not None:
        return None
    content = files.get(printed.file)
    if hashlib.sha256(content).hexdigest() != printed.sha256:
        raise BrokenInvariantError(f"the stored file of {number} is not the one that was printed")
    return content


def prove_file(session: Session, files: Files, number: str, again: PrintedDocument) -> tuple[bool, str]:
    """Hold the stored file against its row, and against the same frozen facts printed `again`; say what was found.

    A reprint proves something only if the same maker made it: then unsigned bytes and kept seal give the very file.
    """
    printed = session.get(Printed, number)
    if printed is None:
        raise NotFoundError(f"{number} is not printed yet.", field="number")
    try:
        content = files.get(printed.file)
    except FileNotFoundError:
        return False, "The stored file is gone."
    seal = printed.appended or b""
    if hashlib.sha256(content).hexdigest() != printed.sha256 or not content.endswith(seal):
        return False, "The stored file is not the one that was printed: nothing is handed out for this number."
    if hashlib.sha256(content.removesuffix(seal)).hexdigest() != printed.unsigned_sha256:
        return False, "The stored file without its seal is not what was sealed."
    if again.maker != printed.maker:
        return True, "The stored file is whole; another press prints here now, so it was not made again."
    if again.pdf.removesuffix(again.appended) + seal != content:
        return False, "Printed again from its frozen facts by the same press, it comes out different."
    return True, "The stored file is whole, and printed again from its frozen facts it is the same byte for byte."


def number_of_link(session: Session, token: str, *, now: datetime) -> str | None:
    """Return the number behind a secret link that has not run out."""
    if _TOKEN.fullmatch(token) is None:
        return None
    link = session.get(ReceiptLink, tokens.hash_token(token))
    return link.number if link is not None and now < link.expires_at else None


def check(session: Session, verify_token: str) -> DocumentStanding | None:
    """Return how the document with this printed token stands, or None if there is none."""
    if _TOKEN.fullmatch(verify_token) is None:
        return None
    receipt = session.scalar(select(Receipt).where(Receipt.verify_token == verify_token))
    return None if receipt is None else stand_of(session, receipt)


def list_documents(
    session: Session, *, limit: int | None = None, before: str | None = None
) -> list[tuple[Receipt, DocumentStanding, str | None]]:
    """Return documents, or those issued before one, with their standing and stored file name, newest first."""
    chosen = (
        select(Receipt, Printed.file)
        .outerjoin(Printed, Printed.number == Receipt.number)
        .order_by(Receipt.issued_at.desc(), Receipt.number.desc())
        .limit(limit)
    )
    if before is not None:
        at = find_document(session, before).issued_at
        chosen = chosen.where(or_(Receipt.issued_at < at, and_(Receipt.issued_at == at, Receipt.number < before)))
    return [(receipt, stand_of(session, receipt), file) for receipt, file in session.execute(chosen)]


def find_document(session: Session, number: str) -> Receipt:
    """Return the document of a number; raises `NotFoundError`."""
    receipt = session.scalar(select(Receipt).where(Receipt.number == number))
    if receipt is None:
        raise NotFoundError(f"There is no document {number}.", field="number")
    return receipt


def stand_of(session: Session, receipt: Receipt) -> DocumentStanding:
    """Return a document's status, derived from its events and from what replaced it."""
    newest = _newest(session, receipt.number)
    printed = session.get(Printed, receipt.number)
    return DocumentStanding(
        status=_status(session, receipt.number, is_replaced=newest != receipt.number),
        kind=receipt.kind,
        number=receipt.number,
        issued_on=receipt.issued_on,
        amount_cents=receipt.amount_cents,
        sha256=printed.sha256 if printed else None,
        seal=printed.seal if printed else None,
        newest_number=newest,
    )


def _newest(session: Session, number: str) -> str:
    newest = number
    while (following := session.scalar(select(Receipt.number).where(Receipt.replaces == newest))) is not None:
        newest = following
    return newest


def _status(session: Session, number: str, *, is_replaced: bool) -> Status:
    events = session.execute(
        select(ReceiptEvent.kind, ReceiptEvent.reason_code)
        .where(ReceiptEvent.number == number)
        .order_by(ReceiptEvent.id)
    ).all()
    # A receipt that went to the wrong person stays void for them, though another has its gift now.
    is_void = any(event.kind == "void" and event.reason_code == "wrong_donor" for event in events)
    if is_replaced and not is_void:
        return "replaced"
    kinds = [event.kind for event in events]
    if "void" in kinds:
        return "void"
    return "disputed" if kinds.count("hold") > kinds.count("unhold") else "valid"
