"""Room: correspondence. Letters without a document: on a monthly gift, a failed debit, money that went back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations.clock import day_in_zone
from donations.correspondence.changes import draft_of_change
from donations.correspondence.held import draft_of_held
from donations.correspondence.stationery import Draft, Stationery, render_letter
from donations.correspondence.voids import draft_of_void
from donations.outbox import Owed
from donations.ports import Letter
from donations.tables import (
    Contact,
    Dispute,
    Gift,
    GiftSettlement,
    Pledge,
    PledgeContact,
    Receipt,
    entry,
    returned,
    transfer,
)

_PLEDGE_KINDS = {
    "mail_pledge_begun": "pledge_begun",
    "mail_pledge_failed": "pledge_failed",
    "mail_pledge_failed_last": "pledge_failed",
    "mail_pledge_paused": "pledge_paused",
    "mail_pledge_ended": "pledge_ended",
}
_MONEY_KINDS = {
    "mail_gift_refunded": "gift_refunded",
    "mail_gift_taken": "gift_taken",
    "mail_money_stayed": "money_stayed",
}
_HELD_KINDS = {"mail_gift_held": "gift_held", "mail_gift_refused": "gift_refused"}
NOTE_KINDS = frozenset(
    {*_PLEDGE_KINDS, *_MONEY_KINDS, *_HELD_KINDS, "mail_gift_failed", "mail_void", "mail_pledge_changed"}
)
_BEHIND = frozenset({"past_due", "unpaid"})


def write_note(session: Session, owed: Owed, stationery: Stationery, *, now: datetime) -> Letter | None:
    """Return the letter that is owed, as the facts stand now; None if they say meanwhile that it would be untrue."""
    if owed.kind in _PLEDGE_KINDS:
        draft = _draft_of_pledge(session, owed, stationery, now)
    elif owed.kind in _MONEY_KINDS:
        draft = _draft_of_money(session, owed)
    elif owed.kind == "mail_void":
        draft = draft_of_void(session, owed, stationery)
    elif owed.kind == "mail_pledge_changed":
        draft = draft_of_change(session, owed, stationery, now)
    elif owed.kind in _HELD_KINDS:
        draft = draft_of_held(session, owed, stationery, now, template=_HELD_KINDS[owed.kind])
    else:
        draft = _draft_of_failure(session, owed)
    # Who came to the desk may have left no e-mail address: nobody can be written to there.
    return None if draft is None or not draft.to else render_letter(draft, owed, stationery, now=now)


def _draft_of_pledge(session: Session, owed: Owed, stationery: Stationery, now: datetime) -> Draft | None:
    pledge = session.scalars(select(Pledge).where(Pledge.reference == owed.subject)).one()
    if not _is_still_true(owed.kind, pledge):
        return None
    contact = session.get_one(PledgeContact, pledge.id)
    zone = stationery.settings.zone
    days = {
        "next_on": pledge.period_end,
        "ends_on": pledge.cancel_at,
        "paused_until": pledge.paused_until,
    }
    context: dict[str, object] = {
        "name": contact.name,
        "amount_cents": pledge.amount_cents,
        "fee_cover_cents": pledge.fee_cover_cents,
        "has_ended": pledge.status == "canceled",
        "is_last_try": owed.kind == "mail_pledge_failed_last",
        "pledge_url": stationery.pledge_url(pledge.reference, now),
        **{name: None if at is None else day_in_zone(at, zone) for name, at in days.items()},
    }
    return Draft(to=contact.email, template=_PLEDGE_KINDS[owed.kind], context=context, language=pledge.language)


def _is_still_true(kind: str, pledge: Pledge) -> bool:
    if kind in {"mail_pledge_failed", "mail_pledge_failed_last"}:
        return pledge.status in _BEHIND
    if kind == "mail_pledge_paused":
        return bool(pledge.is_paused) and pledge.status != "canceled"
    if kind == "mail_pledge_ended":
        return pledge.cancel_at is not None or pledge.status == "canceled"
    return True


def _draft_of_failure(session: Session, owed: Owed) -> Draft:
    """Tell that a bank debit did not go through: of a gift, or of the first gift of a pledge."""
    is_pledge = owed.subject.startswith("p_")
    if is_pledge:
        promise: Gift | Pledge = session.scalars(select(Pledge).where(Pledge.reference == owed.subject)).one()
    else:
        promise = session.scalars(select(Gift).where(Gift.reference == owed.subject)).one()
    contact = session.get_one(PledgeContact, promise.id) if is_pledge else session.get_one(Contact, promise.id)
    context: dict[str, object] = {
        "name": contact.name,
        "cents": promise.amount_cents + promise.fee_cover_cents,
        "is_monthly": is_pledge,
    }
    return Draft(to=contact.email, template="gift_failed", context=context, language=promise.language)


def _draft_of_money(session: Session, owed: Owed) -> Draft:
    """Tell how much of a gift went back or stayed by one entry, and what its receipt is worth."""
    moved = session.execute(
        select(entry.c.id, func.coalesce(returned.c.happened_on, entry.c.effective_on).label("on"))
        .outerjoin(returned, returned.c.entry_id == entry.c.id)
        .where(entry.c.source_key == owed.subject)
    ).one()
    gift = _gift_of_entry(session, moved.id, owed.subject)
    settled = session.get_one(GiftSettlement, gift.id)
    contact = session.get_one(Contact, gift.id)
    back = session.execute(
        select(func.sum(returned.c.children_cents), func.sum(returned.c.operations_cents)).where(
            returned.c.gift_id == gift.id
        )
    ).one()
    number = session.scalar(
        select(Receipt.number).where(Receipt.gift_id == gift.id, Receipt.series == "R", Receipt.replaces.is_(None))
    )
    context: dict[str, object] = {
        "name": contact.name,
        "cents": _moved_cents(session, moved.id),
        "kept_cents": gift.amount_cents + gift.fee_cover_cents - int(back[0] or 0) - int(back[1] or 0),
        "gift_on": settled.gift_on,
        "is_later_year": moved.on.year > settled.gift_on.year,
        "number": number,
    }
    return Draft(to=contact.email, template=_MONEY_KINDS[owed.kind], context=context, language=gift.language)


def _gift_of_entry(session: Session, entry_id: int, source_key: str) -> Gift:
    """Return the gift whose money an entry moved; a lost dispute's is that of the dispute's charge."""
    gift = session.scalar(
        select(Gift).join(returned, returned.c.gift_id == Gift.id).where(returned.c.entry_id == entry_id)
    )
    if gift is not None:
        return gift
    by_dispute = (
        select(Gift)
        .join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
        .join(Dispute, Dispute.charge_id == GiftSettlement.charge_id)
        .where(Dispute.id == source_key.split("/")[1])
    )
    return session.scalars(by_dispute).one()


def _moved_cents(session: Session, entry_id: int) -> int:
    """Return by how much an entry changed the gift: by its `returned` row, or for a lost dispute by its transfers."""
    row = session.execute(select(returned).where(returned.c.entry_id == entry_id)).one_or_none()
    if row is not None:
        return abs(int(row.children_cents + row.operations_cents))
    return int(session.scalar(select(func.sum(transfer.c.cents)).where(transfer.c.entry_id == entry_id)) or 0)
