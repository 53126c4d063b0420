"""Faults by chance: the same seed spoils the same calls, and no money is made or lost by any of them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from donations.errors import FieldRefusedError, StripeAwayError
from donations.simulator import acts, control
from tests.contracts.test_returns import refund_order
from tests.simulator.world import World


def spoilt(folder: Path, *, seed: int) -> list[bool]:
    """Fetch a charge 30 times in this weather; return which fetches failed."""
    folder.mkdir()
    world = World(folder / "stripe.sqlite3")
    charge_id = world.gift()
    control.order_chance(world.stripe, percent=30, seed=seed)
    failed = []
    for _ in range(30):
        world.payments = world.open_payments()
        try:
            world.payments.fetch_family("charge", charge_id)
            failed.append(False)
        except StripeAwayError:
            failed.append(True)
    world.stripe.close()
    return failed


def test_the_same_seed_spoils_the_same_calls(tmp_path: Path) -> None:
    first = spoilt(tmp_path / "a", seed=7)
    assert first == spoilt(tmp_path / "b", seed=7)
    assert first != spoilt(tmp_path / "c", seed=8)
    assert 0 < sum(first) < 30


@pytest.mark.parametrize("seed", range(8))
def test_in_any_weather_each_reference_is_refunded_at_most_once(world: World, seed: int) -> None:
    charge_id = world.gift(amount_cents=10_000)
    control.order_chance(world.stripe, percent=40, seed=seed)
    for attempt in range(1, 8):
        with suppress(StripeAwayError):
            world.open_payments().make_refund(refund_order(charge_id, 1_000, attempt=attempt))
    control.clear_faults(world.stripe)
    made = world.payments.make_refund(refund_order(charge_id, 1_000, attempt=9))
    assert [refund.id for refund in world.raw.refunds.list().data] == [made.refund_id]
    assert control.read_book(world.stripe).balance_cents == 8_680


def test_a_chance_is_of_a_hundred_and_can_be_ended(world: World) -> None:
    with pytest.raises(FieldRefusedError):
        control.order_chance(world.stripe, percent=101, seed=1)
    control.order_chance(world.stripe, percent=100, seed=1)
    with pytest.raises(StripeAwayError):
        [world.payments.fetch_balance() for _ in range(9)]
    control.clear_faults(world.stripe)
    acts.refund(world.stripe, world.gift(), 1)
