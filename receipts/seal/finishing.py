"""Room: seal. The last station of a numbered document: printed bytes in, sealed bytes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from receipts.seal.anchors import Anchors
from receipts.seal.appending import seal_pdf
from receipts.seal.keys import SealKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A document as it leaves the printing room: `pdf` ends in `appended`, which is empty without a seal."""

    pdf: bytes
    appended: bytes = b""
    seal: str | None = None
    """SHA-256 of the seal's certificate, lower-case hex."""


class _Issue(msgspec.Struct):
    """The two facts of any document that the seal needs."""

    issued_at: datetime
    number: str | None = None


class _Frozen(msgspec.Struct):
    facts: _Issue


def finish_document(facts: bytes, unsigned: bytes, key: SealKey | None, anchors: Anchors | None = None) -> Finished:
    """Seal a printed document as of its issue; without a key, or without a number (a report), it stays as it is.

    Raises `UnsealableError` where the certificate was not valid at the issue.
    """
    issue = msgspec.json.decode(facts, type=_Frozen).facts
    if key is None or issue.number is None:
        return Finished(pdf=unsigned)
    sealed = seal_pdf(unsigned, key, at=issue.issued_at, anchors=anchors)
    return Finished(pdf=sealed.pdf, appended=sealed.appended, seal=key.fingerprint)
