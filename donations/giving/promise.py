"""Room: giving. The promise itself: what a donor asked for, believed and written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy.orm import Session

from donations import tokens
from donations.errors import FieldRefusedError
from donations.ports import CheckoutPermit
from donations.tables import Contact, Gift


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


def record_promise(
    session: Session, wish: Wish, *, permit: CheckoutPermit, keys: Sequence[bytes], control_version: str
) -> Gift:
    """Write the promise down under the permit's one-use form token and return its row."""
    reference = tokens.draw_reference("g")
    gift = Gift(
        reference=reference,
        amount_cents=wish.amount_cents,
        fee_cover_cents=wish.fee_cover_cents,
        preference_code=wish.preference,
        anonymous=int(wish.anonymous),
        control_statement_version=control_version,
        appeal=wish.appeal,
        origin=wish.origin,
        form_token_hash=permit.form_token_hash,
        thanks_token_hash=tokens.hash_token(thanks_token(keys, reference)),
        promised_at=permit.granted_at,
    )
    session.add(gift)
    session.flush()
    session.add(Contact(gift_id=gift.id, **asdict(wish.contact)))
    session.flush()
    return gift


def refuse_another_wish(session: Session, gift: Gift, wish: Wish) -> None:
    """Refuse a used form whose answers were changed meanwhile: one form is one promise, and one order at Stripe."""
    contact = session.get_one(Contact, gift.id)
    written = {name: getattr(contact, name) for name in asdict(wish.contact)}
    asked = (wish.amount_cents, wish.fee_cover_cents, wish.preference, int(wish.anonymous), wish.appeal)
    promised = (gift.amount_cents, gift.fee_cover_cents, gift.preference_code, gift.anonymous, gift.appeal)
    if asked != promised or asdict(wish.contact) != written:
        raise FieldRefusedError(
            "This form was sent before with other answers. Please look it over and send it once more.",
            field="form_token",
        )


def thanks_token(keys: Sequence[bytes], reference: str) -> str:
    """Return the secret token of a gift's thanks page, the same each time Stripe is asked."""
    return tokens.derive_token(keys, "thanks", reference)
