"""Room: reconciliation. Our Stripe account against Stripe's own balance, row by row and payout by payout, to 0.00."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations import ledger
from donations.invariants import Check, audit_stripe
from donations.ports import StripeBalance
from donations.postings import FUND_IDS
from donations.tables import Payout, entry, payout_row, stripe_balance_transaction, transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutLine:
    """A payout and the rows it is made of; `rows` is 0 until Stripe has told them, and then nothing differs yet."""

    payout: str
    amount_cents: int
    rows: int
    difference_cents: int
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Our book against Stripe's: what differs, and by whose row."""

    stripe_difference_cents: int
    """Ours less Stripe's available and pending balance, charges set aside whose row is not there yet."""
    reserved_difference_cents: int
    awaited: tuple[str, ...]
    """Charges that are booked and have no row of Stripe's book yet."""
    payouts: tuple[PayoutLine, ...]
    rows: tuple[Check, ...]
    """Invariants of the mirrored rows against the entries, both ways."""

    @property
    def ok(self) -> bool:
        """Return whether nothing differs."""
        differences = (self.stripe_difference_cents, self.reserved_difference_cents)
        return (
            not any(differences)
            and not any(line.difference_cents for line in self.payouts)
            and all(check.ok for check in self.rows)
        )


def compare(session: Session, balance: StripeBalance) -> Comparison:
    """Compare the book with what Stripe says it holds now."""
    awaited = _awaited(session)
    booked = _booked(session, "assets:stripe") - sum(cents for _, cents in awaited)
    reserved = _booked(session, "assets:stripe:reserved")
    return Comparison(
        stripe_difference_cents=booked - balance.available_cents - balance.pending_cents,
        # An account without a reserve of its own says 0 and holds it in neither balance: then ours is all there is.
        reserved_difference_cents=reserved - balance.reserved_cents if balance.reserved_cents else 0,
        awaited=tuple(charge_id for charge_id, _ in awaited),
        payouts=tuple(_payouts(session)),
        rows=tuple(audit_stripe(session)),
    )


def _booked(session: Session, account: str) -> int:
    return sum(ledger.balance(session, fund, account) for fund in FUND_IDS)


def _awaited(session: Session) -> list[tuple[str, int]]:
    """Return (charge id, cents) of booked charges that no mirrored row names as its source."""
    charge_id = func.substr(entry.c.source_key, len("charge/") + 1)
    rows = session.execute(
        select(charge_id.label("charge_id"), func.sum(transfer.c.cents).label("cents"))
        .join(transfer, transfer.c.entry_id == entry.c.id)
        .where(
            entry.c.source_key.like("charge/%"),
            charge_id.not_in(
                select(stripe_balance_transaction.c.source_id).where(
                    stripe_balance_transaction.c.source_id.is_not(None)
                )
            ),
        )
        .group_by(entry.c.source_key)
        .order_by(entry.c.source_key)
    )
    return [(row.charge_id, int(row.cents)) for row in rows]


def _payouts(session: Session) -> Sequence[PayoutLine]:
    net = stripe_balance_transaction.c.amount_cents - stripe_balance_transaction.c.fee_cents
    sums = session.execute(
        select(
            Payout.id,
            Payout.amount_cents,
            Payout.status,
            func.count(payout_row.c.txn_id).label("rows"),
            func.coalesce(func.sum(net), 0).label("cents"),
        )
        .outerjoin(payout_row, payout_row.c.payout_id == Payout.id)
        .outerjoin(stripe_balance_transaction, stripe_balance_transaction.c.id == payout_row.c.txn_id)
        .group_by(Payout.id, Payout.amount_cents, Payout.status, Payout.created_at)
        .order_by(Payout.created_at, Payout.id)
    )
    return [
        PayoutLine(
            payout=row.id,
            amount_cents=row.amount_cents,
            rows=row.rows,
            difference_cents=row.amount_cents - int(row.cents) if row.rows else 0,
            status=row.status,
        )
        for row in sums
    ]
