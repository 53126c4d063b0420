"""Room: settlement. What Stripe says now of its own objects, kept beside the book; money hangs on rows alone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from donations.database import insert_once
from donations.database.driver import engine_name
from donations.errors import BrokenInvariantError
from donations.ports import BalanceTransaction, DisputeFacts, PayoutFacts, RefundFacts
from donations.settlement import statements
from donations.tables import metadata

_STEPS = {
    # Refunds.
    "pending": 0,
    "requires_action": 0,
    "succeeded": 2,
    "canceled": 3,
    # Disputes.
    "warning_needs_response": 0,
    "warning_under_review": 1,
    "needs_response": 2,
    "under_review": 3,
    "warning_closed": 4,
    "lost": 4,
    "prevented": 5,
    "won": 5,
    # Payouts.
    "in_transit": 1,
    "paid": 2,
    "failed": 3,
}
"""How far each status is on its way: an answer of Stripe's that was overtaken by a later one changes nothing."""


def mirror_row(session: Session, row: BalanceTransaction) -> None:
    """Keep Stripe's row as it says; a row that says something else than before is a broken invariant.

    It is looked up first: on SQLite the guard of the key speaks before any conflict clause is heard.
    """
    engine, values = engine_name(session), asdict(row)
    kept = statements.find_mirrored(engine).run(session, values).fetchone()
    if kept is None:
        if statements.insert_mirrored(engine).run(session, values).fetchone() is not None:
            return
        kept = statements.find_mirrored(engine).run(session, values).fetchone()
    if kept != (row.type, row.amount_cents, row.fee_cents, row.currency, row.source_id):
        raise BrokenInvariantError(f"balance transaction {row.id} was {kept}, now Stripe says otherwise")


def is_foreign(session: Session, row: BalanceTransaction) -> bool:
    """Tell whether a row we never kept is in a currency this book does not hold; one we kept may not become so."""
    if row.currency == "usd":
        return False
    return statements.find_mirrored(engine_name(session)).run(session, asdict(row)).fetchone() is None


def mirror_refund(session: Session, refund: RefundFacts) -> None:
    """Keep what Stripe says of a refund now."""
    values = {
        "id": refund.refund_id,
        "charge_id": refund.charge_id,
        "amount_cents": refund.amount_cents,
        "status": refund.status,
        "created_at": refund.created_at,
    }
    _keep(session, metadata.tables["refund"], values)


def mirror_dispute(session: Session, dispute: DisputeFacts) -> bool:
    """Keep what Stripe says of a dispute or inquiry now; False if it has said something later already."""
    values = {
        "id": dispute.dispute_id,
        "charge_id": dispute.charge_id,
        "amount_cents": dispute.amount_cents,
        "status": dispute.status,
        "reason": dispute.reason,
        "is_refundable": int(dispute.is_charge_refundable),
        "evidence_due_at": dispute.evidence_due_at,
        "created_at": dispute.created_at,
    }
    return _keep(session, metadata.tables["dispute"], values)


def mirror_payout(session: Session, payout: PayoutFacts) -> None:
    """Keep what Stripe says of a payout now."""
    row = payout.balance_transaction
    values = {
        "id": payout.payout_id,
        "amount_cents": payout.amount_cents,
        "status": payout.status,
        "is_automatic": int(payout.is_automatic),
        "reconciliation_status": payout.reconciliation_status,
        "arrival_on": payout.arrival_on,
        "created_at": payout.created_at,
        "txn_id": None if row is None else row.id,
    }
    _keep(session, metadata.tables["payout"], values)


def _keep(session: Session, table: Table, values: dict[str, Any]) -> bool:
    """Keep it, and tell whether it was news or the same; False for an answer that was overtaken."""
    if insert_once(session, table, values, key=("id",)):
        return True
    kept = session.scalars(select(table.c.status).where(table.c.id == values["id"])).one()
    if _is_older(values["status"], than=kept):
        return False
    session.execute(update(table).where(table.c.id == values["id"]).values(values))
    return True


def _is_older(status: str, *, than: str) -> bool:
    """Tell whether this is what Stripe said earlier, heard late; a word never heard before is always news."""
    return status in _STEPS and than in _STEPS and _STEPS[status] < _STEPS[than]
