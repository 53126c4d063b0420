"""Room: facts. Facts become canonical JSON once, and come back only if not a byte of it was touched."""

from __future__ import annotations

from typing import Final

import msgspec

from receipts.facts.certificate import PayoutCertificate
from receipts.facts.faults import DocumentRefusedError
from receipts.facts.letters import DafThankYou, InKindAcknowledgment, QcdLetter, VolunteerExpenseLetter
from receipts.facts.notice import NoticeOfReturn
from receipts.facts.receipt import GiftReceipt, QuidProQuoReceipt
from receipts.facts.report import TransparencyReport
from receipts.facts.statement import AnnualStatement

NumberedDocument = (
    GiftReceipt
    | QuidProQuoReceipt
    | AnnualStatement
    | InKindAcknowledgment
    | VolunteerExpenseLetter
    | DafThankYou
    | QcdLetter
    | NoticeOfReturn
)
"""Everything the clerk numbers."""
UnnumberedDocument = TransparencyReport | PayoutCertificate
"""What has a reference and no number: nobody claims a deduction with it."""
Document = NumberedDocument | UnnumberedDocument
SCHEMA: Final = 1
KINDS: Final[dict[str, type[Document]]] = {
    "gift_receipt": GiftReceipt,
    "quid_pro_quo_receipt": QuidProQuoReceipt,
    "annual_statement": AnnualStatement,
    "in_kind_acknowledgment": InKindAcknowledgment,
    "volunteer_expense_letter": VolunteerExpenseLetter,
    "daf_thank_you": DafThankYou,
    "qcd_letter": QcdLetter,
    "notice_of_returned_contribution": NoticeOfReturn,
    "transparency_report": TransparencyReport,
    "payout_certificate": PayoutCertificate,
}
_NAMES: Final = {shape: kind for kind, shape in KINDS.items()}


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    schema: int
    facts: msgspec.Raw


def kind_of(document: Document) -> str:
    """Return the kind's name, which is also its folder of templates."""
    return _NAMES[type(document)]


def canonical_json(value: object) -> bytes:
    """Return sorted keys, UTF-8, no spaces: the same value gives the same bytes in any process."""
    return msgspec.json.encode(value, order="sorted")


def freeze(document: Document) -> bytes:
    """Return the document as canonical JSON that names its kind and schema; this is what the ledger remembers."""
    return canonical_json({"kind": kind_of(document), "schema": SCHEMA, "facts": document})


def thaw(frozen: bytes) -> Document:
    """Return the document again, every rule checked anew.

    Raises `DocumentRefusedError` for anything that `freeze` would not have written: unknown kinds, further fields
    (so nothing about a child can ride along), other spelling.
    """
    try:
        envelope = msgspec.json.decode(frozen, type=_Envelope)
        document: Document = msgspec.json.decode(envelope.facts, type=KINDS[envelope.kind])
    except (msgspec.MsgspecError, KeyError, UnicodeDecodeError) as fault:
        if isinstance(fault.__cause__, DocumentRefusedError):
            raise fault.__cause__ from None
        raise DocumentRefusedError("document", {"facts": "cannot be read"}) from None
    if freeze(document) != frozen:
        raise DocumentRefusedError("document", {"facts": "are not in the form in which they were frozen"})
    return document


def thaw_sample(text: bytes) -> Document:
    """Return the document of a `sample.json` written by hand: any spacing and order of keys, else as `thaw`."""
    try:
        return thaw(canonical_json(msgspec.json.decode(text)))
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise DocumentRefusedError("document", {"facts": "cannot be read"}) from None
