"""Room: giving. The desk where a promise becomes an open checkout; each call may be repeated after a crash."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from donations import admission, inbox, tokens
from donations.admission import Asker
from donations.database import Database
from donations.giving.promise import Wish, record_promise, refuse_another_wish, thanks_token
from donations.giving.standing import GiftStanding, is_settled, stand_of
from donations.ports import CheckoutOrder, CheckoutPermit, Clock, OpenCheckout, Payments, Ring
from donations.settings import Settings
from donations.tables import CheckoutAttempt, Gift

CHECKOUT_LIFE = timedelta(minutes=35)
"""Stripe allows 30 minutes to 24 hours; short, because an open checkout is a door for card testers."""
_ASK_AGAIN_WITHIN = timedelta(minutes=4)
"""An attempt whose answer was lost is asked again while its own expiry is still at least 30 minutes away."""
_LOOK_EVERY_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A promise whose checkout is open; the donor's browser follows `checkout_url` once."""

    reference: str
    checkout_id: str | None
    checkout_url: str
    thanks_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    """A committed attempt: all that is needed to ask Stripe, and to ask again for the same."""

    attempt_id: int
    order: CheckoutOrder
    permit: CheckoutPermit
    thanks_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GivingDesk:
    """Takes wishes and tells how gifts stand; no network call inside a transaction."""

    database: Database
    payments: Payments
    clock: Clock
    settings: Settings

    def begin(self, wish: Wish, *, form_token: str, asker: Asker) -> Begun:
        """Write the promise, then open its checkout; the same form sent again leads to the same checkout.

        Raises a `DonationError`; after `StripeAwayError` the promise stays and the same form may be sent again.
        """
        now = self.clock.now()

        def prepare(session: Session) -> _Opening | Begun:
            return self._prepare(session, wish, form_token=form_token, asker=asker, now=now)

        try:
            opening = self.database.write(prepare)
        except IntegrityError:
            # The same form was sent twice at once, and the other was faster: its promise is there now.
            opening = self.database.write(prepare)
        if isinstance(opening, Begun):
            return opening
        opened = self.payments.open_checkout(opening.order, opening.permit)
        self.database.write(lambda session: _note_opened(session, opening.attempt_id, opened))
        return Begun(
            reference=opening.order.reference,
            checkout_id=opened.checkout_id,
            checkout_url=opened.url,
            thanks_token=opening.thanks_token,
        )

    def stand_of(self, token: str) -> GiftStanding | None:
        """Return how the gift of a thanks token stands."""
        with self.database.read() as session:
            return stand_of(session, self.settings.secret_keys, token, now=self.clock.now())

    def ask_for_news(self, token: str) -> None:
        """Have the worker look at this gift's checkouts as if Stripe had rung; at most once in ten seconds."""
        now = self.clock.now()
        self.database.write(lambda session: self._ring(session, token, now))

    def _prepare(
        self, session: Session, wish: Wish, *, form_token: str, asker: Asker, now: datetime
    ) -> _Opening | Begun:
        keys = self.settings.secret_keys
        gift = session.scalar(select(Gift).where(Gift.form_token_hash == tokens.hash_token(form_token)))
        if gift is None:
            asker = replace(asker, email=wish.contact.email)
            permit = admission.permit_checkout(session, keys, asker=asker, form_token=form_token, now=now)
            version = self.settings.organisation.control_statement_version
            gift = record_promise(session, wish, permit=permit, keys=keys, control_version=version)
        else:
            permit = admission.renew_permit(keys, asker=asker, form_token=form_token, now=now)
            refuse_another_wish(session, gift, wish)
            if is_settled(session, gift.id):
                return self._already_here(gift)
        return self._opening(session, gift, permit, email=wish.contact.email, now=now)

    def _already_here(self, gift: Gift) -> Begun:
        token = thanks_token(self.settings.secret_keys, gift.reference)
        return Begun(
            reference=gift.reference, checkout_id=None, checkout_url=self._thanks_url(token), thanks_token=token
        )

    def _opening(
        self, session: Session, gift: Gift, permit: CheckoutPermit, *, email: str, now: datetime
    ) -> _Opening:
        attempt = _attempt_to_use(session, gift, now)
        token = thanks_token(self.settings.secret_keys, gift.reference)
        order = CheckoutOrder(
            key=f"checkout/{gift.reference}/{attempt.attempt}",
            reference=gift.reference,
            amount_cents=gift.amount_cents,
            fee_cover_cents=gift.fee_cover_cents,
            email=email,
            success_url=self._thanks_url(token),
            cancel_url=f"{self.settings.base_url}/give",
            expires_at=attempt.expires_at,
        )
        return _Opening(attempt_id=attempt.id, order=order, permit=permit, thanks_token=token)

    def _thanks_url(self, token: str) -> str:
        return f"{self.settings.base_url}/thanks/{token}"

    def _ring(self, session: Session, token: str, now: datetime) -> None:
        gift = session.scalar(select(Gift).where(Gift.thanks_token_hash == tokens.hash_token(token)))
        if gift is None or is_settled(session, gift.id):
            return
        opened = select(CheckoutAttempt.checkout_id).where(
            CheckoutAttempt.gift_id == gift.id, CheckoutAttempt.checkout_id.is_not(None)
        )
        for checkout_id in session.scalars(opened):
            inbox.record(session, self._look_at(str(checkout_id), now), origin="thanks", received_at=now)

    def _look_at(self, checkout_id: str, now: datetime) -> Ring:
        return Ring(
            event_id=f"thanks/{checkout_id}/{int(now.timestamp()) // _LOOK_EVERY_SECONDS}",
            type="checkout.session.looked_at",
            object_type="checkout.session",
            object_id=checkout_id,
            livemode=self.settings.livemode,
            created_at=now,
            api_version=None,
        )


def _attempt_to_use(session: Session, gift: Gift, now: datetime) -> CheckoutAttempt:
    """Return the attempt that is still good, or write the next one.

    An attempt whose answer was lost has an address nobody holds, so nobody can pay there and it ends by itself:
    asking for a new one is safe, and should both be paid, the second charge waits in suspense.
    """
    latest = session.scalar(
        select(CheckoutAttempt)
        .where(CheckoutAttempt.gift_id == gift.id)
        .order_by(CheckoutAttempt.attempt.desc())
        .limit(1)
    )
    if latest is not None and _is_good(latest, now):
        return latest
    attempt = CheckoutAttempt(
        gift_id=gift.id,
        attempt=1 if latest is None else latest.attempt + 1,
        asked_at=now,
        expires_at=now.replace(microsecond=0) + CHECKOUT_LIFE,
    )
    session.add(attempt)
    session.flush()
    return attempt


def _is_good(attempt: CheckoutAttempt, now: datetime) -> bool:
    if attempt.outcome is None:
        return now - attempt.asked_at <= _ASK_AGAIN_WITHIN
    return attempt.outcome == "open" and now < attempt.expires_at


def _note_opened(session: Session, attempt_id: int, opened: OpenCheckout) -> None:
    # A webhook may have been faster: an attempt that already has an outcome keeps it.
    session.execute(
        update(CheckoutAttempt)
        .where(CheckoutAttempt.id == attempt_id, CheckoutAttempt.outcome.is_(None))
        .values(checkout_id=opened.checkout_id, outcome="open")
    )
