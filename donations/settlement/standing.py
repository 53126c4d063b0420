"""Room: settlement. What the book says already of one charge: its gift, what went back, where its cents stand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from donations.postings import FUND_IDS, Parts, account_named
from donations.tables import (
    Dispute,
    Gift,
    GiftSettlement,
    Payout,
    Refund,
    entry,
    returned,
    stripe_balance_transaction,
    transfer,
)

_CHARGE_LOCK = 0x616C6D05
"""PostgreSQL: who settles returns of a charge that keeps no promise takes this advisory lock with the charge."""

_INCOME = tuple(account_named(path).number for path in ("income:gifts", "income:fee-cover"))


@dataclass(frozen=True, slots=True)
class KeptPromise:
    """The gift a charge became, and what it brought each fund."""

    gift_id: int
    parts: Parts


def find_kept_promise(session: Session, charge_id: str) -> KeptPromise | None:
    """Return the gift that this charge is in the book, or None if it waits in suspense."""
    found = session.execute(
        select(GiftSettlement.gift_id, GiftSettlement.entry_id).where(GiftSettlement.charge_id == charge_id)
    ).one_or_none()
    if found is None:
        return None
    cents = func.sum(transfer.c.cents)
    sums = session.execute(
        select(transfer.c.fund_id, cents)
        .where(transfer.c.entry_id == found.entry_id, transfer.c.credit_id.in_(_INCOME))
        .group_by(transfer.c.fund_id)
    )
    return KeptPromise(found.gift_id, _parts({fund_id: int(summed) for fund_id, summed in sums}))


def lock_charge(session: Session, charge_id: str, kept: KeptPromise | None) -> None:
    """Hold everything of one charge against a second worker until the commit: its gift's row, else its name."""
    if kept is not None:
        session.execute(select(Gift.id).where(Gift.id == kept.gift_id).with_for_update())
    elif session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_CHARGE_LOCK, func.hashtext(charge_id))))


def lock_payout(session: Session, payout_id: str) -> None:
    """Hold a payout that is mirrored against a second worker until the commit."""
    session.execute(select(Payout.id).where(Payout.id == payout_id).with_for_update())


def read_given_back(session: Session, gift_id: int) -> Parts:
    """Return how many cents of a gift have gone back in all."""
    children, operations = session.execute(
        select(
            func.coalesce(func.sum(returned.c.children_cents), 0),
            func.coalesce(func.sum(returned.c.operations_cents), 0),
        ).where(returned.c.gift_id == gift_id)
    ).one()
    return Parts(int(children), int(operations))


def keys_of_charge(session: Session, charge_id: str) -> list[str]:
    """Return every key under which money of a charge may stand, by all that anyone ever told us of it.

    A family that is told now may hold only some of its refunds and disputes.
    """
    sources = [
        charge_id,
        *session.scalars(select(Refund.id).where(Refund.charge_id == charge_id)),
        *session.scalars(select(Dispute.id).where(Dispute.charge_id == charge_id)),
    ]
    mirrored = stripe_balance_transaction.c
    found = session.scalars(select(mirrored.id).where(mirrored.source_id.in_(sources)))
    return [f"charge/{charge_id}", *(f"btxn/{row_id}" for row_id in found)]


def find_booked(session: Session, keys: Collection[str]) -> dict[str, int]:
    """Return the entry of each of these source keys that is booked."""
    found = session.execute(select(entry.c.source_key, entry.c.id).where(entry.c.source_key.in_(keys)))
    return {row.source_key: row.id for row in found}


def read_moved(session: Session, account: str, keys: Collection[str]) -> Parts:
    """Return by how much the entries of these keys moved each fund's account, debit positive."""
    number = account_named(account).number
    cents = case(
        (transfer.c.debit_id == number, transfer.c.cents),
        (transfer.c.credit_id == number, -transfer.c.cents),
        else_=0,
    )
    sums = session.execute(
        select(transfer.c.fund_id, func.sum(cents))
        .join(entry, entry.c.id == transfer.c.entry_id)
        .where(entry.c.source_key.in_(keys))
        .group_by(transfer.c.fund_id)
    )
    return _parts({fund_id: int(summed) for fund_id, summed in sums})


def _parts(cents: dict[int, int]) -> Parts:
    return Parts(cents.get(FUND_IDS["children"], 0), cents.get(FUND_IDS["operations"], 0))
