"""The simulated Stripe's own book under everything that moves money: the oracle, its balance, its payouts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from donations.errors import FieldRefusedError
from donations.simulator import acts, control, disputes
from donations.simulator.rows import debit_fee_cents
from tests.simulator.world import World

ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["gift", "debit", "refund", "fail refund", "dispute", "win", "lose", "return", "sell", "fee", "pay out"]
        ),
        st.integers(1, 30_000),
        st.integers(0, 5),
    ),
    max_size=12,
)


def rows_of(world: World) -> Iterator[stripe.BalanceTransaction]:
    return world.raw.balance_transactions.list({"limit": 100}).auto_paging_iter()


def play(world: World, act: str, cents: int) -> None:
    """Play one act where the state of things allows it; Stripe's own refusals are part of life."""
    plays: dict[str, Callable[[], object]] = {
        "gift": lambda: world.gift(amount_cents=cents + 499),
        "debit": lambda: acts.debit(world.stripe, world.open(amount_cents=cents + 499)),
        "sell": lambda: acts.sell_elsewhere(world.stripe, cents + 49, currency="eur"),
        "fee": lambda: acts.move_balance(world.stripe, "stripe_fee", "fee", -cents),
        "pay out": lambda: acts.pay_out(world.stripe),
        "fail refund": lambda: acts.fail_refund(world.stripe, world.raw.refunds.list().data[0].id),
        "win": lambda: acts.end_dispute(world.stripe, open_dispute(world), is_won=True),
        "lose": lambda: acts.end_dispute(world.stripe, open_dispute(world), is_won=False),
        "refund": lambda: acts.refund(world.stripe, some_charge(world, cents), cents),
        "dispute": lambda: acts.dispute(world.stripe, some_charge(world, cents), cents, outcome="open"),
        "return": lambda: acts.end_debit(world.stripe, some_charge(world, cents), "returned"),
    }
    with suppress(FieldRefusedError, IndexError, StopIteration):
        plays[act]()


def some_charge(world: World, number: int) -> str:
    charges = world.raw.charges.list({"limit": 100}).data
    return charges[number % max(1, len(charges))].id


def open_dispute(world: World) -> str:
    return next(
        found.id for found in world.raw.disputes.list({"limit": 100}).data if found.status == "needs_response"
    )


@settings(max_examples=40, deadline=None)
@given(ACTS)
def test_balance_rows_and_payouts_are_the_own_book_to_the_cent(played: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder) / "stripe.sqlite3")
        for act, cents, days in played:
            play(world, act, cents)
            control.advance(world.stripe, timedelta(days=days))
        control.advance(world.stripe, timedelta(days=9))
        book = control.read_book(world.stripe)
        rows = {row.id: row for row in rows_of(world)}
        assert {line.id: (line.amount_cents, line.fee_cents, line.kind) for line in book.lines} == {
            row.id: (row.amount, row.fee, row.type) for row in rows.values()
        }
        balance = world.payments.fetch_balance()
        assert balance.available_cents + balance.pending_cents == book.balance_cents
        assert all(line.source_id == (rows[line.id].source or "") for line in book.lines)
        for payout in world.raw.payouts.list({"limit": 100}).data:
            family = world.payments.fetch_family("payout", payout.id)
            assert family is not None
            assert family.payout is not None
            assert family.payout.rows is not None
            assert sum(row.net_cents for row in family.payout.rows) == family.payout.amount_cents
        world.stripe.close()


def figures(world: World) -> list[tuple[str, int, int]]:
    return [(line.kind, line.amount_cents, line.fee_cents) for line in control.read_book(world.stripe).lines]


def test_every_kind_of_movement_stands_in_the_book_with_its_own_figures(world: World) -> None:
    charge_id = world.gift(amount_cents=10_000)
    (refund_id,) = acts.refund(world.stripe, charge_id, 1_000).objects
    acts.fail_refund(world.stripe, refund_id)
    (dispute_id,) = acts.dispute(world.stripe, charge_id, 4_000, outcome="open").objects
    acts.change_dispute(
        world.stripe,
        lambda drawer: disputes.win(drawer, dispute_id, cents=3_000, fee_back_cents=1_500, at=drawer.epoch),
    )
    debited = str(acts.debit(world.stripe, world.open(amount_cents=10_000)).charge_id)
    acts.end_debit(world.stripe, debited, "returned")
    acts.sell_elsewhere(world.stripe, 1_000, currency="eur")
    for kind, category, cents in (
        ("stripe_fee", "fee", -200),
        ("reserve_hold", "risk_reserved_funds", -500),
        ("reserve_release", "risk_reserved_funds", 500),
        ("contribution", "contribution", -100),
        ("a_kind_of_tomorrow", "a_category_of_tomorrow", 7),
    ):
        acts.move_balance(world.stripe, kind, category, cents)
    assert figures(world) == [
        ("charge", 10_000, 320),
        ("refund", -1_000, 0),
        ("refund_failure", 1_000, 0),
        ("adjustment", -4_000, 1_500),
        ("adjustment", 3_000, -1_500),
        ("payment", 10_000, 80),
        ("payment_failure_refund", -10_000, 400),
        ("charge", 1_080, 61),
        ("stripe_fee", -200, 0),
        ("reserve_hold", -500, 0),
        ("reserve_release", 500, 0),
        ("contribution", -100, 0),
        ("a_kind_of_tomorrow", 7, 0),
    ]


def test_the_book_says_of_what_category_and_source_each_line_is(world: World) -> None:
    charge_id = world.gift()
    lines = control.read_book(world.stripe).lines
    assert [(line.source_id, line.category) for line in lines] == [(charge_id, "charge")]
    book = control.read_book(world.stripe)
    assert book.paid_out_cents == 0
    acts.pay_out_all(world.stripe)
    book = control.read_book(world.stripe)
    assert (book.balance_cents, book.paid_out_cents) == (0, book.gross_cents - book.fees_cents)


@pytest.mark.parametrize(("gross", "fee"), [(500, 4), (10_000, 80), (62_500, 500), (5_000_000, 500)])
def test_the_fee_of_a_bank_debit_is_a_share_up_to_a_cap(gross: int, fee: int) -> None:
    assert debit_fee_cents(gross) == fee
