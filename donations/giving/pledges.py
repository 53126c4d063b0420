"""Room: giving. How a pledge stands: Stripe's current word for its subscription, in ours; one pure function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from donations.clock import day_in_zone
from donations.giving.standing import GiftStanding, stand_of
from donations.tables import CheckoutAttempt, Gift, OutboxRow, Pledge, PledgeChange, PledgeContact
from donations.tributes import CardWord, card_of
from receipts.wording import Language

PledgeState = Literal["promised", "processing", "active", "past_due", "paused", "ended", "abandoned", "unclear"]
_STATES: dict[str, PledgeState] = {
    "incomplete": "processing",
    "incomplete_expired": "ended",
    "trialing": "active",
    "active": "active",
    "past_due": "past_due",
    "unpaid": "past_due",
    "paused": "paused",
    "canceled": "ended",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeFacts:
    """What is known about a pledge; its state follows from this alone."""

    status: str | None
    """Stripe's word for its subscription; None while there is none."""
    is_paused: bool
    outcomes: tuple[str | None, ...]
    """How each of its checkouts ended, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeStanding:
    """A pledge as its own donor may see it."""

    reference: str
    state: PledgeState
    amount_cents: int
    fee_cover_cents: int
    preference: str | None
    name: str
    email: str
    next_on: date | None
    """The day of the next gift, while there will be one."""
    ends_on: date | None
    paused_until: date | None
    is_cancel_asked: bool
    """The donor has asked us to end it, and Stripe has not yet said that it is done."""
    latest_gift: GiftStanding | None
    is_change_asked: bool = False
    """A change is on its way to Stripe."""
    language: Language = "en"
    """In which it was promised."""
    card: CardWord | None = None
    """Whether somebody is still to be told of it by a card, or was."""


def pledge_state(facts: PledgeFacts) -> PledgeState:
    """Return the state of a pledge from facts; a word Stripe has not said before is `unclear`, for a person."""
    if facts.status is not None:
        state = _STATES.get(facts.status, "unclear")
        return "paused" if state == "active" and facts.is_paused else state
    if "processing" in facts.outcomes:
        return "processing"
    if not facts.outcomes or any(outcome not in {"expired", "failed"} for outcome in facts.outcomes):
        return "promised"
    return "abandoned"


def read_pledge_facts(session: Session, pledge: Pledge) -> PledgeFacts:
    """Return what the book knows about a pledge."""
    outcomes = session.scalars(
        select(CheckoutAttempt.outcome)
        .where(CheckoutAttempt.pledge_id == pledge.id)
        .order_by(CheckoutAttempt.attempt)
    ).all()
    return PledgeFacts(status=pledge.status, is_paused=bool(pledge.is_paused), outcomes=tuple(outcomes))


def has_begun(session: Session, pledge: Pledge) -> bool:
    """Return whether Stripe holds a subscription for it or has charged one of its gifts."""
    is_given = exists().where(Gift.pledge_id == pledge.id)
    return pledge.subscription_id is not None or bool(session.scalar(select(is_given)))


def cancel_key(reference: str) -> str:
    """Return the key under which the end of a pledge is owed to its donor; also the idempotency key at Stripe."""
    return f"cancel/{reference}"


def stand_of_pledge(
    session: Session, keys: Sequence[bytes], pledge: Pledge, *, now: datetime, zone: ZoneInfo
) -> PledgeStanding:
    """Return how a pledge stands, with the latest of its gifts."""
    contact = session.get_one(PledgeContact, pledge.id)
    state = pledge_state(read_pledge_facts(session, pledge))
    latest = session.scalar(select(Gift).where(Gift.pledge_id == pledge.id).order_by(Gift.id.desc()).limit(1))
    is_cancel_asked = exists().where(OutboxRow.key == cancel_key(pledge.reference))
    return PledgeStanding(
        reference=pledge.reference,
        state=state,
        amount_cents=pledge.amount_cents,
        fee_cover_cents=pledge.fee_cover_cents,
        preference=pledge.preference_code,
        language=pledge.language,
        name=contact.name,
        email=contact.email,
        next_on=_day(pledge.period_end, zone) if _has_next(pledge, state) else None,
        ends_on=_day(pledge.cancel_at, zone),
        paused_until=_day(pledge.paused_until, zone) if pledge.is_paused else None,
        is_cancel_asked=state != "ended" and bool(session.scalar(select(is_cancel_asked))),
        latest_gift=None if latest is None else stand_of(session, keys, latest, now=now),
        is_change_asked=bool(
            session.scalar(select(exists().where(PledgeChange.pledge_id == pledge.id, PledgeChange.state == "asked")))
        ),
        card=card_of(session, pledge),
    )


def _has_next(pledge: Pledge, state: PledgeState) -> bool:
    ends_before = (
        pledge.cancel_at is not None and pledge.period_end is not None and pledge.cancel_at <= pledge.period_end
    )
    return state in {"active", "past_due"} and not ends_before


def _day(instant: datetime | None, zone: ZoneInfo) -> date | None:
    return None if instant is None else day_in_zone(instant, zone)
