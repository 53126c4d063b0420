"""Room: giving. How a gift stands: derived from facts by one pure function, never from an event's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import exists, func, literal, select
from sqlalchemy.orm import Session

from donations import archive, earmarks
from donations.acknowledgment import is_taken_out
from donations.tables import (
    CheckoutAttempt,
    Contact,
    Dispute,
    Gift,
    GiftSettlement,
    Receipt,
    entry,
    returned,
    transfer,
)
from donations.tributes import CardWord, card_of
from receipts.wording import Language

State = Literal[
    "promised",
    "processing",
    "held",
    "returning",
    "settled",
    "refunded",
    "corrected",
    "disputed",
    "lost",
    "failed",
    "abandoned",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftFacts:
    """What is known about a gift; its state follows from this alone."""

    is_settled: bool
    outcomes: tuple[str | None, ...]
    """How each of its checkouts ended, oldest first; None while Stripe was not heard."""
    review: str | None = None
    """`held` while its money waits for the donor's own words, `refused` once they asked for it back."""
    paid_cents: int = 0
    refunded_cents: int = 0
    """Given back by refunds and corrections, less what came again."""
    taken_cents: int = 0
    """Taken back by the bank, or by disputes whatever becomes of them, less what came again."""
    disputed_cents: int = 0
    """The part of `taken_cents` whose dispute is not decided."""
    is_corrected: bool = False
    """Entered at the desk by mistake, and taken out of the book."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftStanding:
    """A gift as its own donor may see it on the thanks page."""

    reference: str
    state: State
    amount_cents: int
    fee_cover_cents: int
    back_cents: int
    """What has gone back for good."""
    preference: str | None
    name: str
    email: str
    gift_on: date | None
    receipt_number: str | None
    receipt_token: str | None
    """Secret of the receipt's own link, from its printing until the link runs out."""
    language: Language = "en"
    """In which it was promised."""
    card: CardWord | None = None
    """Whether somebody is still to be told of it by a card, or was; of a monthly gift its pledge says so."""


def gift_state(facts: GiftFacts) -> State:
    """Return the state of a gift from facts, whatever order they were learned in."""
    if facts.is_settled:
        return _state_of_settled(facts)
    if facts.review is not None:
        return "held" if facts.review == "held" else "returning"
    if "processing" in facts.outcomes:
        return "processing"
    if not facts.outcomes or any(outcome not in {"expired", "failed"} for outcome in facts.outcomes):
        return "promised"
    return "failed" if facts.outcomes[-1] == "failed" else "abandoned"


def _state_of_settled(facts: GiftFacts) -> State:
    if facts.is_corrected:
        return "corrected"
    if facts.disputed_cents > 0:
        return "disputed"
    if 0 < facts.paid_cents <= facts.refunded_cents + facts.taken_cents:
        return "lost" if facts.taken_cents > 0 else "refunded"
    return "settled"


def read_gift_facts(session: Session, gift_id: int) -> GiftFacts:
    """Return what the book knows about a gift."""
    outcomes = session.scalars(
        select(CheckoutAttempt.outcome).where(CheckoutAttempt.gift_id == gift_id).order_by(CheckoutAttempt.attempt)
    ).all()
    if not is_settled(session, gift_id):
        review = earmarks.review_of_money(session, gift_id)
        return GiftFacts(is_settled=False, outcomes=tuple(outcomes), review=review)
    back = _returned_by_kind(session, gift_id)
    gift = session.get_one(Gift, gift_id)
    disputed_cents = back.get("dispute", 0)
    return GiftFacts(
        is_settled=True,
        outcomes=tuple(outcomes),
        paid_cents=gift.amount_cents + gift.fee_cover_cents,
        refunded_cents=back.get("refund", 0) + back.get("correction", 0),
        taken_cents=back.get("late_return", 0) + disputed_cents,
        disputed_cents=disputed_cents - _lost_cents(session, gift_id) if disputed_cents else 0,
        is_corrected=_is_corrected(session, gift_id),
    )


def _returned_by_kind(session: Session, gift_id: int) -> dict[str, int]:
    cents = func.sum(returned.c.children_cents + returned.c.operations_cents)
    rows = session.execute(
        select(returned.c.kind, cents).where(returned.c.gift_id == gift_id).group_by(returned.c.kind)
    )
    return {kind: int(total) for kind, total in rows}


def _is_corrected(session: Session, gift_id: int) -> bool:
    return bool(session.scalar(select(is_taken_out()).where(GiftSettlement.gift_id == gift_id)))


def _lost_cents(session: Session, gift_id: int) -> int:
    """Return what lost disputes have taken for good from the charge of a gift."""
    lost = (
        select(func.sum(transfer.c.cents))
        .join(entry, entry.c.id == transfer.c.entry_id)
        .join(Dispute, entry.c.source_key == literal("dispute/") + Dispute.id + literal("/lost"))
        .join(GiftSettlement, GiftSettlement.charge_id == Dispute.charge_id)
        .where(GiftSettlement.gift_id == gift_id)
    )
    return int(session.scalar(lost) or 0)


def is_settled(session: Session, gift_id: int) -> bool:
    """Return whether a charge has kept this promise."""
    return bool(session.scalar(select(exists().where(GiftSettlement.gift_id == gift_id))))


def stand_of(session: Session, keys: Sequence[bytes], gift: Gift, *, now: datetime) -> GiftStanding:
    """Return how a gift stands, for its donor's eyes."""
    contact = session.get_one(Contact, gift.id)
    number = _receipt_of(session, gift.id)
    facts = read_gift_facts(session, gift.id)
    return GiftStanding(
        reference=gift.reference,
        state=gift_state(facts),
        amount_cents=gift.amount_cents,
        fee_cover_cents=gift.fee_cover_cents,
        back_cents=facts.refunded_cents + facts.taken_cents - facts.disputed_cents,
        preference=gift.preference_code,
        language=gift.language,
        name=contact.name,
        email=contact.email,
        gift_on=session.scalar(select(GiftSettlement.gift_on).where(GiftSettlement.gift_id == gift.id)),
        receipt_number=number,
        receipt_token=None if number is None else _open_link(session, keys, number, now),
        card=card_of(session, gift),
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
