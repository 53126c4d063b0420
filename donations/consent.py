"""Room: consent. The donor of a held gift decides by a signed link: into the pool without condition, or back.

Looking changes nothing. Agreed, the gift settles in the same commit, with its own day; asked back, its money waits
for the treasurer's refund and no document ever exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import admission, correspondence, earmarks, outbox, settlement
from donations.database import Database
from donations.errors import NotFoundError
from donations.ports import Clock
from donations.settings import Settings
from donations.settlement import Books
from donations.tables import Gift, GiftReview
from receipts.rules.us.earmarks import CONSENT_VERSION, say_consent
from receipts.wording import Language, Said

HeldState = Literal["held", "cleared", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldStanding:
    """How a held gift stands, for the person who holds its link; nothing of what the memo said."""

    reference: str
    state: HeldState
    amount_cents: int
    fee_cover_cents: int
    gift_on: date | None
    """None until its money has come."""
    consent: Said
    """What the donor agrees to, word for word, and its reading."""
    language: Language = "en"
    """In which the gift was promised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentDesk:
    """Serves who holds the link of a held gift, and the treasurer who was told the answer on paper."""

    database: Database
    clock: Clock
    settings: Settings
    origin: str

    def stand_of(self, token: str) -> HeldStanding | None:
        """Return how the gift behind a link stands; unknown, ended and mistyped links are one None."""
        reference = correspondence.read_consent_token(self.settings.secret_keys, token, now=self.clock.now())
        if reference is None:
            return None
        with self.database.read() as session:
            found = session.execute(
                select(Gift, GiftReview)
                .join(GiftReview, GiftReview.gift_id == Gift.id)
                .where(Gift.reference == reference)
            ).one_or_none()
        return None if found is None else self._standing(*found)

    def answer(self, token: str, *, agrees: bool, form_token: str, device: str) -> None:
        """Carry out what the donor decided; raises a `DonationError`, and then nothing has changed."""
        now = self.clock.now()
        reference = correspondence.read_consent_token(self.settings.secret_keys, token, now=now)
        if reference is None:
            raise NotFoundError("There is nothing here.")
        admission.check_form_token(self.settings.secret_keys, form_token, device=device, now=now)
        self.record(reference, agrees=agrees, by="donor")

    def record(self, reference: str, *, agrees: bool, by: Literal["donor", "treasurer"]) -> None:
        """Write the answer down and settle the gift, or leave its money to be sent back; raises a `DonationError`."""
        self.database.write(lambda session: self.carry_out(session, reference, agrees=agrees, by=by))

    def carry_out(self, session: Session, reference: str, *, agrees: bool, by: Literal["donor", "treasurer"]) -> None:
        """Do the same within a transaction of the caller's."""
        now = self.clock.now()
        review = earmarks.lock_held(session, reference)
        is_news = review.state == "held"
        earmarks.answer(session, review, agrees=agrees, by=by, now=now)
        if is_news and agrees:
            settlement.settle_held(session, review, self._books(now))
        elif is_news:
            key = f"mail/held-refused/{reference}"
            outbox.owe(session, key=key, kind="mail_gift_refused", subject=reference, due_at=now)

    def _books(self, now: datetime) -> Books:
        settings = self.settings
        return Books(origin=self.origin, zone=settings.zone, livemode=settings.livemode, now=now)

    def _standing(self, gift: Gift, review: GiftReview) -> HeldStanding:
        version = review.consent_version or CONSENT_VERSION
        states: dict[str, HeldState] = {state: state for state in get_args(HeldState)}
        return HeldStanding(
            reference=gift.reference,
            state=states[review.state],
            amount_cents=gift.amount_cents,
            fee_cover_cents=gift.fee_cover_cents,
            gift_on=review.gift_on,
            consent=say_consent(self.settings.organisation.legal_name, version=version, language="es"),
            language=gift.language,
        )
