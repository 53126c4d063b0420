"""What others bill on our account, met by a whole house: booked apart to the cent, for the treasurer, no gift."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe
from sqlalchemy import func, select

from donations import alarms, ledger
from donations.invariants import audit
from donations.simulator import acts
from donations.simulator.client import SIMULATED_KEY
from donations.tables import Gift, GiftSettlement, Pledge, Receipt
from tests.simulation.proving import untrue_claims
from tests.simulation.world import World, open_world


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """Open a whole house."""
    with open_world(database_url, tmp_path / "house") as opened:
        yield opened


def stranger(world: World) -> Any:  # noqa: ANN401 (The SDK's own services.)
    """Return the key of another product on the same account."""
    return stripe.StripeClient(SIMULATED_KEY, http_client=world.stripe).v1


def subscribe(world: World, card: str = "pm_card_visa") -> str:
    """Begin a monthly subscription of $20.00 that is none of ours; returns its customer."""
    api = stranger(world)
    product = api.products.create({"name": "Magazine"}).id
    recurring = {"interval": "month"}
    price = api.prices.create({"product": product, "unit_amount": 2_000, "currency": "usd", "recurring": recurring})
    settings = {"default_payment_method": card}
    owner = api.customers.create({"payment_method": card, "invoice_settings": settings, "name": "A Reader"}).id
    api.subscriptions.create({"customer": owner, "items": [{"price": price.id}]})
    return str(owner)


def invoice(world: World, owner: str) -> None:
    """Write an invoice of $15.00 by hand and let it be paid."""
    api = stranger(world)
    api.invoice_items.create({"customer": owner, "amount": 1_500, "currency": "usd"})
    made = api.invoices.create({"customer": owner, "pending_invoice_items_behavior": "include"})
    api.invoices.pay(made.id)


def learn(world: World, way: str) -> None:
    """Let the house learn of it by its letter slot, or only by asking."""
    if way == "webhooks":
        world.street.deliver()
    world.worker().drain()
    world.sweep()
    world.worker().drain()


def suspended(world: World) -> int:
    """Return the cents that wait for the treasurer; and see that nothing of it became a gift of ours."""
    with world.rooms.database.read() as session:
        found = [one for one in alarms.list_open_alarms(session) if one.kind == "suspense"]
        for table in (Gift, GiftSettlement, Pledge, Receipt):
            assert session.scalar(select(func.count()).select_from(table)) == 0, table
        assert [check for check in audit(session) if not check.ok] == []
        cents = -ledger.balance(session, "children", "liabilities:suspense")
    assert untrue_claims(world) == []
    assert bool(found) == bool(cents)
    assert len({one.subject for one in found}) == len(found)
    return cents


@pytest.mark.parametrize("way", ["webhooks", "sweep"])
def test_months_and_invoices_of_another_product_wait_apart_and_give_no_receipt(world: World, way: str) -> None:
    owner = subscribe(world)
    invoice(world, owner)
    learn(world, way)
    assert suspended(world) == 3_500
    world.pass_time(timedelta(days=33))
    learn(world, way)
    assert suspended(world) == 5_500
    with world.rooms.database.read() as session:
        assert sum(one.kind == "suspense" for one in alarms.list_open_alarms(session)) == 3


@pytest.mark.parametrize("way", ["webhooks", "sweep"])
def test_a_month_of_another_product_that_is_declined_or_refunded_leaves_nothing_waiting(
    world: World, way: str
) -> None:
    subscribe(world, "pm_card_chargeCustomerFail")
    learn(world, way)
    assert suspended(world) == 0
    subscribe(world)
    learn(world, way)
    assert suspended(world) == 2_000
    (paid,) = [charge for charge in stranger(world).charges.list().data if charge.paid]
    acts.refund(world.stripe, paid.id)
    learn(world, way)
    assert suspended(world) == 0
