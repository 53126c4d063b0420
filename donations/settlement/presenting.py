"""Room: settlement. What was paid in another currency is kept beside the dollars that reached us (tax rules R28)."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from donations.ports import BalanceTransaction, ChargeFacts
from donations.settlement.promises import Books
from donations.tables import PresentedCharge
from receipts.wording import CURRENCY

_WRITTEN_TWO_DECIMALS_LONG: Final = frozenset({"isk", "ugx"})
"""Stripe counts these in hundredths that do not exist (docs.stripe.com/currencies, special cases)."""
_WRITTEN_WHOLE: Final = frozenset({"mga"})
"""Stripe counts these whole, and they are written with two decimals."""
_HUNDRED: Final = 100


def note_presented(session: Session, charge: ChargeFacts, row: BalanceTransaction, books: Books) -> None:
    """Keep what a charge in another currency asked of its giver, once; nothing of a charge in US dollars.

    What is no currency of three letters, or less than its smallest unit, is not kept: its dollars are booked all the
    same, for money that has arrived is never refused, and are then told as dollars.
    """
    minor_units = own_minor_units(charge.amount_cents, charge.currency)
    if charge.currency == "usd" or not CURRENCY.fullmatch(charge.currency.upper()) or minor_units <= 0:
        return
    session.add(
        PresentedCharge(
            charge_id=charge.charge_id,
            currency=charge.currency.upper(),
            minor_units=minor_units,
            told_amount=charge.amount_cents,
            cents=row.amount_cents,
            exchanged_on=books.day_of(row.created_at),
        )
    )


def own_minor_units(amount: int, currency: str) -> int:
    """Return Stripe's amount in the smallest unit of its currency as the world writes it."""
    if currency in _WRITTEN_TWO_DECIMALS_LONG:
        return amount // _HUNDRED
    return amount * _HUNDRED if currency in _WRITTEN_WHOLE else amount
