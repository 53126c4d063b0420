"""Room: acknowledgment. What the documents of a gift still have to say, judged from everything filed so far.

One judgement for the clerk, who issues it, and for the treasurer, who sees what could not be issued.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from donations.acknowledgment.back import Back, read_back
from donations.acknowledgment.gifts import is_notice
from donations.acknowledgment.letters import LETTER_KINDS
from donations.acknowledgment.presented import is_all_back
from donations.acknowledgment.returns import LiveReceipt, read_live_receipt, tell
from donations.tables import Gift, Receipt, returned

Need = Literal["replacement", "notice", "withdrawal"]
_BY_HAND = frozenset({"issued_in_error", "duplicate", "wrong_donor", "correction"})
"""Voids that a person decided: no fact about money undoes them."""
_OF_MONEY = frozenset({"gift_receipt", *LETTER_KINDS})


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedDocument:
    """A document that no longer tells the whole truth, and what is called for; cents of both funds."""

    number: str
    """The receipt, or the notice to be withdrawn."""
    gift_reference: str
    told_cents: int
    kept_cents: int
    returned_later_cents: int
    """Of what went back, the part after the tax year: it changes no receipt, and a notice tells of it."""
    need: Need


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What one gift's documents have to say next, with everything it is judged from."""

    need: Need
    receipt: LiveReceipt
    back: Back
    untold_cents: int = 0
    """Returned in later years, and told by no notice that stands."""
    notice: str | None = None
    """The notice to be withdrawn."""

    @property
    def kept_cents(self) -> int:
        """Return what of the gift was still ours when its tax year ended."""
        return self.receipt.paid_cents - self.back.in_year.total


def judge_gift(session: Session, gift_id: int) -> Owed | None:
    """Return the next document that a gift calls for, or None when its documents tell the truth.

    A receipt under dispute waits for its outcome; a void one whose gift was kept after all is to be replaced.
    """
    receipt = read_live_receipt(session, gift_id)
    if receipt is None or receipt.kind not in _OF_MONEY:
        return None
    back = read_back(session, gift_id, receipt.tax_year)
    if receipt.void_reason in _BY_HAND or back.disputed_cents > 0:
        return None
    if receipt.is_thanks:
        return _judge_thanks(receipt, back)
    kept = receipt.paid_cents - back.in_year.total
    is_untrue = receipt.void_reason is not None or receipt.told_cents != kept
    if kept > 0 and is_untrue and not is_all_back(session, gift_id):
        return Owed(need="replacement", receipt=receipt, back=back)
    return _judge_notices(session, receipt, back)


def _judge_thanks(receipt: LiveReceipt, back: Back) -> Owed | None:
    """Return the thanks owed anew for a grant that stands after all; it goes back whole, and without a notice."""
    stands = back.in_year.total + back.later_cents < receipt.paid_cents
    return Owed(need="replacement", receipt=receipt, back=back) if receipt.void_reason and stands else None


def tell_replaced(session: Session, owed: Owed, *, now: datetime) -> None:
    """Write why a document gave way to the one that was issued for it; a first notice and thanks replace nothing."""
    if owed.receipt.is_thanks:
        return
    if owed.need == "replacement":
        tell(session, owed.receipt.number, "replaced", _why(owed), now=now)
    elif owed.notice is not None:
        tell(session, owed.notice, "replaced", "withdrawn", now=now)


def _why(owed: Owed) -> str:
    receipt, back = owed.receipt, owed.back
    if receipt.void_reason is not None or receipt.told_cents < owed.kept_cents:
        reason = receipt.void_reason or back.reason
        return {"refund": "refund_failed", "dispute_lost": "dispute_won"}.get(reason, "correction")
    return "partial_refund" if back.reason in {"refund", "correction"} else back.reason


def list_owed_documents(session: Session) -> list[OwedDocument]:
    """Return what is still called for of every gift of which money went back: the treasurer's list.

    The clerk issues these by itself; what stays here could not be issued, or waits for the next sitting.
    """
    gifts = session.scalars(select(returned.c.gift_id).distinct().order_by(returned.c.gift_id)).all()
    judged = ((gift_id, judge_gift(session, gift_id)) for gift_id in gifts)
    return [_listed(session, gift_id, owed) for gift_id, owed in judged if owed is not None]


def _judge_notices(session: Session, receipt: LiveReceipt, back: Back) -> Owed | None:
    standing = read_standing_notices(session, receipt.gift_id)
    told = sum(cents for _, cents in standing)
    later = max(back.later_cents, 0)
    if told < later:
        return Owed(need="notice", receipt=receipt, back=back, untold_cents=later - told)
    if told > later:
        return Owed(need="withdrawal", receipt=receipt, back=back, notice=_which(standing, told - later))
    return None


def _which(standing: list[tuple[str, int]], too_many_cents: int) -> str:
    """Return the notice that tells exactly what came again, else the newest."""
    exact = [number for number, cents in standing if cents == too_many_cents]
    return exact[-1] if exact else standing[-1][0]


def read_standing_notices(session: Session, gift_id: int) -> list[tuple[str, int]]:
    """Return the notices on a gift that no second one has withdrawn, oldest first."""
    second = aliased(Receipt)
    found = session.execute(
        select(Receipt.number, Receipt.amount_cents)
        .outerjoin(second, second.replaces == Receipt.number)
        .where(is_notice(), Receipt.gift_id == gift_id, Receipt.replaces.is_(None), second.number.is_(None))
        .order_by(Receipt.year, Receipt.n)
    )
    return [(row.number, row.amount_cents) for row in found]


def _listed(session: Session, gift_id: int, owed: Owed) -> OwedDocument:
    receipt, back = owed.receipt, owed.back
    return OwedDocument(
        number=owed.notice or receipt.number,
        gift_reference=session.get_one(Gift, gift_id).reference,
        told_cents=receipt.told_cents,
        kept_cents=receipt.paid_cents - back.in_year.total - back.later_cents,
        returned_later_cents=back.later_cents,
        need=owed.need,
    )
