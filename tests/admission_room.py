"""What tests of admission share: askers who open checkouts, and what Stripe tells of their cards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from donations import admission, settlement
from donations.admission import Asker
from donations.database import Database
from donations.giving.promise import record_promise
from donations.ports import CheckoutPermit, Family
from tests.clerk_room import NOON
from tests.giving_room import KEYS, books, charge, contact, wish

_numbers = count(1000)


def ask(book: Database, asker: Asker, *, now: datetime = NOON, form: str | None = None) -> CheckoutPermit:
    """Ask for one permit, with a form opened a minute ago."""
    token = form or admission.make_form_token(KEYS, device=asker.device, now=now - timedelta(minutes=1))
    return book.write(
        lambda session: admission.permit_checkout(session, KEYS, asker=asker, form_token=token, now=now)
    )


@dataclass
class Crowd:
    """Everyone who gives at one instant: some cards are declined, some gifts settle, as facts of Stripe's tell."""

    book: Database
    now: datetime = NOON

    def form(self, asker: Asker) -> str:
        """Open the form a minute ago."""
        return admission.make_form_token(KEYS, device=asker.device, now=self.now - timedelta(minutes=1))

    def promise(self, asker: Asker, *, form: str | None = None) -> tuple[str, str]:
        """Get the asker past the door and write the promise; return the form and the gift's reference."""
        form = form or self.form(asker)
        permit = ask(self.book, asker, now=self.now, form=form)
        wanted = wish(contact=contact(email=asker.email or "alex@example.org"))
        gift = self.book.write(
            lambda session: record_promise(
                session, wanted, permit=permit, keys=KEYS, control_version="control-2026-1"
            )
        )
        return form, gift.reference

    def decline(self, asker: Asker, *, times: int = 1) -> str:
        """Let so many cards be declined at one checkout; return its form."""
        form, reference = self.promise(asker)
        for _ in range(times):
            self.tell("failed", reference)
        return form

    def settle(self, asker: Asker) -> None:
        """Let the gift be paid."""
        self.tell("succeeded", self.promise(asker)[1])

    def tell(self, status: str, reference: str | None, *, at: datetime | None = None) -> Family:
        """Tell a charge of that status through settlement, as the worker does."""
        is_money = status == "succeeded"
        number = next(_numbers)
        told = charge(number, gift=reference, status=status, created_at=at or self.now)
        family = Family(charges=(told if is_money else replace(told, balance_transaction=None),))
        self.book.write(lambda session: settlement.settle_family(session, family, books(now=at or self.now)))
        return family

    def renew(self, asker: Asker, form: str) -> CheckoutPermit:
        """Ask again with the same form."""
        return self.book.write(
            lambda session: admission.renew_permit(session, KEYS, asker=asker, form_token=form, now=self.now)
        )
