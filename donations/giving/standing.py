"""Room: giving. How a gift stands: derived from facts by one pure function, never from an event's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from donations import archive, tokens
from donations.tables import CheckoutAttempt, Contact, Gift, GiftSettlement, Receipt

State = Literal["promised", "settled", "abandoned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftFacts:
    """What is known about a gift; its state follows from this alone."""

    is_settled: bool
    outcomes: tuple[str | None, ...]
    """How each of its checkouts ended, oldest first; None while Stripe was not heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftStanding:
    """A gift as its own donor may see it on the thanks page."""

    reference: str
    state: State
    amount_cents: int
    fee_cover_cents: int
    preference: str | None
    name: str
    email: str
    gift_on: date | None
    receipt_number: str | None
    receipt_token: str | None
    """Secret of the receipt's own link, from its printing until the link runs out."""


def gift_state(facts: GiftFacts) -> State:
    """Return the state of a gift from facts, whatever order they were learned in."""
    if facts.is_settled:
        return "settled"
    if facts.outcomes and all(outcome == "expired" for outcome in facts.outcomes):
        return "abandoned"
    return "promised"


def read_gift_facts(session: Session, gift_id: int) -> GiftFacts:
    """Return what the book knows about a gift."""
    outcomes = session.scalars(
        select(CheckoutAttempt.outcome).where(CheckoutAttempt.gift_id == gift_id).order_by(CheckoutAttempt.attempt)
    ).all()
    return GiftFacts(is_settled=is_settled(session, gift_id), outcomes=tuple(outcomes))


def is_settled(session: Session, gift_id: int) -> bool:
    """Return whether a charge has kept this promise."""
    return bool(session.scalar(select(exists().where(GiftSettlement.gift_id == gift_id))))


def stand_of(session: Session, keys: Sequence[bytes], thanks_token: str, *, now: datetime) -> GiftStanding | None:
    """Return how the gift of a thanks token stands, or None if there is none."""
    found = session.execute(
        select(Gift, Contact)
        .join(Contact, Contact.gift_id == Gift.id)
        .where(Gift.thanks_token_hash == tokens.hash_token(thanks_token))
    ).one_or_none()
    if found is None:
        return None
    gift, contact = found
    number = _receipt_of(session, gift.id)
    return GiftStanding(
        reference=gift.reference,
        state=gift_state(read_gift_facts(session, gift.id)),
        amount_cents=gift.amount_cents,
        fee_cover_cents=gift.fee_cover_cents,
        preference=gift.preference_code,
        name=contact.name,
        email=contact.email,
        gift_on=session.scalar(select(GiftSettlement.gift_on).where(GiftSettlement.gift_id == gift.id)),
        receipt_number=number,
        receipt_token=None if number is None else _open_link(session, keys, number, now),
    )


def _receipt_of(session: Session, gift_id: int) -> str | None:
    return session.scalar(
        select(Receipt.number)
        .where(Receipt.gift_id == gift_id, Receipt.series == "R")
        .order_by(Receipt.year.desc(), Receipt.n.desc())
        .limit(1)
    )


def _open_link(session: Session, keys: Sequence[bytes], number: str, now: datetime) -> str | None:
    token = archive.link_token(keys, number)
    return token if archive.number_of_link(session, token, now=now) == number else None
