"""Room: reconciliation. What waits for a person: alarms, work laid aside, money in suspense, healed gaps."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from donations import alarms
from donations.postings import account_named
from donations.tables import (
    Dispute,
    HealedGap,
    InboxRow,
    OutboxRow,
    Refund,
    entry,
    stripe_balance_transaction,
    transfer,
)

_HEALED_SHOWN = 100


def list_tasks(session: Session) -> dict[str, list[dict[str, Any]]]:
    """Return what needs a person, by kind; ids and source keys only, never a name."""
    raised = [
        {"kind": one.kind, "subject": one.subject, "raised_at": one.raised_at, "due_at": one.due_at}
        for one in alarms.list_open_alarms(session)
    ]
    told = session.execute(
        select(InboxRow.event_id, InboxRow.type, InboxRow.object_id, InboxRow.last_refusal)
        .where(InboxRow.state == "parked")
        .order_by(InboxRow.id)
    )
    owed = session.execute(
        select(OutboxRow.key, OutboxRow.kind, OutboxRow.last_refusal)
        .where(OutboxRow.state == "parked")
        .order_by(OutboxRow.id)
    )
    healed = session.execute(
        select(HealedGap.object_id, HealedGap.object_type, HealedGap.happened_at, HealedGap.healed_at)
        .order_by(HealedGap.healed_at.desc(), HealedGap.object_id)
        .limit(_HEALED_SHOWN)
    )
    return {
        "alarms": raised,
        "suspense": list_suspense(session),
        "inbox": [dict(row) for row in told.mappings()],
        "outbox": [dict(row) for row in owed.mappings()],
        "healed": [dict(row) for row in healed.mappings()],
    }


def list_suspense(session: Session) -> list[dict[str, Any]]:
    """Return each source key whose money still waits in suspense, since when, and how many cents of it.

    What went back of a charge, or was resolved, counts against the charge itself.
    """
    number = account_named("liabilities:suspense").number
    cents = case((transfer.c.credit_id == number, transfer.c.cents), else_=-transfer.c.cents)
    rows = session.execute(
        select(entry.c.source_key, entry.c.effective_on, func.sum(cents).label("cents"))
        .join(transfer, transfer.c.entry_id == entry.c.id)
        .where((transfer.c.credit_id == number) | (transfer.c.debit_id == number))
        .group_by(entry.c.id, entry.c.source_key, entry.c.effective_on)
        .order_by(entry.c.id)
    ).all()
    charges = _charges_of(session, [row.source_key.removeprefix("btxn/") for row in rows])
    waiting: dict[str, dict[str, Any]] = {}
    for row in rows:
        key = charges.get(row.source_key, row.source_key)
        key = key.removeprefix("suspense/").partition("/resolved/")[0]
        one = waiting.setdefault(key, {"key": key, "since": row.effective_on, "cents": 0})
        one["cents"] += int(row.cents)
    return [one for one in waiting.values() if one["cents"]]


def _charges_of(session: Session, row_ids: list[str]) -> dict[str, str]:
    """Return the charge's key for each `btxn/` key of a refund, a dispute, or a charge's own late return."""
    source = stripe_balance_transaction.c.source_id
    rows = session.execute(
        select(
            stripe_balance_transaction.c.id,
            func.coalesce(Refund.charge_id, Dispute.charge_id, source).label("charge_id"),
        )
        .outerjoin(Refund, Refund.id == source)
        .outerjoin(Dispute, Dispute.id == source)
        .where(stripe_balance_transaction.c.id.in_(row_ids), source.is_not(None))
    ).all()
    booked = set(
        session.scalars(
            select(entry.c.source_key).where(entry.c.source_key.in_([f"charge/{row.charge_id}" for row in rows]))
        )
    )
    return {f"btxn/{row.id}": f"charge/{row.charge_id}" for row in rows if f"charge/{row.charge_id}" in booked}
