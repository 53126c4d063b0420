"""The gateway and Stripe's own book: payouts with their rows, rows that hang on nothing, balance, events."""

from __future__ import annotations

from datetime import timedelta

import pytest
import stripe

from donations.errors import StripeRefusedError
from donations.gateways.stripe_books import TYPES_AT_ONCE
from donations.ports import PayoutFacts
from donations.simulator import acts, control
from tests.simulator.world import World

TYPES = ("charge.succeeded", "refund.created", "payout.paid", "payout.created", "checkout.session.completed")
MANY_TYPES = (*TYPES, *(f"a.type.of.tomorrow_{number}" for number in range(3 * TYPES_AT_ONCE)))


def payout_of(world: World, payout_id: str) -> PayoutFacts:
    family = world.payments.fetch_family("payout", payout_id)
    assert family is not None
    assert family.charges == ()
    assert family.payout is not None
    return family.payout


def test_a_payout_comes_without_rows_until_stripe_says_that_they_are_complete(world: World) -> None:
    world.gift(amount_cents=10_000)
    (payout_id,) = acts.pay_out_all(world.stripe).objects
    made = payout_of(world, payout_id)
    assert (made.status, made.amount_cents, made.is_automatic, made.rows) == ("pending", 9_680, True, None)
    assert made.balance_transaction is not None
    assert (made.balance_transaction.type, made.balance_transaction.net_cents) == ("payout", -9_680)
    control.advance(world.stripe, timedelta(days=2))
    paid = payout_of(world, payout_id)
    assert (paid.status, paid.reconciliation_status) == ("paid", "completed")
    assert paid.rows is not None
    assert [(row.type, row.net_cents) for row in paid.rows] == [("charge", 9_680)]
    assert paid.arrival_on == (made.created_at + timedelta(days=2)).date()


def test_a_payout_of_more_rows_than_a_page_has_them_all(world: World) -> None:
    charges = {world.gift(amount_cents=1_000) for _ in range(101)}
    (payout_id,) = acts.pay_out_all(world.stripe).objects
    acts.let_payout_arrive(world.stripe, payout_id)
    paid = payout_of(world, payout_id)
    assert paid.rows is not None
    assert {row.source_id for row in paid.rows} == charges
    assert sum(row.net_cents for row in paid.rows) == paid.amount_cents


def test_a_payout_that_failed_after_it_was_paid_comes_back_in_the_next(world: World) -> None:
    world.gift(amount_cents=10_000)
    (first,) = acts.pay_out_all(world.stripe).objects
    acts.let_payout_arrive(world.stripe, first)
    acts.fail_payout(world.stripe, first)
    failed = payout_of(world, first)
    assert failed.status == "failed"
    assert failed.failure_balance_transaction is not None
    assert (failed.failure_balance_transaction.type, failed.failure_balance_transaction.net_cents) == (
        "payout_failure",
        9_680,
    )
    (second,) = acts.pay_out(world.stripe).objects
    acts.let_payout_arrive(world.stripe, second)
    rows = payout_of(world, second).rows
    assert rows is not None
    assert [row.id for row in rows] == [failed.failure_balance_transaction.id]


def test_a_payout_canceled_before_it_left_and_one_below_zero(world: World) -> None:
    charge_id = world.gift(amount_cents=10_000)
    (first,) = acts.pay_out_all(world.stripe).objects
    acts.fail_payout(world.stripe, first, is_canceled=True)
    assert payout_of(world, first).status == "canceled"
    (second,) = acts.pay_out(world.stripe).objects
    acts.refund(world.stripe, charge_id)
    (third,) = acts.pay_out(world.stripe).objects
    assert (payout_of(world, second).amount_cents, payout_of(world, third).amount_cents) == (9_680, -10_000)


@pytest.mark.parametrize("kind", ["payout", "payout_failure"])
def test_the_row_of_a_payout_leads_to_it(world: World, kind: str) -> None:
    world.gift()
    (payout_id,) = acts.pay_out_all(world.stripe).objects
    acts.fail_payout(world.stripe, payout_id)
    (row,) = (row for row in world.raw.balance_transactions.list().data if row.type == kind)
    family = world.payments.fetch_family("balance_transaction", row.id)
    assert family is not None
    assert family.payout == payout_of(world, payout_id)


@pytest.mark.parametrize(
    ("kind", "category", "cents"),
    [
        ("stripe_fee", "fee", -250),
        ("adjustment", "other_adjustment", 17),
        ("reserve_transaction", "risk_reserved_funds", -5_000),
        ("contribution", "contribution", -10),
        ("a_kind_of_tomorrow", "a_category_of_tomorrow", 1),
    ],
)
def test_a_row_that_hangs_on_nothing_stands_for_itself(world: World, kind: str, category: str, cents: int) -> None:
    (row_id,) = acts.move_balance(world.stripe, kind, category, cents).objects
    family = world.payments.fetch_family("balance_transaction", row_id)
    assert family is not None
    (row,) = family.rows
    assert (row.id, row.type, row.reporting_category, row.net_cents, row.source_id) == (
        row_id,
        kind,
        category,
        cents,
        None,
    )
    assert family.charges == ()
    assert family.payout is None


def test_another_shop_on_the_same_account_is_seen_as_what_it_is(world: World) -> None:
    (unmarked,) = acts.sell_elsewhere(world.stripe, 1_000, currency="eur").objects
    (foreign,) = acts.sell_elsewhere(world.stripe, 1_000, metadata={"almoner": "other", "gift": "g_1"}).objects
    family = world.payments.fetch_family("charge", unmarked)
    assert family is not None
    (charge,) = family.charges
    assert (charge.currency, charge.amount_cents, charge.instance, charge.gift) == ("eur", 1_000, None, None)
    assert charge.balance_transaction is not None
    assert (charge.balance_transaction.currency, charge.balance_transaction.amount_cents) == ("usd", 1_080)
    acts.refund(world.stripe, unmarked, 500)
    again = world.payments.fetch_family("charge", unmarked)
    assert again is not None
    (refund,) = again.charges[0].refunds
    assert refund.balance_transaction is not None
    assert (refund.amount_cents, refund.balance_transaction.amount_cents) == (500, -540)
    other = world.payments.fetch_family("charge", foreign)
    assert other is not None
    assert (other.charges[0].instance, other.charges[0].gift) == ("other", "g_1")


def test_a_second_payment_for_one_promise_carries_the_same_marks(world: World) -> None:
    first = world.payments.fetch_family("charge", world.gift())
    assert first is not None
    gift = str(first.charges[0].gift)
    (second,) = acts.sell_elsewhere(
        world.stripe, 13_000, metadata={"almoner": "almoner.example", "gift": gift}
    ).objects
    family = world.payments.fetch_family("charge", second)
    assert family is not None
    assert (family.checkout, family.charges[0].gift) == (None, gift)


def test_the_balance_is_what_is_available_and_what_is_pending(world: World) -> None:
    world.gift(amount_cents=10_000)
    before = world.payments.fetch_balance()
    assert (before.available_cents, before.pending_cents) == (0, 9_680)
    control.advance(world.stripe, timedelta(days=2))
    after = world.payments.fetch_balance()
    assert (after.available_cents, after.pending_cents) == (9_680, 0)
    acts.pay_out(world.stripe)
    assert world.payments.fetch_balance().available_cents == 0


def test_rows_are_listed_of_a_time_both_ends_included(world: World) -> None:
    days = []
    for _ in range(3):
        world.gift()
        days.append(world.stripe.clock.now().replace(microsecond=0))
        control.advance(world.stripe, timedelta(days=1))
    rows = world.payments.list_balance_transactions(created_from=days[1], created_to=days[1])
    (row,) = world.raw.balance_transactions.list({"created": {"gte": 0}, "limit": 1}).data
    assert row.created == int(days[2].timestamp())
    listed = [found.created_at for found in rows]
    assert all(abs(found - days[1]) <= timedelta(seconds=1) for found in listed)
    assert len(list(world.payments.list_balance_transactions(created_from=days[0] - timedelta(seconds=9)))) == 3


def test_events_of_any_number_of_types_are_told_each_once(world: World) -> None:
    since = world.stripe.clock.now() - timedelta(hours=1)
    charge_id = world.gift()
    acts.refund(world.stripe, charge_id, 100)
    rings = list(world.payments.list_events(created_from=since, types=MANY_TYPES))
    assert sorted(ring.type for ring in rings) == ["charge.succeeded", "checkout.session.completed", "refund.created"]
    assert len({ring.event_id for ring in rings}) == 3
    (refunded,) = (ring for ring in rings if ring.type == "refund.created")
    assert refunded.object_type == "refund"
    assert refunded.object_id.startswith("re_sim_")
    assert sum("/v1/events" in call for call in world.stripe.calls) == -(-len(MANY_TYPES) // TYPES_AT_ONCE)


@pytest.mark.parametrize("before", [0, TYPES_AT_ONCE - 1, TYPES_AT_ONCE, 2 * TYPES_AT_ONCE - 1])
def test_no_type_is_lost_between_two_groups(world: World, before: int) -> None:
    since = world.stripe.clock.now() - timedelta(hours=1)
    world.gift()
    types = [*(f"a.type.of.tomorrow_{number}" for number in range(before)), "charge.succeeded"]
    rings = world.payments.list_events(created_from=since, types=types)
    assert [ring.type for ring in rings] == ["charge.succeeded"]


def test_events_are_forgotten_after_thirty_days_and_rows_never(world: World) -> None:
    since = world.stripe.clock.now() - timedelta(hours=1)
    world.gift()
    control.advance(world.stripe, timedelta(days=31))
    assert list(world.payments.list_events(created_from=since, types=TYPES)) == []
    assert len(list(world.payments.list_balance_transactions(created_from=since))) == 1


def test_what_nobody_knows_is_refused(world: World) -> None:
    for kind in ("refund", "dispute", "payout", "radar.early_fraud_warning", "review", "invoice", "subscription"):
        with pytest.raises(StripeRefusedError):
            world.payments.fetch_family(kind, "xx_unknown")


def test_pages_can_be_read_backwards(world: World) -> None:
    charges = [world.gift() for _ in range(5)]
    page = world.raw.charges.list({"limit": 2, "ending_before": charges[0]})
    assert ([charge.id for charge in page.data], page.has_more) == ([charges[2], charges[1]], True)
    assert [charge.id for charge in page.auto_paging_iter()] == charges[1:]
    with pytest.raises(stripe.InvalidRequestError):
        world.raw.charges.list({"ending_before": charges[0], "starting_after": charges[1]})
