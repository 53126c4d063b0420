"""Room: giving. Tries to open a promise's checkout: which one is still good, and what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from donations.giving.promise import Promise
from donations.ports import OpenCheckout
from donations.tables import CheckoutAttempt, Pledge

CHECKOUT_LIFE = timedelta(minutes=35)
"""Stripe allows 30 minutes to 24 hours; short, because an open checkout is a door for card testers."""
_ASK_AGAIN_WITHIN = timedelta(minutes=4)
"""An attempt whose answer was lost is asked again while its own expiry is still at least 30 minutes away."""


def attempts_of(promise: Promise) -> ColumnElement[bool]:
    """Return the condition that finds a promise's tries."""
    column = CheckoutAttempt.pledge_id if isinstance(promise, Pledge) else CheckoutAttempt.gift_id
    return column == promise.id


def attempt_to_use(session: Session, promise: Promise, now: datetime) -> CheckoutAttempt:
    """Return the attempt that is still good, or write the next one.

    An attempt whose answer was lost has an address nobody holds, so nobody can pay there and it ends by itself:
    asking for a new one is safe, and should both be paid, the second charge waits in suspense.
    """
    latest = session.scalar(
        select(CheckoutAttempt).where(attempts_of(promise)).order_by(CheckoutAttempt.attempt.desc()).limit(1)
    )
    if latest is not None and _is_good(latest, now):
        return latest
    attempt = CheckoutAttempt(
        gift_id=None if isinstance(promise, Pledge) else promise.id,
        pledge_id=promise.id if isinstance(promise, Pledge) else None,
        attempt=1 if latest is None else latest.attempt + 1,
        asked_at=now,
        expires_at=now.replace(microsecond=0) + CHECKOUT_LIFE,
    )
    session.add(attempt)
    session.flush()
    return attempt


def _is_good(attempt: CheckoutAttempt, now: datetime) -> bool:
    if attempt.outcome is None:
        return now - attempt.asked_at <= _ASK_AGAIN_WITHIN
    return attempt.outcome == "open" and now < attempt.expires_at


def note_opened(session: Session, attempt_id: int, opened: OpenCheckout) -> None:
    """Remember that Stripe opened this attempt's checkout."""
    # A webhook may have been faster: an attempt that already has an outcome keeps it.
    session.execute(
        update(CheckoutAttempt)
        .where(CheckoutAttempt.id == attempt_id, CheckoutAttempt.outcome.is_(None))
        .values(checkout_id=opened.checkout_id, outcome="open")
    )
