"""The law of monthly gifts: whatever happens in whatever order, each invoice is paid at most once."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st
from stripe.params import SubscriptionUpdateParams

from donations.simulator import control, pledge_control
from donations.simulator.cards import AUTHENTICATE
from tests.simulator.pledging import pledge
from tests.simulator.world import World


def test_a_retry_that_was_overtaken_does_nothing(world: World) -> None:
    made = pledge(world)
    failed = pledge_control.renew(world.stripe, made.reference, decline="do_not_honor")
    pledge_control.order_card(world.stripe, made.reference, "do_not_honor")
    control.advance(world.stripe, timedelta(days=1))
    with pytest.raises(stripe.CardError) as declined:
        world.raw.invoices.pay(str(failed.invoice_id))
    assert declined.value.code == "card_declined"
    counts = [world.raw.invoices.retrieve(str(failed.invoice_id)).attempt_count]
    for days in (3, 3):
        control.advance(world.stripe, timedelta(days=days))
        counts.append(world.raw.invoices.retrieve(str(failed.invoice_id)).attempt_count)
    assert counts == [2, 2, 3]


def test_a_month_begun_anew_by_a_resumption_is_not_begun_again_at_the_old_months_end(world: World) -> None:
    made = pledge(world, at=datetime(2027, 3, 10, 9, 0, tzinfo=UTC))
    control.set_clock(world.stripe, datetime(2027, 3, 20, 9, 0, tzinfo=UTC))
    world.raw.subscriptions.pause(made.subscription_id)
    world.raw.subscriptions.resume(made.subscription_id)
    counts = []
    for day in (datetime(2027, 4, 15, tzinfo=UTC), datetime(2027, 4, 21, tzinfo=UTC)):
        control.set_clock(world.stripe, day)
        counts.append(len(world.raw.invoices.list({"status": "paid"}).data))
    assert counts == [2, 3]


def test_only_an_open_invoice_can_be_paid(world: World) -> None:
    made = pledge(world)
    world.raw.subscriptions.update(made.subscription_id, {"pause_collection": {"behavior": "void"}})
    control.advance(world.stripe, timedelta(days=32))
    invoices = world.raw.invoices.list().data
    assert [invoice.status for invoice in invoices] == ["void", "paid"]
    for invoice in invoices:
        with pytest.raises(stripe.InvalidRequestError):
            world.raw.invoices.pay(str(invoice.id))
    assert len(world.raw.charges.list().data) == 1


ACTS = st.lists(
    st.one_of(
        st.integers(1, 45),
        st.sampled_from(["decline", "ask", "good", "new card", "network", "pay", "void", "collect", "later", "keep"]),
    ),
    max_size=14,
)


@settings(max_examples=15, deadline=None)
@given(day=st.dates(date(2027, 1, 1), date(2028, 12, 31)), acts=ACTS)
def test_each_invoice_is_paid_at_most_once_and_the_months_never_overlap(
    tmp_path_factory: pytest.TempPathFactory, day: date, acts: list[int | str]
) -> None:
    world = World(tmp_path_factory.mktemp("life") / "simulated-stripe.sqlite3")
    made = pledge(world, at=datetime(day.year, day.month, day.day, 10, 0, tzinfo=UTC))
    for act in acts:
        _play(world, made.reference, made.subscription_id, act)
    invoices = world.raw.invoices.list({"limit": 100}).data[::-1]
    spans = [invoice.lines.data[0].period for invoice in invoices]
    assert all(before.end == after.start for before, after in pairwise(spans))
    taken = [charge for charge in world.raw.charges.list({"limit": 100}).data if charge.status == "succeeded"]
    paid = [invoice for invoice in invoices if invoice.status == "paid"]
    assert len(taken) == len(paid)
    assert sum(charge.amount for charge in taken) == sum(invoice.amount_paid for invoice in paid)
    charges = [line for line in control.read_book(world.stripe).lines if line.source_id.startswith("ch_")]
    assert sorted(line.source_id for line in charges) == sorted(charge.id for charge in taken)
    world.stripe.close()


def _play(world: World, pledged: str, subscription: str, act: int | str) -> None:
    """Do one thing with a pledge; what is not possible any more is left."""
    stripe_ = world.stripe
    changes: dict[str, SubscriptionUpdateParams] = {
        "void": {"pause_collection": {"behavior": "void"}},
        "collect": {"pause_collection": ""},
        "later": {"cancel_at_period_end": True},
        "keep": {"cancel_at_period_end": False},
    }
    codes = {"decline": "do_not_honor", "ask": AUTHENTICATE, "good": None}
    if isinstance(act, int):
        control.advance(stripe_, timedelta(days=act))
    elif act in codes:
        pledge_control.order_card(stripe_, pledged, codes[act])
    elif world.raw.subscriptions.retrieve(subscription).status == "canceled":
        return
    elif act in changes:
        world.raw.subscriptions.update(subscription, changes[act])
    elif act == "new card":
        pledge_control.replace_card(stripe_, pledged)
    elif act == "network":
        pledge_control.update_card(stripe_, pledged)
    else:
        for invoice in world.raw.invoices.list({"status": "open"}).data:
            with suppress(stripe.CardError):
                world.raw.invoices.pay(str(invoice.id))
