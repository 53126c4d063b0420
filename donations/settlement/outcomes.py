"""Room: settlement. How a checkout ended, as Stripe tells it now: noted on the attempt that opened it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.ports import CheckoutFacts
from donations.settlement.letters import owe_failed
from donations.settlement.promises import Books
from donations.tables import CheckoutAttempt, Gift, Pledge

_FINALITY = {None: 0, "open": 1, "processing": 2, "failed": 3, "expired": 3, "paid": 4}
"""Answers of Stripe's may be heard late: an outcome gives way only to one at least as final."""


def note_outcome(session: Session, checkout: CheckoutFacts, books: Books) -> None:
    """Note on its attempt how a checkout stands; a payment that succeeds late is paid after all."""
    outcome = outcome_of(checkout)
    attempt = None if outcome is None else _find_attempt(session, checkout, books)
    if attempt is not None and _FINALITY[outcome] >= _FINALITY[attempt.outcome]:
        is_news = attempt.outcome != outcome
        attempt.checkout_id = checkout.checkout_id
        attempt.outcome = outcome
        session.flush()
        reference = checkout.gift or checkout.pledge
        if outcome == "failed" and is_news and reference is not None:
            owe_failed(session, reference=reference, attempt=attempt.attempt, now=books.now)


def outcome_of(checkout: CheckoutFacts) -> str | None:
    """Return how it ended: complete is not yet paid, for bank debits take days; None while that is open."""
    if checkout.status == "expired":
        return "expired"
    if checkout.status != "complete":
        return None
    if checkout.payment_status != "unpaid":
        return "paid"
    return "failed" if checkout.has_failed else "processing"


def _find_attempt(session: Session, checkout: CheckoutFacts, books: Books) -> CheckoutAttempt | None:
    known = session.scalar(select(CheckoutAttempt).where(CheckoutAttempt.checkout_id == checkout.checkout_id))
    if known is not None or checkout.instance != books.origin:
        return known
    # Stripe's answer was lost before we noted it: the promise's oldest attempt without an answer is this one.
    unanswered = (
        select(CheckoutAttempt)
        .where(CheckoutAttempt.checkout_id.is_(None))
        .order_by(CheckoutAttempt.attempt)
        .limit(1)
    )
    if checkout.pledge is not None:
        pledge = unanswered.join(Pledge, Pledge.id == CheckoutAttempt.pledge_id)
        return session.scalar(pledge.where(Pledge.reference == checkout.pledge))
    gift = unanswered.join(Gift, Gift.id == CheckoutAttempt.gift_id)
    return session.scalar(gift.where(Gift.reference == checkout.gift))
