"""Monthly gifts for tests: an order, a paid checkout, and what Stripe tells of them afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from donations.ports import CheckoutOrder, Family
from donations.simulator import control
from tests.simulator.world import World


@dataclass(frozen=True)
class Pledged:
    """A pledge whose first month is paid, by the ids Stripe gave it."""

    reference: str
    checkout_id: str
    charge_id: str
    subscription_id: str
    customer_id: str
    events: tuple[str, ...]


def monthly(world: World, **wish: int) -> CheckoutOrder:
    """Return the next pledge's order."""
    order = world.order(**wish)
    reference = order.reference.replace("g_", "p_")
    return replace(order, frequency="monthly", reference=reference, key=f"checkout/{reference}/1")


def pledge(world: World, *, at: datetime | None = None, **wish: int) -> Pledged:
    """Open a monthly checkout and pay it with a good card."""
    if at is not None:
        world.stripe.clock.set(at)
    order = monthly(world, **wish)
    checkout_id = world.payments.open_checkout(order, world.permit).checkout_id
    played = control.pay(world.stripe, checkout_id)
    session = world.raw.checkout.sessions.retrieve(checkout_id)
    return Pledged(
        reference=order.reference,
        checkout_id=checkout_id,
        charge_id=str(played.charge_id),
        subscription_id=str(session.subscription),
        customer_id=str(session.customer),
        events=played.events,
    )


def family(world: World, kind: str, object_id: str | None) -> Family:
    """Fetch a family that must be there."""
    found = world.payments.fetch_family(kind, str(object_id))
    assert found is not None
    return found


def types_of(world: World, events: tuple[str, ...]) -> list[str]:
    """Return what was told, in order."""
    return [world.raw.events.retrieve(event).type for event in events]
