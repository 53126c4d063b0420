"""Room: giving. All that the book knows about one gift, for the treasurer's eyes: it holds the donor's name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from donations import archive
from donations.errors import NotFoundError
from donations.giving.standing import gift_state, read_gift_facts
from donations.tables import (
    Contact,
    Dispute,
    Gift,
    GiftSettlement,
    GoodsItem,
    Pledge,
    Receipt,
    Refund,
    account,
    clothing_fund,
    designation,
    entry,
    fund,
    returned,
    stripe_balance_transaction,
    transfer,
)
from receipts.wording import NOT_MONEY

Facts = dict[str, Any]


def list_gifts(session: Session, *, limit: int, before: str | None = None) -> list[Facts]:
    """Return the latest gifts, or those written before one, newest first, one line each and without names."""
    chosen = select(Gift).order_by(Gift.id.desc()).limit(limit)
    if before is not None:
        chosen = chosen.where(Gift.id < _find(session, before).id)
    gifts = session.scalars(chosen).all()
    return [_summary(session, gift) for gift in gifts]


def gift_dossier(session: Session, reference: str) -> Facts:
    """Return a gift with its donor, charges, entries, designations and documents; raises `NotFoundError`."""
    gift = _find(session, reference)
    contact = session.get_one(Contact, gift.id)
    settled = session.get(GiftSettlement, gift.id)
    return {
        **_summary(session, gift),
        "donor": {"name": contact.name, "email": contact.email},
        "pledge": _pledge_reference(session, gift),
        "charges": [settled.charge_id] if settled and settled.charge_id else [],
        "refunds": [] if settled is None else _refunds(session, settled),
        "disputes": [] if settled is None else _disputes(session, settled),
        "entries": [] if settled is None else _entries(session, _entry_ids_of(session, settled)),
        "goods": _goods(session, gift.id),
        "designations": [] if settled is None else _designations(session, settled.entry_id),
        "receipts": _receipts(session, gift.id),
    }


def gift_summary(session: Session, reference: str) -> Facts:
    """Return one line about a gift and its documents, without names; raises `NotFoundError`."""
    gift = _find(session, reference)
    return {**_summary(session, gift), "receipts": _receipts(session, gift.id)}


def _find(session: Session, reference: str) -> Gift:
    gift = session.scalar(select(Gift).where(Gift.reference == reference))
    if gift is None:
        raise NotFoundError(f"There is no gift {reference}.", field="reference")
    return gift


def _summary(session: Session, gift: Gift) -> Facts:
    settled = session.get(GiftSettlement, gift.id)
    facts = read_gift_facts(session, gift.id)
    return {
        "reference": gift.reference,
        "state": gift_state(facts),
        "amount_cents": gift.amount_cents,
        "fee_cover_cents": gift.fee_cover_cents,
        "refunded_cents": facts.refunded_cents + facts.taken_cents - facts.disputed_cents,
        "disputed_cents": facts.disputed_cents,
        "currency": "usd",
        "is_in_kind": settled is not None and settled.method in NOT_MONEY,
        "gift_date": settled.gift_on if settled else None,
        "gift_date_basis": settled.gift_on_basis if settled else None,
        "tax_year": settled.gift_on.year if settled else None,
        "preference": gift.preference_code,
        "appeal": gift.appeal,
        "promised_at": gift.promised_at,
    }


def _pledge_reference(session: Session, gift: Gift) -> str | None:
    return None if gift.pledge_id is None else session.get_one(Pledge, gift.pledge_id).reference


def _goods(session: Session, gift_id: int) -> list[Facts]:
    """Return what a gift in kind is made of; nothing for a gift of money."""
    items = session.scalars(select(GoodsItem).where(GoodsItem.gift_id == gift_id).order_by(GoodsItem.n))
    fields = ("n", "description", "count", "condition", "note", "value_cents")
    return [{field: getattr(item, field) for field in fields} for item in items]


def _refunds(session: Session, settled: GiftSettlement) -> list[Facts]:
    rows = session.scalars(
        select(Refund).where(Refund.charge_id == settled.charge_id).order_by(Refund.created_at, Refund.id)
    )
    return [{"refund": row.id, "amount_cents": row.amount_cents, "status": row.status} for row in rows]


def _disputes(session: Session, settled: GiftSettlement) -> list[Facts]:
    rows = session.scalars(
        select(Dispute).where(Dispute.charge_id == settled.charge_id).order_by(Dispute.created_at, Dispute.id)
    )
    return [
        {
            "dispute": row.id,
            "amount_cents": row.amount_cents,
            "status": row.status,
            "reason": row.reason,
            "evidence_due_at": row.evidence_due_at,
        }
        for row in rows
    ]


def _entry_ids_of(session: Session, settled: GiftSettlement) -> Select[Any]:
    """Select the gift's own entry and those of every fact of its charge: fees, refunds, disputes, made whole."""
    disputes = [row["dispute"] for row in _disputes(session, settled)]
    sources = [settled.charge_id, *disputes, *(row["refund"] for row in _refunds(session, settled))]
    rows = select(stripe_balance_transaction.c.id).where(stripe_balance_transaction.c.source_id.in_(sources))
    keys = [f"btxn/{row}" for row in session.scalars(rows)] + [f"dispute/{each}/lost" for each in disputes]
    went_back = select(returned.c.entry_id).where(returned.c.gift_id == settled.gift_id)
    return select(entry.c.id).where(
        (entry.c.id == settled.entry_id)
        | entry.c.id.in_(went_back)
        | entry.c.source_key.in_([*keys, *(f"make-whole/{key}" for key in keys)])
    )


def _entries(session: Session, ids: Select[Any]) -> list[Facts]:
    debit, credit = aliased(account), aliased(account)
    rows = session.execute(
        select(entry, fund.c.name, debit.c.path, credit.c.path, transfer.c.cents)
        .join(transfer, transfer.c.entry_id == entry.c.id)
        .join(fund, fund.c.id == transfer.c.fund_id)
        .join(debit, debit.c.id == transfer.c.debit_id)
        .join(credit, credit.c.id == transfer.c.credit_id)
        .where(entry.c.id.in_(ids))
        .order_by(entry.c.id, transfer.c.line)
    )
    found: dict[int, Facts] = {}
    for row in rows:
        facts = found.setdefault(
            row.id, {"kind": row.kind, "key": row.source_key, "effective_on": row.effective_on, "transfers": []}
        )
        facts["transfers"].append({"fund": row[-4], "debit": row[-3], "credit": row[-2], "cents": row.cents})
    return list(found.values())


def _designations(session: Session, entry_id: int) -> list[Facts]:
    rows = session.execute(
        select(clothing_fund.c.code, designation.c.cents, designation.c.reason)
        .join(clothing_fund, clothing_fund.c.id == designation.c.clothing_fund_id)
        .where(designation.c.source_entry_id == entry_id)
        .order_by(designation.c.id)
    )
    return [{"clothing_fund": row.code, "cents": row.cents, "reason": row.reason} for row in rows]


def _receipts(session: Session, gift_id: int) -> list[Facts]:
    receipts = session.scalars(select(Receipt).where(Receipt.gift_id == gift_id).order_by(Receipt.year, Receipt.n))
    standings = [(receipt, archive.stand_of(session, receipt)) for receipt in receipts]
    return [
        {
            "number": receipt.number,
            "kind": receipt.kind,
            "status": standing.status,
            "issued_at": receipt.issued_at,
            "sha256": standing.sha256,
        }
        for receipt, standing in standings
    ]
