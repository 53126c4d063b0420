"""Room: giving. The promise itself: what a donor asked for, believed and written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from donations import tokens, tributes
from donations.errors import FieldRefusedError
from donations.ports import CheckoutPermit
from donations.ports.payments import Frequency
from donations.tables import Contact, Gift, NewsWish, Pledge, PledgeContact
from donations.tributes import TributeWish
from receipts.wording import Language

Promise = Gift | Pledge
"""What one form leads to: a gift, or a pledge of gifts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """Who gives, as written on the form and already believed by `web.forms`; None where nothing was written."""

    name: str
    email: str
    address_line1: str | None = None
    address_line2: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the donor asks for: amounts computed by the server, a preference at most, never a child."""

    amount_cents: int
    fee_cover_cents: int
    preference: str | None
    anonymous: bool
    appeal: str | None
    contact: ContactFacts
    origin: Literal["web", "command"] = "web"
    frequency: Frequency = "once"
    language: Language = "en"
    """In which the form was read."""
    news: bool = False
    """Whether the donor wishes the month's note by mail."""
    tribute: TributeWish | None = None


def find_promise(session: Session, form_token: str) -> Promise | None:
    """Return what this form was sent for before; until the commit no other sender of it gets an answer.

    Gifts and pledges are two tables, so their unique keys alone would let one form become one of each.
    """
    form_token_hash = tokens.hash_token(form_token)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(cast(func.pg_advisory_xact_lock(func.hashtextextended(form_token_hash, 0)), Text)))
    gift = session.scalar(select(Gift).where(Gift.form_token_hash == form_token_hash))
    return gift or session.scalar(select(Pledge).where(Pledge.form_token_hash == form_token_hash))


def record_promise(
    session: Session, wish: Wish, *, permit: CheckoutPermit, keys: Sequence[bytes], control_version: str
) -> Gift:
    """Write the promise of one gift down under the permit's one-use form token and return its row."""
    facts = _promised(wish, tokens.draw_reference("g"), permit=permit, keys=keys, control_version=control_version)
    gift = Gift(**facts)
    session.add(gift)
    session.flush()
    session.add(Contact(gift_id=gift.id, **asdict(wish.contact)))
    _note_news(session, wish, gift)
    session.flush()
    return gift


def record_pledge(
    session: Session, wish: Wish, *, permit: CheckoutPermit, keys: Sequence[bytes], control_version: str
) -> Pledge:
    """Write the promise of monthly gifts down likewise; each of its gifts is written when its charge exists."""
    facts = _promised(wish, tokens.draw_reference("p"), permit=permit, keys=keys, control_version=control_version)
    pledge = Pledge(**facts)
    session.add(pledge)
    session.flush()
    session.add(PledgeContact(pledge_id=pledge.id, **asdict(wish.contact)))
    _note_news(session, wish, pledge)
    session.flush()
    return pledge


def wishes_news(session: Session, reference: str) -> bool | None:
    """Return whether the donor of a promise still wishes the month's note; None where they never did."""
    wish = session.get(NewsWish, reference)
    return None if wish is None else wish.ended_at is None


def end_news(session: Session, reference: str, *, now: datetime) -> bool:
    """End the month's notes of a promise, once and for all; False where they were never wished."""
    wish = session.get(NewsWish, reference)
    if wish is not None and wish.ended_at is None:
        wish.ended_at = now
    return wish is not None


def _note_news(session: Session, wish: Wish, promise: Promise) -> None:
    if wish.news:
        session.add(NewsWish(promise=promise.reference, wished_at=promise.promised_at))


def refuse_another_wish(session: Session, promise: Promise, wish: Wish) -> None:
    """Refuse a used form whose answers were changed meanwhile: one form is one promise, and one order at Stripe."""
    is_monthly = isinstance(promise, Pledge)
    kept: type[Contact | PledgeContact] = PledgeContact if is_monthly else Contact
    contact = session.get_one(kept, promise.id)
    written = {name: getattr(contact, name) for name in asdict(wish.contact)}
    asked = (wish.amount_cents, wish.fee_cover_cents, wish.preference, int(wish.anonymous), wish.appeal, wish.news)
    promised = (
        promise.amount_cents,
        promise.fee_cover_cents,
        promise.preference_code,
        promise.anonymous,
        promise.appeal,
        session.get(NewsWish, promise.reference) is not None,
    )
    is_other = asked != promised or asdict(wish.contact) != written or is_monthly != (wish.frequency == "monthly")
    if is_other or not tributes.is_same_tribute(session, promise, wish.tribute):
        raise FieldRefusedError(
            "This form was sent before with other answers. Please look it over and send it once more.",
            field="form_token",
        )


def thanks_token(keys: Sequence[bytes], reference: str) -> str:
    """Return the secret token of a promise's thanks page, the same each time Stripe is asked."""
    return tokens.derive_token(keys, "thanks", reference)


def _promised(
    wish: Wish, reference: str, *, permit: CheckoutPermit, keys: Sequence[bytes], control_version: str
) -> dict[str, Any]:
    return {
        "reference": reference,
        "amount_cents": wish.amount_cents,
        "fee_cover_cents": wish.fee_cover_cents,
        "preference_code": wish.preference,
        "anonymous": int(wish.anonymous),
        "control_statement_version": control_version,
        "appeal": wish.appeal,
        "origin": wish.origin,
        "language": wish.language,
        "form_token_hash": permit.form_token_hash,
        "thanks_token_hash": tokens.hash_token(thanks_token(keys, reference)),
        "promised_at": permit.granted_at,
    }
