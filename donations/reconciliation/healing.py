"""Room: reconciliation. Facts whose webhook never came: found by looking, written down once they changed the book."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from donations.database import insert_once
from donations.ports import BalanceTransaction, ChargeFacts, Family, PayoutFacts
from donations.tables import HealedGap, InboxRow, entry, metadata

_SAME_SECOND = timedelta(seconds=1)
"""Stripe's instants are whole seconds, ours are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact of a family that becomes an entry under `key`, and the object an event would have named."""

    object_type: str
    object_id: str
    key: str
    happened_at: datetime
    also: tuple[str, ...] = ()
    """Other objects whose event tells it too."""


def facts_of(family: Family) -> list[Fact]:
    """Return every fact of a family that can be an entry."""
    checkout = () if family.checkout is None else (family.checkout.checkout_id,)
    found = [fact for charge in family.charges for fact in _facts_of_charge(charge, checkout)]
    if family.payout is not None:
        found += _facts_of_payout(family.payout)
    return [*found, *(_fact("balance_transaction", row.id, row) for row in family.rows)]


def find_missing(session: Session, facts: Sequence[Fact]) -> list[Fact]:
    """Return the facts that are no entry yet."""
    keys = [fact.key for fact in facts]
    booked = set(session.scalars(select(entry.c.source_key).where(entry.c.source_key.in_(keys))))
    return [fact for fact in facts if fact.key not in booked]


def record_healed(session: Session, missed: Collection[Fact], *, now: datetime) -> None:
    """Write down which of the facts that were missing are entries now and were told by no webhook."""
    still = {fact.key for fact in find_missing(session, list(missed))}
    for fact in missed:
        if fact.key not in still and not _was_told(session, fact):
            values = {
                "object_id": fact.object_id,
                "object_type": fact.object_type,
                "happened_at": fact.happened_at,
                "healed_at": now,
            }
            insert_once(session, metadata.tables["healed_gap"], values, key=("object_id",))


def list_healed(session: Session, *, since: datetime) -> list[tuple[str, str]]:
    """Return (object id, object type) of each gap healed since, in the order in which the facts happened."""
    rows = session.execute(
        select(HealedGap.object_id, HealedGap.object_type)
        .where(HealedGap.healed_at >= since)
        .order_by(HealedGap.happened_at, HealedGap.object_id)
    )
    return [(row.object_id, row.object_type) for row in rows]


def _was_told(session: Session, fact: Fact) -> bool:
    told = exists().where(
        InboxRow.object_id.in_((fact.object_id, *fact.also)),
        InboxRow.origin != "sweep",
        InboxRow.created_at >= fact.happened_at - _SAME_SECOND,
    )
    return bool(session.scalar(select(told)))


def _facts_of_charge(charge: ChargeFacts, checkout: tuple[str, ...]) -> Iterator[Fact]:
    id_ = charge.charge_id
    yield Fact(
        object_type="charge",
        object_id=id_,
        key=f"charge/{id_}",
        happened_at=charge.created_at,
        also=(*checkout, *(() if charge.invoice is None else (charge.invoice.invoice_id,))),
    )
    for row in (charge.balance_transaction, charge.failure_balance_transaction):
        if row is not None:
            yield _fact("charge", id_, row, *checkout)
    for refund in charge.refunds:
        for row in (refund.balance_transaction, refund.failure_balance_transaction):
            if row is not None:
                yield _fact("refund", refund.refund_id, row, id_)
    for dispute in charge.disputes:
        for row in dispute.balance_transactions:
            yield _fact("dispute", dispute.dispute_id, row, id_)


def _facts_of_payout(payout: PayoutFacts) -> Iterator[Fact]:
    for row in (payout.balance_transaction, payout.failure_balance_transaction):
        if row is not None:
            yield _fact("payout", payout.payout_id, row)
    yield Fact(
        object_type="payout",
        object_id=payout.payout_id,
        key=f"payout/{payout.payout_id}/shares",
        happened_at=payout.created_at,
    )


def _fact(object_type: str, object_id: str, row: BalanceTransaction, *also: str) -> Fact:
    return Fact(
        object_type=object_type, object_id=object_id, key=f"btxn/{row.id}", happened_at=row.created_at, also=also
    )
