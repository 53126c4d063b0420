"""A donor changes a monthly gift through the production gateway: the wish stands, and nothing is charged for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import pytest

from donations.errors import StripeRefusedError
from donations.ports import PledgeOrder
from donations.simulator import control, pledge_control
from tests.simulator.pledging import Pledged, family, pledge
from tests.simulator.world import World

_Kind = Literal["amount", "day", "pause", "resume"]


def _order(
    made: Pledged, kind: _Kind, *, amount_cents: int = 0, fee_cover_cents: int = 0, until: datetime | None = None
) -> PledgeOrder:
    return PledgeOrder(
        key=f"change/{kind}",
        subscription_id=made.subscription_id,
        kind=kind,
        amount_cents=amount_cents,
        fee_cover_cents=fee_cover_cents,
        until=until,
    )


def _prices(world: World, made: Pledged) -> dict[str, int]:
    told = world.raw.subscriptions.retrieve(made.subscription_id)
    return {str(part.price.product): int(part.price.unit_amount or 0) for part in told["items"].data}


def _charges(world: World) -> list[int]:
    return sorted(charge.amount for charge in world.raw.charges.list({"limit": 100}).data)


@pytest.fixture
def made(world: World) -> Pledged:
    """Begin a pledge of $50 with $1.75 for the fee."""
    return pledge(world, amount_cents=5_000, fee_cover_cents=175)


def test_a_new_amount_charges_nothing_now_and_stands_on_the_next_invoice(world: World, made: Pledged) -> None:
    before = _charges(world)
    world.payments.change_pledge(_order(made, "amount", amount_cents=8_000, fee_cover_cents=271))
    assert sorted(_prices(world, made).values()) == [271, 8_000]
    assert _charges(world) == before
    renewed = pledge_control.renew(world.stripe, made.reference)
    (charge,) = family(world, "charge", renewed.charge_id).charges
    assert charge.invoice is not None
    assert (charge.amount_cents, charge.invoice.children_cents, charge.invoice.operations_cents) == (
        8_271,
        8_000,
        271,
    )
    assert len(_charges(world)) == len(before) + 1


def test_the_fee_cover_is_taken_away_and_added_again(world: World, made: Pledged) -> None:
    world.payments.change_pledge(_order(made, "amount", amount_cents=5_000, fee_cover_cents=0))
    assert list(_prices(world, made).values()) == [5_000]
    again = PledgeOrder(
        key="change/again",
        subscription_id=made.subscription_id,
        kind="amount",
        amount_cents=5_000,
        fee_cover_cents=175,
    )
    world.payments.change_pledge(again)
    assert sorted(_prices(world, made).values()) == [175, 5_000]
    world.payments.change_pledge(again)
    assert sorted(_prices(world, made).values()) == [175, 5_000]


def test_a_change_asked_again_after_a_lost_answer_is_done_once(world: World, made: Pledged) -> None:
    order = _order(made, "amount", amount_cents=8_000, fee_cover_cents=0)
    world.payments.change_pledge(order)
    posted = len(world.stripe.posted)
    world.payments.change_pledge(order)
    assert len(world.stripe.posted) == posted


def _noon_in(world: World, days: int) -> datetime:
    return (world.stripe.clock.now() + timedelta(days=days)).replace(microsecond=0)


def test_a_new_day_charges_nothing_until_it_comes_and_then_once_a_month(world: World, made: Pledged) -> None:
    before, day = _charges(world), _noon_in(world, 45)
    order = _order(made, "day", until=day)
    world.payments.change_pledge(order)
    world.payments.change_pledge(order)
    facts = family(world, "subscription", made.subscription_id).subscription
    assert facts is not None
    assert (facts.status, facts.period_end) == ("trialing", day)
    control.set_clock(world.stripe, day - timedelta(hours=1))
    assert _charges(world) == before
    control.set_clock(world.stripe, day + timedelta(hours=2))
    assert len(_charges(world)) == len(before) + 1
    facts = family(world, "subscription", made.subscription_id).subscription
    assert facts is not None
    assert facts.status == "active"
    assert facts.period_end is not None
    assert facts.period_end.day == day.day


def test_a_pause_ends_by_itself_on_its_day_and_at_once_when_resumed(world: World, made: Pledged) -> None:
    until = _noon_in(world, 60)
    world.payments.change_pledge(_order(made, "pause", until=until))
    facts = family(world, "subscription", made.subscription_id).subscription
    assert facts is not None
    assert (facts.is_paused, facts.paused_until) == (True, until)
    world.payments.change_pledge(_order(made, "resume"))
    facts = family(world, "subscription", made.subscription_id).subscription
    assert facts is not None
    assert (facts.is_paused, facts.paused_until, facts.status) == (False, None, "active")


def test_what_sleeps_by_the_portal_is_woken_without_a_charge(world: World, made: Pledged) -> None:
    before = _charges(world)
    world.raw.subscriptions.pause(made.subscription_id)
    world.payments.change_pledge(_order(made, "resume"))
    facts = family(world, "subscription", made.subscription_id).subscription
    assert facts is not None
    assert (facts.is_paused, facts.status) == (False, "active")
    assert _charges(world) == before


@pytest.mark.parametrize("kind", ["amount", "day", "pause", "resume"])
def test_what_has_ended_is_not_changed(world: World, made: Pledged, kind: _Kind) -> None:
    world.payments.cancel_pledge(made.subscription_id, key="cancel")
    with pytest.raises(StripeRefusedError):
        world.payments.change_pledge(_order(made, kind, amount_cents=5_000, until=_noon_in(world, 40)))
