"""Room: facts. The attachment `receipt.json` (tax rules §6): canonical, decimal strings, no name or address."""

from __future__ import annotations

from functools import singledispatch

from receipts import wording
from receipts.facts.exchange import GoodsServices, QuidProQuo
from receipts.facts.freezing import SCHEMA, NumberedDocument, canonical_json, kind_of
from receipts.facts.letters import DafThankYou, InKindAcknowledgment, QcdLetter, VolunteerExpenseLetter
from receipts.facts.notice import NoticeOfReturn
from receipts.facts.presented import PresentedAmount
from receipts.facts.receipt import MoneyGift
from receipts.facts.statement import AnnualStatement, StatementRow


def receipt_json(document: NumberedDocument) -> bytes:
    """Return what machines read: the same facts as the page, without a name."""
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
        "language": document.language,
        "wording_version": document.wording_version,
        "state_disclosures": [disclosure.id for disclosure in document.state_disclosures],
        "verify_url": document.verify_url,
    }
    return canonical_json(shared | _own_part(document))


@singledispatch
def _own_part(document: object) -> dict[str, object]:
    raise TypeError(f"{type(document).__name__} has no receipt.json")


@_own_part.register
def _(receipt: MoneyGift) -> dict[str, object]:
    return {
        "gift_on": receipt.gift_on,
        "gift_on_basis": receipt.gift_on_basis,
        "initiated_on": receipt.initiated_on,
        "received_on": receipt.received_on,
        "tax_year": receipt.tax_year,
        "method": receipt.method,
        **_paid(receipt),
        "preference": receipt.preference,
        "control_statement_version": receipt.control_statement_version,
        **_exchange(receipt.goods_services),
    }


def _paid(receipt: MoneyGift) -> dict[str, object]:
    presented = getattr(receipt, "presented", None)
    if presented is None:
        return {
            "amount": _money(receipt.amount_cents),
            "returned": _money(receipt.returned_cents),
            "lines": [{"label": line.label, "amount": _money(line.cents)} for line in receipt.lines],
        }
    return {
        "amount": _presented(presented, presented.minor_units),
        "returned": _presented(presented, presented.returned_minor_units),
        "lines": [
            {"label": line.label, "amount": _presented(presented, presented.minor_units)} for line in receipt.lines
        ],
        "information": _information(presented, receipt.amount_cents),
    }


def _presented(presented: PresentedAmount, minor_units: int) -> dict[str, str]:
    return {"value": wording.minor_decimal(minor_units, presented.currency), "currency": presented.currency}


def _information(presented: PresentedAmount, cents: int) -> dict[str, object]:
    """Return what reached us in dollars, marked as information: what the gift was worth is the donor's to say."""
    return {
        "reached_us": _money(cents),
        "rate": presented.rate,
        "converted_on": presented.converted_on,
        "source": presented.source,
    }


@_own_part.register
def _(statement: AnnualStatement) -> dict[str, object]:
    before = statement.replaces_total_cents
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
        "differences": [
            {
                "number": row.receipt_number,
                "now_number": row.now_receipt_number,
                "was": None if row.was_cents is None else _money(row.was_cents),
                "now": None if row.now_cents is None else _money(row.now_cents),
                "reason": row.reason_code,
                "changed_on": row.changed_on,
            }
            for row in statement.differences
        ],
        "replaces_amount": None if before is None else _money(before),
    }


@_own_part.register
def _(goods: InKindAcknowledgment) -> dict[str, object]:
    return {
        "gift_on": goods.gift_on,
        "gift_on_basis": goods.gift_on_basis,
        "tax_year": goods.tax_year,
        "method": goods.method,
        "items": [
            {"description": item.description, "count": item.count, "condition": item.condition, "note": item.note}
            for item in goods.items
        ],
        "place": goods.place,
        **_exchange(goods.goods_services),
    }


@_own_part.register
def _(letter: VolunteerExpenseLetter) -> dict[str, object]:
    return {
        "services": letter.services,
        "served_from_on": letter.served_from_on,
        "served_to_on": letter.served_to_on or letter.served_from_on,
        "place": letter.place,
        **_exchange(letter.goods_services),
    }


@_own_part.register
def _(letter: DafThankYou) -> dict[str, object]:
    return {
        "received_on": letter.received_on,
        "amount": _money(letter.amount_cents),
        "sponsor": letter.sponsor,
        "goods_services": {"variant": "daf_none"},
        "benefits": [],
    }


@_own_part.register
def _(letter: QcdLetter) -> dict[str, object]:
    return {
        "gift_on": letter.gift_on,
        "gift_on_basis": "received",
        "tax_year": letter.tax_year,
        "amount": _money(letter.amount_cents),
        "custodian": letter.custodian,
        "goods_services": {"variant": "qcd_none"},
        "benefits": [],
    }


@_own_part.register
def _(notice: NoticeOfReturn) -> dict[str, object]:
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


def _row(row: StatementRow) -> dict[str, object]:
    return {
        "number": row.receipt_number,
        "gift_on": row.gift_on,
        "gift_on_basis": row.gift_on_basis,
        "amount": _money(row.amount_cents),
        "presented": None if row.presented is None else _presented(row.presented, row.presented.minor_units),
        "status": row.status,
        **_exchange(row.goods_services),
    }


def _exchange(given: GoodsServices) -> dict[str, object]:
    if not isinstance(given, QuidProQuo):
        return {"goods_services": given, "benefits": []}
    benefits = [
        {"description": benefit.description, "value": _money(benefit.value_cents)} for benefit in given.benefits
    ]
    return {"goods_services": {"variant": given.variant}, "benefits": benefits, "excess": _money(given.excess_cents)}
