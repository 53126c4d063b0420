"""Room: cli. Plays the donor and the street: the form's own code, the pay page, signed webhooks at the real door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from werkzeug.test import Client

from donations import admission, tokens
from donations.admission import Asker
from donations.errors import SettingsRefusedError
from donations.simulator import acts, control
from donations.simulator.delivery import FAIR, Delivered, Weather
from donations.web.forms import believe_giving
from donations.wiring import Rooms
from donations.worker import open_worker

if TYPE_CHECKING:
    from donations.giving import Begun
    from donations.simulator.bank import Played
    from donations.simulator.client import SimulatedStripe
    from donations.worker import Worker

How = Literal["paid", "debited", "declined", "left"]
"""What a donor does at the till."""
_LOOKED_OVER = timedelta(seconds=30)
"""How long the played donor reads the form; a form sent at once would be refused as a program's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedGift:
    """What was played: the promise, and what the simulated Stripe made of it."""

    begun: Begun
    played: Played | None


@dataclass(frozen=True, slots=True)
class Street:
    """Everything outside the house, in simulated mode: donors, the pay page, and the way of the webhooks."""

    rooms: Rooms
    door: Client

    @property
    def stripe(self) -> SimulatedStripe:
        """Return the simulated Stripe; refused in any other mode."""
        if self.rooms.simulation is None:
            raise SettingsRefusedError("almoner simulate runs only with ALMONER_STRIPE_MODE=simulated.")
        return self.rooms.simulation

    def begin(self, fields: Mapping[str, str]) -> Begun:
        """Send a filled give form through the form's own code, up to the open checkout."""
        device, now = tokens.draw_hex_token(), self.rooms.clock.now()
        token = admission.make_form_token(self.rooms.settings.secret_keys, device=device, now=now - _LOOKED_OVER)
        form = believe_giving({**fields, "form_token": token}, self.rooms.settings.organisation)
        asker = Asker(address=f"command {device}", device=device)
        return self.rooms.giving.begin(form.wish, form_token=form.form_token, asker=asker)

    def give(self, fields: Mapping[str, str], *, how: How, at: datetime | None = None) -> PlayedGift:
        """Fill in the form, then pay by card or bank debit, be declined, or leave at the till."""
        if at is not None and at > self.rooms.clock.now():
            control.set_clock(self.stripe, at)
        begun = self.begin(fields)
        if how == "left" or begun.checkout_id is None:
            return PlayedGift(begun=begun, played=None)
        if how == "declined":
            return PlayedGift(begun=begun, played=control.decline(self.stripe, begun.checkout_id))
        if how == "debited":
            return PlayedGift(begun=begun, played=acts.debit(self.stripe, begun.checkout_id))
        return PlayedGift(begun=begun, played=control.pay(self.stripe, begun.checkout_id, at=at))

    def deliver(self, weather: Weather = FAIR) -> Delivered:
        """Bring the webhooks that are due to the letter slot of the web application."""
        return control.deliver(self.stripe, self._post, weather=weather)

    def deliver_and_drain(self) -> None:
        """Bring the webhooks, then work off everything that is owed."""
        self.deliver()
        self.worker().drain()

    def worker(self) -> Worker:
        """Return a worker that leaves the webhooks to this street."""
        return open_worker(self.rooms, carries_webhooks=False)

    def _post(self, body: bytes, headers: dict[str, str]) -> int:
        return self.door.post(
            "/webhooks/stripe",
            data=body,
            headers=headers,
            content_type="application/json",
            base_url=self.rooms.settings.base_url,
        ).status_code


def open_street(rooms: Rooms) -> Street:
    """Return the street before the real web application of these rooms."""
    from donations.app import create_app

    return Street(rooms=rooms, door=Client(create_app(rooms)))
