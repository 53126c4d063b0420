"""Room: acknowledgment. What becomes of a receipt when its gift's money goes back: void, hold, unhold.

Judged from everything filed so far, never from one event: told in any order, the document stands the same.
A void stays void. What else is called for (a replacement, a notice) is asked of the clerk, who answers it when the
tray is empty: then all that is known speaks at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from donations import outbox
from donations.acknowledgment.back import Back, read_back
from donations.acknowledgment.gifts import is_root_receipt, is_thanks
from donations.acknowledgment.presented import is_all_back
from donations.acknowledgment.requests import request_follow_up
from donations.partners import EventType, Happening, tell_partners
from donations.tables import Gift, Receipt, ReceiptEvent

_TOLD: Final[dict[str, EventType]] = {"void": "receipt.void", "replaced": "receipt.replaced"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveReceipt:
    """The receipt of a gift that nothing has replaced; cents of both funds."""

    number: str
    kind: str
    gift_id: int
    donor_id: int
    tax_year: int
    told_cents: int
    gift_cents: int
    fee_cover_cents: int
    events: tuple[tuple[str, str], ...]
    """What happened to it: kind and reason, in order."""

    @property
    def is_thanks(self) -> bool:
        """Return whether it thanks a sponsor, and tells nothing for tax: no tax year holds it as it was."""
        return self.kind == "daf_thank_you"

    @property
    def paid_cents(self) -> int:
        """Return what the donor once paid."""
        return self.gift_cents + self.fee_cover_cents

    @property
    def void_reason(self) -> str | None:
        """Return why it is void, if it is."""
        return next((reason for kind, reason in self.events if kind == "void"), None)

    @property
    def is_held(self) -> bool:
        """Return whether it is under dispute."""
        kinds = [kind for kind, _ in self.events]
        return kinds.count("hold") > kinds.count("unhold")


def follow_return(session: Session, gift_id: int, *, now: datetime) -> None:
    """Write what the facts filed make of a gift's receipt, if it has one and that is news, and ask for the rest."""
    receipt = read_live_receipt(session, gift_id)
    if receipt is None:
        return
    back = read_back(session, gift_id, receipt.tax_year)
    event = None if receipt.void_reason else _judge(back, receipt, is_all_back=is_all_back(session, gift_id))
    if event is not None:
        tell(session, receipt.number, *event, now=now)
    request_follow_up(session, gift_id=gift_id, donor_id=receipt.donor_id, year=receipt.tax_year, now=now)


def tell(session: Session, number: str, kind: str, reason: str, *, now: datetime) -> None:
    """Write what happened to a document; its donor is told that it is void."""
    values = {"number": number, "kind": kind, "reason_code": reason, "recorded_at": now}
    session.execute(insert(ReceiptEvent).values(**values))
    if kind == "void":
        outbox.owe(session, key=f"mail/void/{number}", kind="mail_void", subject=number, due_at=now)
    told = [Happening(type=_TOLD[kind], reference=number, key=number)] if kind in _TOLD else []
    tell_partners(session, told, now=now)


def read_live_receipt(session: Session, gift_id: int) -> LiveReceipt | None:
    """Return the receipt of a gift that nothing has replaced, or its letter in a receipt's place, or None."""
    number = session.scalar(select(Receipt.number).where(is_root_receipt(), Receipt.gift_id == gift_id))
    if number is None and (number := _read_newest_thanks(session, gift_id)) is None:
        return None
    while (later := session.scalar(select(Receipt.number).where(Receipt.replaces == number))) is not None:
        number = later
    found = session.execute(
        select(Receipt, Gift.amount_cents, Gift.fee_cover_cents)
        .join(Gift, Gift.id == Receipt.gift_id)
        .where(Receipt.number == number)
    ).one()
    events = session.execute(
        select(ReceiptEvent.kind, ReceiptEvent.reason_code)
        .where(ReceiptEvent.number == number)
        .order_by(ReceiptEvent.id)
    )
    return LiveReceipt(
        number=number,
        kind=found.Receipt.kind,
        gift_id=gift_id,
        donor_id=found.Receipt.donor_id,
        tax_year=found.Receipt.tax_year,
        told_cents=found.Receipt.amount_cents,
        gift_cents=found.amount_cents,
        fee_cover_cents=found.fee_cover_cents,
        events=tuple((event.kind, event.reason_code) for event in events),
    )


def _read_newest_thanks(session: Session, gift_id: int) -> str | None:
    thanks = select(Receipt.number).where(is_thanks(), Receipt.gift_id == gift_id)
    return session.scalar(thanks.order_by(Receipt.year.desc(), Receipt.n.desc()).limit(1))


def _judge(back: Back, receipt: LiveReceipt, *, is_all_back: bool) -> tuple[str, str] | None:
    """`is_all_back` in the currency that was paid: the dollars it took may be more or fewer than had come."""
    if back.disputed_cents > 0:
        return None if receipt.is_held else ("hold", "disputed")
    if receipt.is_thanks and back.in_year.total + back.later_cents >= receipt.paid_cents:
        return "void", back.reason
    if back.in_year.total >= receipt.paid_cents or (is_all_back and back.in_year.total and not back.later_cents):
        return "void", back.reason
    if receipt.is_held:
        return "unhold", "dispute_lost" if back.has_lost else "dispute_won"
    return None
