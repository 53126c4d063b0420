"""Room: tributes. One card for each tribute, to an address that a stranger wrote: few, and none to who wants none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from donations import tokens
from donations.database import insert_once
from donations.tables import Contact, Gift, GiftNaming, GiftSettlement, NoMoreCards, Pledge, Tribute, returned
from receipts.wording import Language

CARDS_MAX: Final = 3
CARDS_WITHIN: Final = timedelta(days=30)
"""So many cards in so many days may come to one address, whoever has them sent."""
CardWord = Literal["waiting", "sent"]
CardEnd = Literal["sent", "unwanted", "too_many", "gone_back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardStanding:
    """A card that may be sent: who is told what by whom; no amount is among it."""

    kind: str
    honored: str
    notify_name: str
    notify_email: str
    message: str
    giver: str | None
    """None where the donor stays anonymous."""
    language: Language
    """In which the gift was promised: nobody knows what whoever is told reads."""


def address_key(keys: Sequence[bytes], email: str) -> str:
    """Return an address as the digest by which it is known again."""
    return tokens.derive_token(keys, "card-address", email.casefold())


def tribute_of(session: Session, promise: Gift | Pledge) -> Tribute | None:
    """Return the tribute of a gift's or pledge's own form."""
    column = Tribute.pledge_id if isinstance(promise, Pledge) else Tribute.gift_id
    return session.scalar(select(Tribute).where(column == promise.id))


def card_of(session: Session, promise: Gift | Pledge) -> CardWord | None:
    """Return whether the card of a promise is still to be sent, or was; None where none will be."""
    found = tribute_of(session, promise)
    if found is None or found.card not in {None, "sent"}:
        return None
    return "sent" if found.card == "sent" else "waiting" if found.notify_email and found.name else None


def list_owed_cards(session: Session, entry_ids: Sequence[int]) -> list[str]:
    """Return whose cards the gifts settled by these entries call for: a gift's own, or one for its whole pledge."""
    of_pledge = aliased(Tribute)
    is_asked = or_(_waits(Tribute), _waits(of_pledge))
    rows = session.execute(
        select(Gift.reference, Pledge.reference.label("pledge"))
        .join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
        .outerjoin(Pledge, Pledge.id == Gift.pledge_id)
        .outerjoin(Tribute, Tribute.gift_id == Gift.id)
        .outerjoin(of_pledge, of_pledge.pledge_id == Gift.pledge_id)
        .where(GiftSettlement.entry_id.in_(entry_ids), is_asked)
        .order_by(GiftSettlement.entry_id)
    )
    return list(dict.fromkeys(row.pledge or row.reference for row in rows))


def find_card(session: Session, reference: str) -> CardStanding | None:
    """Return the card of a gift or pledge, or None if it was sent, or nobody is to be told any more."""
    found = _find(session, reference)
    if found is None or found.card is not None or not (found.notify_email and found.name):
        return None
    gift = session.scalars(_settled_gifts(found)).first()
    if gift is None:
        return None
    naming = session.get(GiftNaming, gift.id)
    is_named = not gift.anonymous if naming is None else bool(naming.is_named)
    return CardStanding(
        kind=found.kind,
        honored=found.name,
        notify_name=found.notify_name or "",
        notify_email=found.notify_email,
        message=found.message or "",
        giver=session.get_one(Contact, gift.id).name if is_named else None,
        language=gift.language,
    )


def is_worth_a_card(session: Session, keys: Sequence[bytes], reference: str, *, now: datetime) -> CardEnd:
    """Return `sent` if a card may go now, else why it never will: all given back, unwanted, or too many already."""
    found = _find(session, reference)
    if found is None or not any(_is_kept(session, gift) for gift in session.scalars(_settled_gifts(found))):
        return "gone_back"
    ours = [address_key([key], found.notify_email or "") for key in keys]
    if has_unwanted(session, ours):
        return "unwanted"
    sent = select(func.count()).where(
        Tribute.address_key.in_(ours), Tribute.card == "sent", Tribute.card_at > now - CARDS_WITHIN
    )
    return "too_many" if int(session.scalar(sent) or 0) >= CARDS_MAX else "sent"


def note_card(session: Session, reference: str, end: CardEnd, *, now: datetime) -> None:
    """Remember what became of a card, and forget whom it went to and what it said."""
    found = _find(session, reference)
    if found is not None and found.card is None:
        values = {"card": end, "card_at": now, "notify_name": None, "notify_email": None, "message": None}
        session.execute(update(Tribute).where(Tribute.id == found.id).values(values))


def want_no_more(session: Session, reference: str, *, now: datetime) -> bool:
    """Let the address that one card went to get no other; False if there was no such card."""
    found = _find(session, reference)
    if found is None or found.address_key is None:
        return False
    insert_once(session, NoMoreCards, {"address_key": found.address_key, "since": now}, key=("address_key",))
    return True


def has_unwanted(session: Session, address_keys: Sequence[str]) -> bool:
    """Tell whether whoever reads at an address wants no card from us."""
    return bool(session.scalar(select(exists().where(NoMoreCards.address_key.in_(address_keys)))))


def _find(session: Session, reference: str) -> Tribute | None:
    if reference.startswith("p_"):
        wanted = select(Tribute).join(Pledge, Pledge.id == Tribute.pledge_id).where(Pledge.reference == reference)
    else:
        wanted = select(Tribute).join(Gift, Gift.id == Tribute.gift_id).where(Gift.reference == reference)
    return session.scalar(wanted)


def _waits(tribute: type[Tribute]) -> ColumnElement[bool]:
    return and_(tribute.notify_email.is_not(None), tribute.card.is_(None))


def _settled_gifts(found: Tribute) -> Select[Gift]:
    own = Gift.id == found.gift_id if found.pledge_id is None else Gift.pledge_id == found.pledge_id
    settled = select(Gift).join(GiftSettlement, GiftSettlement.gift_id == Gift.id)
    return settled.where(own).order_by(Gift.id)


def _is_kept(session: Session, gift: Gift) -> bool:
    """Tell whether some of a gift is still ours; what a bank has taken while it looks counts as gone."""
    back = func.sum(returned.c.children_cents + returned.c.operations_cents)
    gone = int(session.scalar(select(back).where(returned.c.gift_id == gift.id)) or 0)
    return gone < gift.amount_cents + gift.fee_cover_cents
