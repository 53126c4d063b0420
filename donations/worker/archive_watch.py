"""Room: worker. Every night some stored documents are held against their digests, and printed again."""

from __future__ import annotations

from typing import Final

import structlog
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from donations import alarms, archive
from donations.errors import BrokenInvariantError
from donations.ports import Files, PrintedDocument, PrintingFailedError
from donations.tables import DocumentErasure, Printed
from donations.worker.workshop import Workshop
from receipts.verify.books import WrongError, find_attached

SAMPLE: Final = 20
_log = structlog.get_logger()


def watch_archive(shop: Workshop) -> int:
    """Prove a few documents drawn by chance and return how many are not as they were printed.

    Each of those is an alarm, and nothing is handed out for it while its bytes differ; mended, the alarm ends when it
    is drawn again or proven by hand (`almoner receipt prove NUMBER`).
    """
    is_erased = exists().where(DocumentErasure.number == Printed.number)
    with shop.database.read() as session:
        drawn = session.scalars(select(Printed.number).where(~is_erased).order_by(func.random()).limit(SAMPLE)).all()
    return sum(not prove_document(shop, number) for number in drawn)


def prove_document(shop: Workshop, number: str) -> bool:
    """Hold one stored document against its row and a reprint, and raise or clear its alarm."""
    with shop.database.read() as session:
        facts = archive.frozen_facts_of(session, number)
        proof = proof_in_file(session, shop.files, number)
    again = _print_again(shop, facts, proof)
    with shop.database.read() as session:
        is_whole, detail = archive.prove_file(session, shop.files, number, again)
    now = shop.clock.now()
    if is_whole:
        shop.database.write(lambda session: alarms.clear_alarm(session, "document_differs", number, now=now))
    else:
        _log.error("document_differs", object=number, fault=detail)
        shop.database.write(lambda session: alarms.raise_again(session, "document_differs", number, now=now))
    return is_whole


def proof_in_file(session: Session, files: Files, number: str) -> bytes | None:
    """Return the proof that a document was printed with: the stored file keeps it, and a reprint takes it from there.

    None for a document without one, and where the file is gone or changed: that is found without a reprint.
    """
    try:
        content = archive.read_printed(session, files, number) or b""
        return find_attached(content)[0] if content.startswith(b"%PDF-") else None
    except (WrongError, BrokenInvariantError, FileNotFoundError):
        return None


def _print_again(shop: Workshop, facts: bytes, proof: bytes | None) -> PrintedDocument:
    """Return a reprint; a press that cannot print now proves nothing about the file, so its maker is nobody."""
    try:
        return shop.printing.print_document(facts, proof)
    except PrintingFailedError:
        return PrintedDocument(pdf=b"", maker="")
