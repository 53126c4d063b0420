"""Room: reconciliation. What waits for a person: alarms, work laid aside, money in suspense, healed gaps."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from donations import alarms
from donations.postings import FUND_IDS, account_named
from donations.tables import (
    BankMatch,
    BankMatchSubject,
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
_FUNDS = {number: name for name, number in FUND_IDS.items()}


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
    """Return each source key whose money still waits in suspense, since when, how many cents, and of which fund.

    What went back of a charge, was sent back by the bank or was resolved counts against what brought it.
    """
    number, reversing = account_named("liabilities:suspense").number, aliased(entry)
    is_undone = exists().where(or_(reversing.c.reverses == entry.c.id, reversing.c.id == entry.c.reverses))
    cents = case((transfer.c.credit_id == number, transfer.c.cents), else_=-transfer.c.cents)
    rows = session.execute(
        select(entry.c.source_key, entry.c.effective_on, transfer.c.fund_id, func.sum(cents).label("cents"))
        .join(transfer, transfer.c.entry_id == entry.c.id)
        # An entry and its mirror come to nothing, whichever key each of them bears.
        .where((transfer.c.credit_id == number) | (transfer.c.debit_id == number), ~is_undone)
        .group_by(entry.c.id, entry.c.source_key, entry.c.effective_on, transfer.c.fund_id)
        .order_by(entry.c.id, transfer.c.fund_id)
    ).all()
    origins = _charges_of(session, [row.source_key.removeprefix("btxn/") for row in rows])
    origins |= _sent_back(session)
    waiting: dict[str, dict[str, Any]] = {}
    for row in rows:
        key = origins.get(row.source_key, row.source_key)
        key = key.removeprefix("suspense/").partition("/resolved/")[0]
        fresh = {"key": key, "since": row.effective_on, "cents": 0, "children_cents": 0, "operations_cents": 0}
        one = waiting.setdefault(key, fresh)
        one["cents"] += int(row.cents)
        one[f"{_FUNDS[row.fund_id]}_cents"] += int(row.cents)
    return [one for one in waiting.values() if one["children_cents"] or one["operations_cents"]]


def _sent_back(session: Session) -> dict[str, str]:
    """Return the key that brought it for each bank line by which money of suspense went out again."""
    rows = session.execute(
        select(entry.c.source_key, BankMatchSubject.subject)
        .join(BankMatch, BankMatch.entry_id == entry.c.id)
        .join(BankMatchSubject, BankMatchSubject.line_id == BankMatch.line_id)
        .where(BankMatchSubject.act == "sent_back")
    )
    return {row.source_key: row.subject for row in rows}


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
