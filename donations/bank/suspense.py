"""Room: bank. Money in suspense: what waits, how much of it is whose, and how it is settled.

It is a gift after all (a receipt follows), it goes back to whoever sent it (by a bank line, or by Stripe), or it was
a fee or charge nobody had named. docs/how-to/settle-suspense.md
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.errors import NotFoundError
from donations.postings import Parts
from donations.reconciliation import list_suspense
from donations.tables import PresentedCharge
from receipts.wording import write_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMoney:
    """Money that waits under the key of the fact that brought it; cents < 0 left without a reason."""

    key: str
    since: date
    parts: Parts
    presented: str | None = None
    """What its giver paid, where that was another currency: its receipt will state this."""

    @property
    def is_of_a_charge(self) -> bool:
        """Return whether a charge of Stripe's brought it: then its refund, too, is Stripe's."""
        return self.key.startswith("charge/")


def list_held(session: Session) -> list[HeldMoney]:
    """Return all money in suspense, the oldest first."""
    waiting = list_suspense(session)
    charges = [str(one["key"]).removeprefix("charge/") for one in waiting]
    wanted = select(PresentedCharge).where(PresentedCharge.charge_id.in_(charges))
    presented = {f"charge/{one.charge_id}": one for one in session.scalars(wanted)}
    return [
        HeldMoney(
            key=str(one["key"]),
            since=one["since"],
            parts=Parts(int(one["children_cents"]), int(one["operations_cents"])),
            presented=_written(presented.get(str(one["key"]))),
        )
        for one in waiting
    ]


def _written(charge: PresentedCharge | None) -> str | None:
    return None if charge is None else write_amount(charge.minor_units, charge.currency)


def find_held(session: Session, key: str) -> HeldMoney:
    """Return what waits under a key; raises `NotFoundError` where nothing does."""
    found = next((one for one in list_held(session) if one.key == key), None)
    if found is None:
        raise NotFoundError("Nothing waits in suspense under that key.", field="key")
    return found
