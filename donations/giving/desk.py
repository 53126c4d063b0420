"""Room: giving. The desk where a promise becomes an open checkout; each call may be repeated after a crash."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from donations import admission, earmarks, inbox, tokens, tributes
from donations.admission import Asker, CodeNeededError
from donations.database import Database
from donations.earmarks import Hold
from donations.giving.attempts import attempt_to_use, attempts_of, note_opened
from donations.giving.codes import owe_code
from donations.giving.pledges import PledgeStanding, has_begun, stand_of_pledge
from donations.giving.promise import (
    Promise,
    Wish,
    find_promise,
    record_pledge,
    record_promise,
    refuse_another_wish,
    thanks_token,
)
from donations.giving.standing import GiftStanding, is_settled, stand_of
from donations.ports import CheckoutOrder, CheckoutPermit, Clock, Payments, Ring
from donations.settings import Settings
from donations.tables import CheckoutAttempt, Gift, Pledge

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
        except CodeNeededError:
            self._owe_code(wish, form_token=form_token, asker=asker, now=now)
            raise
        if isinstance(opening, Begun):
            return opening
        opened = self.payments.open_checkout(opening.order, opening.permit)
        self.database.write(lambda session: note_opened(session, opening.attempt_id, opened))
        return Begun(
            reference=opening.order.reference,
            checkout_id=opened.checkout_id,
            checkout_url=opened.url,
            thanks_token=opening.thanks_token,
        )

    def stand_of(self, token: str) -> GiftStanding | PledgeStanding | None:
        """Return how the gift or pledge of a thanks token stands."""
        keys, now = self.settings.secret_keys, self.clock.now()
        with self.database.read() as session:
            promise = _find_by_thanks(session, token)
            if isinstance(promise, Pledge):
                return stand_of_pledge(session, keys, promise, now=now, zone=self.settings.zone)
            return None if promise is None else stand_of(session, keys, promise, now=now)

    def ask_for_news(self, token: str) -> None:
        """Have the worker look at this promise's checkouts as if Stripe had rung; at most once in ten seconds."""
        now = self.clock.now()
        self.database.write(lambda session: self._ring(session, token, now))

    def _prepare(
        self, session: Session, wish: Wish, *, form_token: str, asker: Asker, now: datetime
    ) -> _Opening | Begun:
        keys = self.settings.secret_keys
        promise = find_promise(session, form_token)
        asker = replace(asker, email=wish.contact.email, amount_cents=wish.amount_cents)
        if promise is None:
            permit = admission.permit_checkout(session, keys, asker=asker, form_token=form_token, now=now)
            version = self.settings.organisation.control_statement_version
            record = record_pledge if wish.frequency == "monthly" else record_promise
            promise = record(session, wish, permit=permit, keys=keys, control_version=version)
            self._record_tribute(session, promise, wish, now=now)
        else:
            permit = admission.renew_permit(session, keys, asker=asker, form_token=form_token, now=now)
            refuse_another_wish(session, promise, wish)
            if _is_kept(session, promise):
                return self._already_here(promise)
        return self._opening(session, promise, permit, email=wish.contact.email, now=now)

    def _record_tribute(self, session: Session, promise: Promise, wish: Wish, *, now: datetime) -> None:
        """Write the tribute down; a gift that its words set aside for one person waits for its donor (R19)."""
        if wish.tribute is None:
            return
        reason = tributes.record_tribute(session, self.settings.secret_keys, promise, wish.tribute)
        if reason is not None and isinstance(promise, Gift):
            earmarks.hold_gift(session, Hold(reference=promise.reference, reason=reason, by="form"), now=now)

    def _owe_code(self, wish: Wish, *, form_token: str, asker: Asker, now: datetime) -> None:
        keys = self.settings.secret_keys
        asker = replace(asker, email=wish.contact.email, language=wish.language)
        self.database.write(lambda session: owe_code(session, keys, asker=asker, form_token=form_token, now=now))

    def _already_here(self, promise: Promise) -> Begun:
        token = thanks_token(self.settings.secret_keys, promise.reference)
        return Begun(
            reference=promise.reference, checkout_id=None, checkout_url=self._thanks_url(token), thanks_token=token
        )

    def _opening(
        self, session: Session, promise: Promise, permit: CheckoutPermit, *, email: str, now: datetime
    ) -> _Opening:
        attempt = attempt_to_use(session, promise, now)
        token = thanks_token(self.settings.secret_keys, promise.reference)
        order = CheckoutOrder(
            key=f"checkout/{promise.reference}/{attempt.attempt}",
            reference=promise.reference,
            frequency="monthly" if isinstance(promise, Pledge) else "once",
            amount_cents=promise.amount_cents,
            fee_cover_cents=promise.fee_cover_cents,
            email=email,
            language=promise.language,
            success_url=self._thanks_url(token),
            cancel_url=f"{self.settings.base_url}{_in_language(promise)}/give",
            expires_at=attempt.expires_at,
        )
        return _Opening(attempt_id=attempt.id, order=order, permit=permit, thanks_token=token)

    def _thanks_url(self, token: str) -> str:
        return f"{self.settings.base_url}/thanks/{token}"

    def _ring(self, session: Session, token: str, now: datetime) -> None:
        promise = _find_by_thanks(session, token)
        if promise is None or _is_kept(session, promise):
            return
        opened = select(CheckoutAttempt.checkout_id).where(
            attempts_of(promise), CheckoutAttempt.checkout_id.is_not(None)
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


def _find_by_thanks(session: Session, token: str) -> Promise | None:
    hashed = tokens.hash_token(token)
    gift = session.scalar(select(Gift).where(Gift.thanks_token_hash == hashed))
    return gift or session.scalar(select(Pledge).where(Pledge.thanks_token_hash == hashed))


def _in_language(promise: Promise) -> str:
    """Return what leads an address to a language; the plain address is every reader's own."""
    return "" if promise.language == "en" else f"/{promise.language}"


def _is_kept(session: Session, promise: Promise) -> bool:
    """Return whether there is nothing left to pay at a checkout of this promise."""
    return has_begun(session, promise) if isinstance(promise, Pledge) else is_settled(session, promise.id)
