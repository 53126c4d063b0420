"""Room: giving. The desk behind a pledge's signed link: how it stands, Stripe's portal, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import admission, correspondence, outbox
from donations.admission import Asker
from donations.database import Database
from donations.errors import NotFoundError
from donations.giving.pledge_changes import PledgeWish, ask_to_change
from donations.giving.pledges import PledgeStanding, cancel_key, stand_of_pledge
from donations.ports import CheckoutPermit, Clock, Payments
from donations.settings import Settings
from donations.tables import Pledge


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeDesk:
    """Serves who holds a pledge's link, for that pledge alone; looking changes nothing."""

    database: Database
    payments: Payments
    clock: Clock
    settings: Settings

    def stand_of(self, token: str) -> PledgeStanding | None:
        """Return how the pledge behind a link stands; unknown, ended and mistyped links are one None."""
        now = self.clock.now()
        with self.database.read() as session:
            pledge = self._find(session, token, now)
            if pledge is None:
                return None
            return stand_of_pledge(session, self.settings.secret_keys, pledge, now=now, zone=self.settings.zone)

    def open_portal(self, token: str, *, form_token: str, asker: Asker) -> str:
        """Return the address of Stripe's portal for this pledge, a bearer secret followed once; a `DonationError`."""
        now = self.clock.now()

        def permit(session: Session) -> tuple[str, CheckoutPermit]:
            pledge = self._believe(session, token, form_token=form_token, asker=asker, now=now)
            if pledge.customer_id is None:
                raise _NOTHING_THERE
            keys, reference = self.settings.secret_keys, pledge.reference
            granted = admission.permit_portal(session, keys, asker=asker, pledge_reference=reference, now=now)
            return pledge.customer_id, granted

        customer_id, granted = self.database.write(permit)
        return_url = f"{self.settings.base_url}/pledge/{token}"
        return self.payments.open_portal(customer_id, granted, return_url=return_url)

    def ask_to_end(self, token: str, *, form_token: str, asker: Asker) -> None:
        """Note durably that the donor ends this pledge; the worker tells Stripe, as soon as it answers."""
        now = self.clock.now()

        def note(session: Session) -> None:
            pledge = self._believe(session, token, form_token=form_token, asker=asker, now=now)
            if pledge.subscription_id is None:
                raise _NOTHING_THERE
            key, subject = cancel_key(pledge.reference), pledge.reference
            outbox.owe(session, key=key, kind="cancel_pledge", subject=subject, due_at=now)

        self.database.write(note)

    def ask_to_change(self, token: str, wish: PledgeWish, *, form_token: str, asker: Asker) -> None:
        """Note durably what the donor changes; the worker tells Stripe. Counted like visits to the portal."""
        now = self.clock.now()

        def note(session: Session) -> None:
            pledge = self._believe(session, token, form_token=form_token, asker=asker, now=now)
            keys, reference = self.settings.secret_keys, pledge.reference
            admission.permit_portal(session, keys, asker=asker, pledge_reference=reference, now=now)
            ask_to_change(session, pledge, wish, form_token=form_token, now=now, zone=self.settings.zone)

        self.database.write(note)

    def _believe(self, session: Session, token: str, *, form_token: str, asker: Asker, now: datetime) -> Pledge:
        pledge = self._find(session, token, now)
        if pledge is None:
            raise NotFoundError("There is nothing here.")
        admission.check_form_token(self.settings.secret_keys, form_token, device=asker.device, now=now)
        return pledge

    def _find(self, session: Session, token: str, now: datetime) -> Pledge | None:
        reference = correspondence.read_pledge_token(self.settings.secret_keys, token, now=now)
        return None if reference is None else session.scalar(select(Pledge).where(Pledge.reference == reference))


_NOTHING_THERE = NotFoundError("This monthly gift has not begun at Stripe yet, so there is nothing to change there.")
