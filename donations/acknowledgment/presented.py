"""Room: acknowledgment. A gift paid in another currency: what its documents state, and what of that went back.

The book counts dollars; the donor paid something else, and that is what was given. The rate is what reached us
divided by what was paid, so that anyone can reckon it again.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from donations.tables import (
    Dispute,
    FrozenFacts,
    GiftSettlement,
    PresentedCharge,
    Receipt,
    Refund,
    stripe_balance_transaction,
)
from receipts.facts import GiftReceipt, PresentedAmount, thaw
from receipts.wording import decimals_of

_SOURCE: Final = "Stripe"
_RATE_DIGITS: Final = 6
_NOT_BACK: Final = ("failed", "canceled")


def presented_amount(charge: PresentedCharge) -> PresentedAmount:
    """Return what a charge asked of its giver, as a document states it."""
    return PresentedAmount(
        currency=charge.currency,
        minor_units=charge.minor_units,
        rate=_rate(charge),
        converted_on=charge.exchanged_on,
        source=_SOURCE,
    )


def is_all_back(session: Session, gift_id: int) -> bool:
    """Tell whether all that was paid in another currency went back, whatever dollars that took."""
    charge = _charge_of(session, gift_id)
    return charge is not None and _minor_units_back(session, charge) >= charge.minor_units


def remaining(session: Session, gift_id: int) -> PresentedAmount | None:
    """Return what is left of a gift in another currency, and what of it went back; None for a gift of dollars.

    Raises `receipts.facts.DocumentRefusedError` where nothing is left.
    """
    charge = _charge_of(session, gift_id)
    if charge is None:
        return None
    back = _minor_units_back(session, charge)
    return replace(presented_amount(charge), minor_units=charge.minor_units - back, returned_minor_units=back)


def read_returned(session: Session, gift_id: int) -> int:
    """Return what went back of a gift in another currency, in its smallest unit; 0 of a gift of dollars."""
    charge = _charge_of(session, gift_id)
    return 0 if charge is None else _minor_units_back(session, charge)


def find_presented_text(session: Session, number: str) -> str | None:
    """Return the amount a receipt states where that is not dollars; None of any other, or once its facts are gone."""
    facts = session.scalar(
        select(FrozenFacts.facts)
        .join(Receipt, Receipt.number == FrozenFacts.number)
        .join(GiftSettlement, GiftSettlement.gift_id == Receipt.gift_id)
        .join(PresentedCharge, PresentedCharge.charge_id == GiftSettlement.charge_id)
        .where(FrozenFacts.number == number, Receipt.kind == "gift_receipt")
    )
    document = None if facts is None else thaw(facts.encode())
    presented = document.presented if isinstance(document, GiftReceipt) else None
    return None if presented is None else presented.text


def _charge_of(session: Session, gift_id: int) -> PresentedCharge | None:
    return session.scalar(
        select(PresentedCharge)
        .join(GiftSettlement, GiftSettlement.charge_id == PresentedCharge.charge_id)
        .where(GiftSettlement.gift_id == gift_id)
    )


def _minor_units_back(session: Session, charge: PresentedCharge) -> int:
    """Return what went back in the currency of the charge: refunds whose money moved, and disputes that were lost.

    A refund whose row is not booked yet is told once it is: the dollars of the same documents wait for it too.
    """
    has_moved = exists().where(stripe_balance_transaction.c.source_id == Refund.id)
    refunded = select(func.coalesce(func.sum(Refund.amount_cents), 0)).where(
        Refund.charge_id == charge.charge_id, Refund.status.not_in(_NOT_BACK), has_moved
    )
    lost = select(func.coalesce(func.sum(Dispute.amount_cents), 0)).where(
        Dispute.charge_id == charge.charge_id, Dispute.status == "lost"
    )
    told = int(session.scalar(refunded) or 0) + int(session.scalar(lost) or 0)
    return told * charge.minor_units // charge.told_amount


def _rate(charge: PresentedCharge) -> str:
    """Return how many dollars reached us for one unit of the currency, to six digits that count."""
    rate = Decimal(charge.cents).scaleb(-2) / Decimal(charge.minor_units).scaleb(-decimals_of(charge.currency))
    places = max(_RATE_DIGITS - 1 - rate.adjusted(), 0)
    text = f"{rate:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
