"""Room: earmarks. A gift that something set aside for one person waits: held, then cleared or refused by its donor.

Its money is booked all the same, in suspense; it gets no acknowledgment and no designation until the donor agrees to
the pool (tax rules §4, Rev. Rul. 62-113). The words that told so are read and forgotten: they may name a child.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from donations.errors import FieldRefusedError, NotFoundError
from donations.tables import Gift, GiftReview, GiftSettlement
from receipts.rules.us.earmarks import CONSENT_VERSION, EarmarkReason, screen

MEMO_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCharge:
    """The charge of a held gift: real money, and the tax day the gift has if its donor agrees."""

    charge_id: str
    method: str
    charged_at: datetime
    gift_on: date
    gift_on_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldGift:
    """A gift under review, without anything its memo said; cents of what was promised."""

    reference: str
    state: str
    reason: str
    amount_cents: int
    held_at: datetime
    charge_id: str | None
    """None until its money has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What a person or a door says of a gift: why it must wait, and the words that told so, if any."""

    reference: str
    reason: EarmarkReason | None
    """None: let the memo decide."""
    memo: str = ""
    by: str = "treasurer"


def hold_gift(session: Session, hold: Hold, *, now: datetime) -> EarmarkReason:
    """Hold a gift whose money has not come, and return why; held twice is held once.

    Raises `FieldRefusedError` if the memo is too long or sets nothing aside, or the gift is settled already: then its
    money is the charity's, and goes back by a refund alone.
    """
    if len(hold.memo) > MEMO_MAX:
        raise FieldRefusedError(f"The memo is longer than {MEMO_MAX} characters.", field="memo")
    reason = hold.reason or screen(hold.memo).reason
    if reason is None:
        raise FieldRefusedError("Nothing in this memo sets the gift aside for a person.", field="memo")
    gift_id = session.scalar(select(Gift.id).where(Gift.reference == hold.reference).with_for_update())
    if gift_id is None:
        raise NotFoundError(f"There is no gift {hold.reference}.", field="reference")
    if session.get(GiftSettlement, gift_id) is not None:
        raise FieldRefusedError(
            "This gift is settled: it stays in the pool, or goes back by `almoner refund`.", field="reference"
        )
    if session.get(GiftReview, gift_id) is None:
        session.add(GiftReview(gift_id=gift_id, state="held", reason=reason, held_by=hold.by, held_at=now))
        session.flush()
    return reason


def note_charge(session: Session, gift_id: int, charge: HeldCharge) -> None:
    """Remember the charge of a held gift; the caller holds the gift, and none is known of it yet."""
    session.execute(
        update(GiftReview)
        .where(GiftReview.gift_id == gift_id)
        .values(
            charge_id=charge.charge_id,
            method=charge.method,
            charged_at=charge.charged_at,
            gift_on=charge.gift_on,
            gift_on_basis=charge.gift_on_basis,
        )
    )


def lock_held(session: Session, reference: str) -> GiftReview:
    """Return a gift's review, its gift held against everybody else until the commit; raises `NotFoundError`."""
    # The gift first and alone, as whoever books its money does: two rows in two orders would stop each other.
    gift_id = session.scalar(select(Gift.id).where(Gift.reference == reference).with_for_update())
    found = session.scalar(select(GiftReview).where(GiftReview.gift_id == gift_id).with_for_update())
    if found is None:
        raise NotFoundError(f"Gift {reference} is not under review.", field="reference")
    return found


def answer(session: Session, review: GiftReview, *, agrees: bool, by: str, now: datetime) -> None:
    """Write down what the donor decided, once and for ever; raises `FieldRefusedError` for a second, other answer."""
    state = "cleared" if agrees else "refused"
    if review.state not in {"held", state}:
        raise FieldRefusedError("This gift was answered for already, the other way.", field="answer")
    if review.state == "held":
        review.state, review.answered_at, review.answered_by = state, now, by
        review.consent_version = CONSENT_VERSION if agrees else None
        session.flush()


def charge_under_review(session: Session, reference: str) -> tuple[str, int] | None:
    """Return (charge id, gift id) of a held gift whose money waits in suspense, or None."""
    found = session.execute(
        select(GiftReview.charge_id, GiftReview.gift_id)
        .join(Gift, Gift.id == GiftReview.gift_id)
        .where(Gift.reference == reference, GiftReview.state != "cleared", GiftReview.charge_id.is_not(None))
    ).one_or_none()
    return None if found is None else (str(found.charge_id), int(found.gift_id))


def review_of_money(session: Session, gift_id: int) -> str | None:
    """Return how the review of money that has come stands: `held`, or `refused`; None if it is, or may be, a gift."""
    held = (GiftReview.gift_id == gift_id, GiftReview.state != "cleared", GiftReview.charge_id.is_not(None))
    return session.scalar(select(GiftReview.state).where(*held))


def list_held(session: Session) -> list[HeldGift]:
    """Return every gift that waits for its donor or for its money to be sent back, the oldest first."""
    rows = session.execute(
        select(GiftReview, Gift.reference, Gift.amount_cents + Gift.fee_cover_cents)
        .join(Gift, Gift.id == GiftReview.gift_id)
        .where(GiftReview.state != "cleared")
        .order_by(GiftReview.held_at, GiftReview.gift_id)
    )
    return [
        HeldGift(
            reference=reference,
            state=review.state,
            reason=review.reason,
            amount_cents=int(cents),
            held_at=review.held_at,
            charge_id=review.charge_id,
        )
        for review, reference, cents in rows
    ]
