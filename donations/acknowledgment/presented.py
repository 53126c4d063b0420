"""Room: acknowledgment. A gift paid in another currency: what its documents state, and what of that went back.

The book counts dollars; the donor paid something else, and that is what was given. The rate is what reached us
divided by what was paid, so that anyone can reckon it again.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from sqlalchemy import and_, func, literal, not_, select
from sqlalchemy.orm import Session

from donations.tables import (
    Dispute,
    FrozenFacts,
    GiftSettlement,
    PresentedCharge,
    Receipt,
    Refund,
    entry,
    returned,
    stripe_balance_transaction,
)
from receipts.facts import GiftReceipt, PresentedAmount, thaw
from receipts.wording import decimals_of

_SOURCE: Final = "Stripe"
_RATE_DIGITS: Final = 6
_NOT_BACK: Final = ("failed", "canceled")


def read_given(session: Session, charge: PresentedCharge) -> PresentedAmount:
    """Return what was given by a charge, as a document states it: without what went back before it was a gift.

    Raises `receipts.facts.DocumentRefusedError` where all of it had gone back, and rates alone left something.
    """
    return PresentedAmount(
        currency=charge.currency,
        minor_units=_given(session, charge),
        rate=_rate(charge),
        converted_on=charge.exchanged_on,
        source=_SOURCE,
    )


def is_all_back(session: Session, gift_id: int) -> bool:
    """Tell whether all that was given in another currency went back, whatever dollars that took."""
    charge = _charge_of(session, gift_id)
    return charge is not None and _returned(session, charge) >= _given(session, charge)


def remaining(session: Session, gift_id: int) -> PresentedAmount | None:
    """Return what is left of a gift in another currency, and what of it went back; None for a gift of dollars.

    Raises `receipts.facts.DocumentRefusedError` where nothing is left.
    """
    charge = _charge_of(session, gift_id)
    if charge is None:
        return None
    given, back = read_given(session, charge), _returned(session, charge)
    return replace(given, minor_units=given.minor_units - back, returned_minor_units=back)


def read_returned(session: Session, gift_id: int) -> int:
    """Return what went back of a gift in another currency, in its smallest unit; 0 of a gift of dollars."""
    charge = _charge_of(session, gift_id)
    return 0 if charge is None else _returned(session, charge)


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


def _given(session: Session, charge: PresentedCharge) -> int:
    return charge.minor_units - _refunded(session, charge, of_gift=False)


def _returned(session: Session, charge: PresentedCharge) -> int:
    """Return what went back of the gift in the currency of the charge: refunds, and the disputes that were lost."""
    lost = select(func.coalesce(func.sum(Dispute.amount_cents), 0)).where(
        Dispute.charge_id == charge.charge_id, Dispute.status == "lost"
    )
    return _refunded(session, charge, of_gift=True) + _written(charge, int(session.scalar(lost) or 0))


def _refunded(session: Session, charge: PresentedCharge, *, of_gift: bool) -> int:
    """Return what was refunded of the gift, or before it was one, while its money waited in suspense.

    A refund whose row is not booked yet is neither: the dollars of the same documents wait for it too.
    """
    mirrored = stripe_balance_transaction.c
    booked = (
        select(entry.c.id)
        .join(stripe_balance_transaction, entry.c.source_key == literal("btxn/") + mirrored.id)
        .where(mirrored.source_id == Refund.id)
    )
    is_of_gift = booked.join(returned, returned.c.entry_id == entry.c.id).exists()
    wanted = is_of_gift if of_gift else and_(booked.exists(), not_(is_of_gift))
    refunded = select(func.coalesce(func.sum(Refund.amount_cents), 0)).where(
        Refund.charge_id == charge.charge_id, Refund.status.not_in(_NOT_BACK), wanted
    )
    return _written(charge, int(session.scalar(refunded) or 0))


def _written(charge: PresentedCharge, told: int) -> int:
    """Return an amount as Stripe counts it in the unit in which the currency is written."""
    return told * charge.minor_units // charge.told_amount


def _rate(charge: PresentedCharge) -> str:
    """Return how many dollars reached us for one unit of the currency, to six digits that count."""
    rate = Decimal(charge.cents).scaleb(-2) / Decimal(charge.minor_units).scaleb(-decimals_of(charge.currency))
    places = max(_RATE_DIGITS - 1 - rate.adjusted(), 0)
    text = f"{rate:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
