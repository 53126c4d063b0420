"""A slow worker comes with what Stripe said before another worker asked: the later question's answer stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import stripe
from sqlalchemy import select

from donations.ports import Family
from donations.simulator import pledge_control
from donations.simulator.client import SIMULATED_KEY
from donations.tables import Pledge
from donations.worker import converge
from tests.simulation.ports import FusedPayments
from tests.simulation.world import open_world

_MONTHLY = {"amount": "25.00", "name": "Ada Example", "email": "ada@example.org", "frequency": "monthly"}


@dataclass(frozen=True)
class _SlowPayments(FusedPayments):
    """A card processor whose answer arrives after something else has happened."""

    meanwhile: Callable[[], None]

    def fetch_family(self, object_type: str, object_id: str) -> Family | None:
        """Ask, and let the answer wait."""
        told = FusedPayments.fetch_family(self, object_type, object_id)
        self.meanwhile()
        return told


def test_a_slow_workers_older_answer_does_not_overwrite_a_newer_state(database_url: str, tmp_path: Path) -> None:
    with open_world(database_url, tmp_path / "house") as world:
        begun = world.street.give(_MONTHLY, how="paid").begun.reference
        subscription = pledge_control.subscription_of(world.stripe, begun)
        quick = world.worker().workshop

        def end_and_tell() -> None:
            world.pass_time(timedelta(seconds=5))
            api = stripe.StripeClient(SIMULATED_KEY, http_client=world.stripe).v1
            api.subscriptions.update(subscription, {"cancel_at_period_end": True})
            converge(quick, "subscription", subscription)

        real = quick.payments
        assert isinstance(real, FusedPayments)
        slow = _SlowPayments(real=real.real, fuse=real.fuse, meanwhile=end_and_tell)
        converge(replace(quick, payments=slow), "subscription", subscription)
        with quick.database.read() as session:
            assert session.scalars(select(Pledge)).one().cancel_at is not None
