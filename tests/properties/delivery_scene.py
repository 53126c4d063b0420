"""The scene of the delivery laws: a street before a real house, with a mail server and a press that take no time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from donations import ledger
from donations.cli.playing import Street
from donations.database import Database
from donations.giving import Begun
from donations.simulator import control
from donations.simulator.delivery import sign
from donations.simulator.events import payload_of
from donations.simulator.ripening import ripen
from tests.giving_room import FakeMailer

Balances = Counter[tuple[str, str]]
NUMBERS = count(1)
"""No two gifts of a run share a number: one house takes them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Donor:
    """What one donor does."""

    dollars: int
    covers_the_fee: bool = False
    is_declined_first: bool = False
    walks_away: bool = False


@dataclass(frozen=True, slots=True)
class GivenGift:
    """One donor's gift and the events that told of it at once."""

    donor: Donor
    email: str
    begun: Begun
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """A street with a mail server and press that take no time."""

    street: Street
    mailer: FakeMailer

    @property
    def book(self) -> Database:
        """Return the house's database."""
        return self.street.rooms.database

    def give(self, donor: Donor) -> GivenGift:
        """Fill in the form and do what this donor does at the till."""
        email = f"donor{next(NUMBERS)}@example.org"
        cover = {"cover_fee": "1"} if donor.covers_the_fee else {}
        fields = {"amount": str(donor.dollars), "name": "Ada Example", "email": email, **cover}
        begun, stripe = self.street.begin(fields), self.street.stripe
        events: tuple[str, ...] = ()
        assert begun.checkout_id is not None
        if donor.is_declined_first:
            events += control.decline(stripe, begun.checkout_id).events
        if not donor.walks_away:
            events += control.pay(stripe, begun.checkout_id).events
        return GivenGift(donor=donor, email=email, begun=begun, events=events)

    def let_time_pass(self, by: timedelta) -> list[str]:
        """Move Stripe's clock; return the events of what then happened (late fees, checkouts that ran out)."""
        self.street.stripe.clock.advance(by)
        with self.street.stripe.cabinet.open() as drawer:
            return ripen(drawer)

    def tell(self, event_id: str, *, is_thin: bool = False) -> None:
        """Bring one signed event to the web application's letter slot."""
        stripe = self.street.stripe
        with stripe.cabinet.open() as drawer:
            told = drawer.get("event", event_id)
            assert told is not None
            body, at = payload_of(told, "thin" if is_thin else "snapshot"), drawer.epoch
        answer = self.street.door.post(
            "/webhooks/stripe",
            data=body,
            headers={"Stripe-Signature": sign(body, stripe.webhook_secrets(), at)},
            content_type="application/json",
            base_url=self.street.rooms.settings.base_url,
        )
        assert answer.status_code == 204

    def work(self) -> None:
        """Work off whatever is due."""
        self.street.worker().drain()

    def balances(self) -> Balances:
        """Return every account's balance."""
        with self.book.read() as session:
            return Counter({(line.fund, line.account): line.balance_cents for line in ledger.trial_balance(session)})
