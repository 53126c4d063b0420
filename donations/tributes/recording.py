"""Room: tributes. A tribute is written beside its promise, and forgotten when nothing needs it any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from donations.errors import NotFoundError
from donations.tables import Gift, GiftReview, GiftSettlement, Pledge, Tribute
from donations.tributes.cards import address_key, tribute_of
from donations.tributes.facts import TributeWish, screen_wish
from receipts.rules.us.earmarks import EarmarkReason

UNGIVEN_KEPT: Final = timedelta(days=30)
"""So long a promise that nobody kept still knows its tribute: a bank debit takes days, a held gift an answer."""
_FORGOTTEN: Final = {"notify_name": None, "notify_email": None, "message": None}


def record_tribute(
    session: Session, keys: Sequence[bytes], promise: Gift | Pledge, wish: TributeWish
) -> EarmarkReason | None:
    """Write the tribute of a promise down, and return why its words hold the gift, if they do.

    Words that set the gift aside for one person are read and not kept (decision 9).
    """
    screened = screen_wish(wish)
    kept = screened.kept
    session.add(
        Tribute(
            gift_id=None if isinstance(promise, Pledge) else promise.id,
            pledge_id=promise.id if isinstance(promise, Pledge) else None,
            address_key=address_key(keys, kept.notify_email) if kept.notify_email else None,
            held_reason=screened.reason,
            **{name: value or None for name, value in asdict(kept).items()},
        )
    )
    session.flush()
    return screened.reason


def is_same_tribute(session: Session, promise: Gift | Pledge, wish: TributeWish | None) -> bool:
    """Tell whether a form that is sent again tells the same tribute, as far as that is still known."""
    found = tribute_of(session, promise)
    if found is None or wish is None:
        return found is None and wish is None
    kept = {name: value or None for name, value in asdict(screen_wish(wish).kept).items()}
    asked = kept if found.card is None else {"kind": kept["kind"], "name": kept["name"]}
    return all(getattr(found, name) == value for name, value in asked.items())


def erase_tribute(session: Session, reference: str, *, now: datetime) -> None:
    """Forget everything a person wrote in the tribute of a gift or pledge; raises `NotFoundError`.

    A receipt that is issued keeps its frozen dedication, as it keeps its donor's name.
    """
    promise = session.scalar(select(Gift).where(Gift.reference == reference)) or session.scalar(
        select(Pledge).where(Pledge.reference == reference)
    )
    found = None if promise is None else tribute_of(session, promise)
    if found is None:
        raise NotFoundError(f"There is no tribute of {reference}.", field="reference")
    values = _FORGOTTEN | {"name": None, "card": found.card or "erased", "card_at": found.card_at or now}
    session.execute(update(Tribute).where(Tribute.id == found.id).values(values))


def has_ungiven(session: Session, *, now: datetime) -> bool:
    """Tell whether a tribute waits of a promise that nobody will keep."""
    return bool(session.scalar(select(exists().where(_is_ungiven(now)))))


def forget_ungiven(session: Session, *, now: datetime) -> int:
    """Forget what was written for promises that nobody kept in a month, and return how many."""
    values = _FORGOTTEN | {"name": None, "card": "never_given", "card_at": now}
    gone = session.scalars(
        update(Tribute)
        .where(_is_ungiven(now))
        .values(values)
        .returning(Tribute.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _is_ungiven(now: datetime) -> ColumnElement[bool]:
    past = now - UNGIVEN_KEPT
    gift = (
        exists()
        .where(Gift.id == Tribute.gift_id, Gift.promised_at < past)
        .where(~exists().where(GiftSettlement.gift_id == Tribute.gift_id))
        .where(~exists().where(GiftReview.gift_id == Tribute.gift_id, GiftReview.state == "held"))
    )
    pledge = (
        exists()
        .where(Pledge.id == Tribute.pledge_id, Pledge.promised_at < past, Pledge.subscription_id.is_(None))
        .where(~exists().where(Gift.pledge_id == Tribute.pledge_id))
    )
    return and_(Tribute.card.is_(None), or_(gift, pledge))
