"""Room: facts. Facts become canonical JSON once, and come back only if not a byte of it was touched."""

from __future__ import annotations

from typing import Final

import msgspec

from receipts import wording
from receipts.facts.faults import DocumentRefusedError
from receipts.facts.notice import NoticeOfReturn
from receipts.facts.parties import GoodsServices
from receipts.facts.receipt import GiftReceipt
from receipts.facts.report import TransparencyReport
from receipts.facts.statement import AnnualStatement, StatementRow

Document = GiftReceipt | AnnualStatement | NoticeOfReturn | TransparencyReport
SCHEMA: Final = 1
KINDS: Final[dict[str, type[Document]]] = {
    "gift_receipt": GiftReceipt,
    "annual_statement": AnnualStatement,
    "notice_of_returned_contribution": NoticeOfReturn,
    "transparency_report": TransparencyReport,
}


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    schema: int
    facts: msgspec.Raw


def kind_of(document: Document) -> str:
    """Return the kind's name, which is also its folder of templates."""
    return next(kind for kind, shape in KINDS.items() if isinstance(document, shape))


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


def receipt_json(document: GiftReceipt | AnnualStatement | NoticeOfReturn) -> bytes:
    """Return the attachment `receipt.json` (tax rules §6): canonical, decimal strings, no donor's name or address."""
    shared = {
        "schema": SCHEMA,
        "kind": kind_of(document),
        "number": document.number,
        "series": document.number[0],
        "jurisdiction": "US",
        "issuer": {"name": document.issuer.legal_name, "ein": document.issuer.ein},
        "issued_at": document.issued_at,
        "replaces": getattr(document, "replaces", None),
        "simulated": document.simulated,
        "verify_url": document.verify_url,
    }
    own = _own_part(document)
    return canonical_json(shared | own)


def _own_part(document: GiftReceipt | AnnualStatement | NoticeOfReturn) -> dict[str, object]:
    if isinstance(document, GiftReceipt):
        return _receipt_part(document)
    return _statement_part(document) if isinstance(document, AnnualStatement) else _notice_part(document)


def _notice_part(notice: NoticeOfReturn) -> dict[str, object]:
    return {
        "original_number": notice.original_number,
        "original_gift_on": notice.original_gift_on,
        "original_amount": _money(notice.original_amount_cents),
        "returned": _money(notice.returned_cents),
        "returned_on": notice.returned_on,
        "reason": notice.reason_code,
        "withdraws": notice.withdraws,
    }


def _money(cents: int) -> dict[str, str]:
    return {"value": wording.decimal(cents), "currency": "USD"}


def _receipt_part(receipt: GiftReceipt) -> dict[str, object]:
    return {
        "gift_on": receipt.gift_on,
        "gift_on_basis": receipt.gift_on_basis,
        "tax_year": receipt.tax_year,
        "amount": _money(receipt.amount_cents),
        "returned": _money(receipt.returned_cents),
        "lines": [{"label": line.label, "amount": _money(line.cents)} for line in receipt.lines],
        "benefits": [],
        "control_statement_version": receipt.control_statement_version,
        **_goods_services(receipt.goods_services),
    }


def _statement_part(statement: AnnualStatement) -> dict[str, object]:
    return {
        "year": statement.year,
        "amount": _money(statement.total_cents),
        "rows": [_row(row) for row in statement.rows],
        "notices": [
            {
                "number": notice.number,
                "original_number": notice.original_number,
                "returned": _money(notice.returned_cents),
            }
            for notice in statement.notices
        ],
    }


def _row(row: StatementRow) -> dict[str, object]:
    return {
        "number": row.receipt_number,
        "gift_on": row.gift_on,
        "gift_on_basis": row.gift_on_basis,
        "amount": _money(row.amount_cents),
        "status": row.status,
        **_goods_services(row.goods_services),
    }


def _goods_services(given: GoodsServices) -> dict[str, object]:
    return {"goods_services": given}
