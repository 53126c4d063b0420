"""Room: offline. A gift of the desk that was entered wrongly is taken out of the book by two people.

Its entry is reversed to the cent and stays; the clerk takes its cents out of the pool and voids its document. The
right gift is entered afresh. Only a gift on which nothing rests can be taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from sqlalchemy import ColumnElement, exists, func, insert, select
from sqlalchemy.orm import Session

from donations import acknowledgment, alarms, archive, audit_log, filing, ledger
from donations.audit_log import Actor
from donations.errors import FieldRefusedError, NotFoundError
from donations.ledger import BookedEntry
from donations.money import format_dollars
from donations.tables import (
    BankMatchSubject,
    Gift,
    GiftSettlement,
    GoodsItem,
    GoodsOut,
    GoodsOutLine,
    Receipt,
    returned,
    tray,
)

CorrectionReason = Literal["entered_twice", "wrong_amount", "wrong_facts", "never_came"]
CORRECTION_REASONS: Final[tuple[CorrectionReason, ...]] = get_args(CorrectionReason)
_ENDS_WITH_IT: Final[tuple[alarms.AlarmKind, ...]] = ("receipt_refused", "form_8283")
"""Alarms about a gift that are over once it never was so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCorrection:
    """Which gift two different people want taken out, and why."""

    reference: str
    reason: CorrectionReason
    asked_by: str
    approved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correctable:
    """A gift that can be taken out, and the entry that brought it."""

    gift: Gift
    entry: BookedEntry

    @property
    def mirror(self) -> list[str]:
        """Return in words what taking it out books."""
        lines = self.entry.transfers
        return [f"{t.fund}: debit {t.credit}, credit {t.debit}, {format_dollars(t.cents)}" for t in lines]


def believe_reason(text: str) -> CorrectionReason:
    """Return one of the reasons; raises `FieldRefusedError`."""
    known: CorrectionReason
    for known in CORRECTION_REASONS:
        if known == text:
            return known
    raise FieldRefusedError("Please choose what was wrong with the gift.", field="reason")


def check_correction(session: Session, reference: str) -> Correctable:
    """Return a gift that can be taken out; raises `FieldRefusedError` with what is in the way, `NotFoundError`."""
    found = session.execute(
        select(Gift, GiftSettlement.entry_id, GiftSettlement.charge_id)
        .join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
        .where(Gift.reference == reference)
    ).one_or_none()
    if found is None:
        raise NotFoundError("No gift came under that reference.", field="reference")
    if found.charge_id is not None:
        raise _refused("A gift by Stripe is given back, not taken out of the book.")
    if session.scalar(select(acknowledgment.is_taken_out()).where(GiftSettlement.gift_id == found.Gift.id)):
        raise _refused("This gift was taken out of the book already.")
    if session.scalar(select(_went_back(found.Gift.id))):
        raise _refused("Some of this gift went back already.")
    if session.scalar(select(exists().where(tray.c.entry_id == found.entry_id))):
        raise _refused("The clerk has not filed this gift yet: try again in a minute.")
    deposited = exists().where(BankMatchSubject.act == "deposit", BankMatchSubject.subject == reference)
    if session.scalar(select(deposited)):
        raise _refused("The bank has shown its deposit: undo that match first, and match the line anew afterwards.")
    if session.scalar(select(_leaves(found.Gift.id))):
        raise _refused("Some of these goods left, or are to leave.")
    (booked,) = ledger.entries_by_id(session, [found.entry_id])
    return Correctable(gift=found.Gift, entry=booked)


def correct_gift(session: Session, actor: Actor, wish: GiftCorrection, *, now: datetime) -> None:
    """Take a gift out of the book; raises `FieldRefusedError` and changes nothing where something rests on it now."""
    filing.await_clerks_lock(session)
    ledger.hold_periods(session)
    found = check_correction(session, wish.reference)
    day = ledger.first_open_day(session, found.entry.effective_on)
    entry_id = ledger.reverse(session, found.entry, on=day, actor=wish.asked_by, now=now).entry_id
    if session.scalar(select(exists().where(GoodsItem.gift_id == found.gift.id))):
        _void_documents(session, found.gift.id, now)
    else:
        _lay_before_the_clerk(session, found, entry_id)
        _void_documents(session, found.gift.id, now, series="L")
    for kind in _ENDS_WITH_IT:
        alarms.clear_alarm(session, kind, wish.reference, now=now)
    facts: dict[str, str | int | bool | None] = {"reason": wish.reason, "by": wish.asked_by}
    audit_log.record(session, actor, "gift.corrected", subject=wish.reference, facts=facts, at=now)


def _went_back(gift_id: int) -> ColumnElement[int]:
    gone = func.coalesce(func.sum(returned.c.children_cents + returned.c.operations_cents), 0)
    return select(gone).where(returned.c.gift_id == gift_id).scalar_subquery()


def _leaves(gift_id: int) -> ColumnElement[bool]:
    return exists().where(
        GoodsItem.gift_id == gift_id,
        GoodsOutLine.goods_item_id == GoodsItem.id,
        GoodsOut.id == GoodsOutLine.goods_out_id,
        GoodsOut.state != "declined",
    )


def _lay_before_the_clerk(session: Session, found: Correctable, entry_id: int) -> None:
    """Note that all of the gift is gone, for the clerk to release its cents and void its receipt."""
    session.execute(
        insert(returned).values(
            entry_id=entry_id,
            gift_id=found.gift.id,
            children_cents=found.gift.amount_cents,
            operations_cents=found.gift.fee_cover_cents,
            kind="correction",
        )
    )
    session.execute(insert(tray).values(entry_id=entry_id))


def _void_documents(session: Session, gift_id: int, now: datetime, *, series: str | None = None) -> None:
    """Void what money alone would not: an acknowledgment of goods, or a sponsor's thanks."""
    issued = select(Receipt).where(Receipt.gift_id == gift_id)
    if series is not None:
        issued = issued.where(Receipt.series == series)
    for receipt in session.scalars(issued).all():
        if archive.stand_of(session, receipt).status == "valid":
            acknowledgment.tell(session, receipt.number, "void", "correction", now=now)


def _refused(sentence: str) -> FieldRefusedError:
    return FieldRefusedError(sentence, field="gift")
