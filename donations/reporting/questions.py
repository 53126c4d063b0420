"""Room: reporting. What can be exported: for each, its columns and one streaming SELECT over the rows of a year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, cast, exists, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from donations.reporting.goods import GOODS_COLUMNS, goods_of
from donations.reporting.money_out import PAYOUT_COLUMNS, SPENDING_COLUMNS, payouts_of, spending_of
from donations.reporting.sheets import Column
from donations.tables import (
    Contact,
    Donor,
    Gift,
    GiftSettlement,
    Receipt,
    ReceiptEvent,
    account,
    entry,
    fund,
    returned,
    transfer,
)
from donations.tables.metadata import Whole
from receipts.wording import NOT_MONEY


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Columns of a sheet, and the SELECT that yields exactly these in a fixed order for a year."""

    columns: tuple[Column, ...]
    ask: Callable[[int], Select[Any]]


_ADDRESS = ("address_line1", "address_line2", "city", "region", "postal_code", "country")


def _year(day: ColumnElement[date] | InstrumentedAttribute[date], year: int) -> ColumnElement[bool]:
    return day.between(date(year, 1, 1), date(year, 12, 31))


def _sum(cents: ColumnElement[int] | InstrumentedAttribute[int]) -> ColumnElement[int]:
    """Return a sum that is a whole number on PostgreSQL too, whose own sums are NUMERIC."""
    return cast(func.sum(cents), Whole)


def _gifts(year: int) -> Select[Any]:
    back = _returned_by_gift()
    later = aliased(Receipt)
    # Joined by its own index: as a subquery, SQLite looks through every receipt for each gift.
    is_newest = (
        (Receipt.gift_id == Gift.id) & (Receipt.series == "R") & ~exists().where(later.replaces == Receipt.number)
    )
    return (
        select(
            Gift.reference,
            GiftSettlement.gift_on,
            GiftSettlement.gift_on_basis,
            Gift.amount_cents,
            Gift.fee_cover_cents,
            (Gift.amount_cents + Gift.fee_cover_cents).label("total_cents"),
            func.coalesce(back.c.cents, 0).label("returned_cents"),
            literal("USD"),
            GiftSettlement.method,
            GiftSettlement.charge_id,
            Donor.reference.label("donor"),
            Donor.name,
            Donor.email,
            *(getattr(Contact, field) for field in _ADDRESS),
            Gift.preference_code,
            case((Gift.anonymous == 1, "yes"), else_="no"),
            Gift.appeal,
            Receipt.number,
            GiftSettlement.charged_at,
            GiftSettlement.settled_at,
        )
        .join_from(GiftSettlement, Gift, Gift.id == GiftSettlement.gift_id)
        .outerjoin(Donor, Donor.id == GiftSettlement.donor_id)
        .outerjoin(Contact, Contact.gift_id == Gift.id)
        .outerjoin(back, back.c.gift_id == Gift.id)
        .outerjoin(Receipt, is_newest)
        .where(_year(GiftSettlement.gift_on, year), GiftSettlement.method.not_in(NOT_MONEY))
        .order_by(GiftSettlement.gift_on, Gift.id)
    )


def _returned_by_gift() -> Any:  # noqa: ANN401  # A subquery's columns carry no types.
    cents = _sum(returned.c.children_cents + returned.c.operations_cents).label("cents")
    return select(returned.c.gift_id, cents).group_by(returned.c.gift_id).subquery()


def _donors(year: int) -> Select[Any]:
    given = (
        select(
            GiftSettlement.donor_id,
            func.count().label("gifts"),
            _sum(Gift.amount_cents).label("amount"),
            _sum(Gift.fee_cover_cents).label("fee_cover"),
            func.max(Gift.id).label("newest_gift_id"),
        )
        .join(Gift, Gift.id == GiftSettlement.gift_id)
        .where(_year(GiftSettlement.gift_on, year), GiftSettlement.method.not_in(NOT_MONEY))
        .group_by(GiftSettlement.donor_id)
        .subquery()
    )
    return (
        select(
            Donor.reference,
            Donor.name,
            Donor.email,
            *(getattr(Contact, field) for field in _ADDRESS),
            given.c.gifts,
            given.c.amount,
            given.c.fee_cover,
            (given.c.amount + given.c.fee_cover).label("total"),
        )
        .join_from(given, Donor, Donor.id == given.c.donor_id)
        .outerjoin(Contact, Contact.gift_id == given.c.newest_gift_id)
        .order_by(Donor.id)
    )


def _journal(year: int) -> Select[Any]:
    debit, credit = account.alias(), account.alias()
    return (
        select(
            entry.c.id,
            transfer.c.line,
            entry.c.effective_on,
            entry.c.kind,
            entry.c.source_key,
            fund.c.name,
            debit.c.number,
            debit.c.path,
            credit.c.number,
            credit.c.path,
            transfer.c.cents,
            entry.c.reverses,
            entry.c.actor,
            entry.c.note_code,
            entry.c.happened_at,
            entry.c.recorded_at,
        )
        .join_from(entry, transfer, transfer.c.entry_id == entry.c.id)
        .join(fund, fund.c.id == transfer.c.fund_id)
        .join(debit, debit.c.id == transfer.c.debit_id)
        .join(credit, credit.c.id == transfer.c.credit_id)
        .where(_year(entry.c.effective_on, year))
        .order_by(entry.c.effective_on, entry.c.id, transfer.c.line)
    )


def _receipts(year: int) -> Select[Any]:
    later = aliased(Receipt)
    events = _events_by_number()
    status = case(
        (events.c.voids > 0, "void"),
        (later.number.is_not(None), "replaced"),
        (events.c.holds > 0, "disputed"),
        else_="valid",
    )
    return (
        select(
            Receipt.number,
            Receipt.kind,
            status,
            Gift.reference,
            Donor.reference.label("donor"),
            Donor.name,
            Receipt.amount_cents,
            Receipt.tax_year,
            Receipt.issued_on,
            Receipt.issued_at,
            Receipt.replaces,
            later.number.label("replaced_by"),
            Receipt.facts_sha256,
        )
        .join(Donor, Donor.id == Receipt.donor_id)
        .outerjoin(Gift, Gift.id == Receipt.gift_id)
        .outerjoin(later, later.replaces == Receipt.number)
        .outerjoin(events, events.c.number == Receipt.number)
        .where(Receipt.year == year)
        .order_by(Receipt.series, Receipt.n)
    )


def _events_by_number() -> Any:  # noqa: ANN401  # A subquery's columns carry no types.
    held = case((ReceiptEvent.kind == "hold", 1), (ReceiptEvent.kind == "unhold", -1), else_=0)
    return (
        select(
            ReceiptEvent.number,
            func.sum(case((ReceiptEvent.kind == "void", 1), else_=0)).label("voids"),
            func.sum(held).label("holds"),
        )
        .group_by(ReceiptEvent.number)
        .subquery()
    )


def _columns(*named: str) -> tuple[Column, ...]:
    """Return columns from "name" (text) or "name:kind"."""
    kinds: dict[str, Any] = {"cents": "cents", "day": "day", "instant": "instant", "whole": "whole"}
    pairs = (each.partition(":") for each in named)
    return tuple(Column(name=name, kind=kinds.get(kind, "text")) for name, _, kind in pairs)


QUESTIONS: Final[Mapping[str, Question]] = {
    "donors": Question(
        columns=_columns(
            "donor", "name", "email", *_ADDRESS, "gifts:whole", "amount:cents", "fee_cover:cents", "total:cents"
        ),
        ask=_donors,
    ),
    "gifts": Question(
        columns=_columns(
            *("reference", "gift_on:day", "gift_on_basis", "amount:cents", "fee_cover:cents", "total:cents"),
            *("returned:cents", "currency", "method", "charge", "donor", "name", "email", *_ADDRESS, "preference"),
            *("anonymous", "appeal", "receipt", "charged_at:instant", "settled_at:instant"),
        ),
        ask=_gifts,
    ),
    "journal": Question(
        columns=_columns(
            *("entry:whole", "line:whole", "effective_on:day", "kind", "key", "fund", "debit_number:whole", "debit"),
            *("credit_number:whole", "credit", "amount:cents", "reverses:whole", "actor", "note"),
            *("happened_at:instant", "recorded_at:instant"),
        ),
        ask=_journal,
    ),
    "goods": Question(columns=_columns(*GOODS_COLUMNS), ask=goods_of),
    "payouts": Question(columns=_columns(*PAYOUT_COLUMNS), ask=payouts_of),
    "spending": Question(columns=_columns(*SPENDING_COLUMNS), ask=spending_of),
    "receipts": Question(
        columns=_columns(
            *("number", "kind", "status", "gift", "donor", "name", "amount:cents", "tax_year:whole"),
            *("issued_on:day", "issued_at:instant", "replaces", "replaced_by", "sha256"),
        ),
        ask=_receipts,
    ),
}
