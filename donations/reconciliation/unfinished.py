"""Room: reconciliation. What is not at its end yet by our own tables, and must be looked at again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from donations.tables import (
    CheckoutAttempt,
    Dispute,
    Gift,
    GiftSettlement,
    InboxRow,
    Payout,
    Pledge,
    Refund,
    payout_row,
    stripe_balance_transaction,
)

_ENDED_DISPUTES = ("won", "lost", "warning_closed", "prevented")
_ENDED_REFUNDS = ("succeeded", "failed", "canceled")
_FAILED_PAYOUTS = ("failed", "canceled")
_GIVEN_UP = timedelta(days=60)


def find_unfinished(session: Session, *, now: datetime) -> list[tuple[str, str]]:
    """Return (object type, object id) of open disputes and refunds, payouts and checkouts whose end is not known."""
    has_rows = exists().where(payout_row.c.payout_id == Payout.id)
    payouts = or_(
        Payout.status.in_(("pending", "in_transit")),
        (Payout.is_automatic == 1) & ~has_rows & Payout.status.not_in(_FAILED_PAYOUTS),
    )
    checkouts = or_(
        CheckoutAttempt.outcome == "processing",
        or_(CheckoutAttempt.outcome.is_(None), CheckoutAttempt.outcome == "open")
        & (CheckoutAttempt.expires_at < now)
        & (CheckoutAttempt.expires_at > now - _GIVEN_UP),
    )
    asked = (
        ("dispute", select(Dispute.id).where(Dispute.status.not_in(_ENDED_DISPUTES))),
        ("refund", select(Refund.id).where(Refund.status.not_in(_ENDED_REFUNDS))),
        ("payout", select(Payout.id).where(payouts)),
        (
            "checkout.session",
            select(CheckoutAttempt.checkout_id).where(CheckoutAttempt.checkout_id.is_not(None), checkouts),
        ),
    )
    return [(name, str(found)) for name, query in asked for found in session.scalars(query)]


def find_objects(session: Session, name: str) -> list[tuple[str, str]]:
    """Return (object type, object id) of what we know by our reference or Stripe's id."""
    gift = select(Gift.id).where(Gift.reference == name).scalar_subquery()
    pledge = select(Pledge.id).where(Pledge.reference == name).scalar_subquery()
    of_promise = or_(CheckoutAttempt.gift_id == gift, CheckoutAttempt.pledge_id == pledge)
    checkouts = of_promise | (CheckoutAttempt.checkout_id == name)
    subscriptions = or_(Pledge.id == pledge, Pledge.subscription_id == name)
    row_id = stripe_balance_transaction.c.id
    asked = (
        (
            "checkout.session",
            select(CheckoutAttempt.checkout_id).where(checkouts),
        ),
        (
            "charge",
            select(GiftSettlement.charge_id).where(
                or_(GiftSettlement.gift_id == gift, GiftSettlement.charge_id == name)
            ),
        ),
        (
            "subscription",
            select(Pledge.subscription_id).where(subscriptions),
        ),
        ("refund", select(Refund.id).where(Refund.id == name)),
        ("dispute", select(Dispute.id).where(Dispute.id == name)),
        ("payout", select(Payout.id).where(Payout.id == name)),
        (
            "balance_transaction",
            select(row_id).where(row_id == name),
        ),
    )
    known = [(kind, str(found)) for kind, query in asked for found in session.scalars(query) if found is not None]
    told = session.execute(
        select(InboxRow.object_type, InboxRow.object_id)
        .where(InboxRow.object_id == name, InboxRow.type != "sweep")
        .limit(1)
    ).all()
    return known or [(row.object_type, row.object_id) for row in told]
