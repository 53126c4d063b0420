"""The gateway and money that goes back: refunds in every state, disputes, late returns, always the whole family."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from donations.errors import StripeAwayError, StripeRefusedError
from donations.ports import ChargeFacts, RefundOrder
from donations.simulator import acts, control, disputes
from tests.simulator.world import INSTANCE, World


def refund_order(charge_id: str, cents: int = 5_000, *, number: int = 1, attempt: int = 1) -> RefundOrder:
    reference = f"r_{number:016d}"
    return RefundOrder(
        key=f"refund/{reference}/{attempt}",
        reference=reference,
        charge_id=charge_id,
        amount_cents=cents,
        reason="requested_by_customer",
    )


def charge_of(world: World, kind: str, object_id: str) -> ChargeFacts:
    family = world.payments.fetch_family(kind, object_id)
    assert family is not None
    (charge,) = family.charges
    return charge


def test_a_refund_gives_back_what_was_asked_under_our_marks(world: World) -> None:
    charge_id = world.gift()
    made = world.payments.make_refund(refund_order(charge_id))
    assert (made.charge_id, made.status, made.amount_cents) == (charge_id, "succeeded", 5_000)
    assert (made.instance, made.reference) == (INSTANCE, "r_0000000000000001")
    assert made.balance_transaction is not None
    assert (made.balance_transaction.net_cents, made.balance_transaction.source_id) == (-5_000, made.refund_id)
    assert made.failure_balance_transaction is None
    assert charge_of(world, "refund", made.refund_id).refunds == (made,)
    assert charge_of(world, "balance_transaction", made.balance_transaction.id).refunds == (made,)


def test_the_same_reference_is_refunded_once_under_any_key_even_after_a_day(world: World) -> None:
    charge_id = world.gift()
    made = world.payments.make_refund(refund_order(charge_id))
    assert world.payments.make_refund(refund_order(charge_id)) == made
    assert world.payments.make_refund(refund_order(charge_id, attempt=2)) == made
    control.advance(world.stripe, timedelta(days=2))
    assert world.payments.make_refund(refund_order(charge_id)) == made
    assert len(world.raw.refunds.list().data) == 1


@pytest.mark.parametrize("kind", ["conflict", "timeout", "cut", "lost_answer", "server_error_after"])
def test_a_refund_whose_answer_was_lost_is_found_and_not_made_twice(world: World, kind: str) -> None:
    charge_id = world.gift()
    control.order_fault(world.stripe, "refunds.create", kind)
    try:
        world.payments.make_refund(refund_order(charge_id))
    except StripeAwayError:
        assert kind == "server_error_after"
    made = world.payments.make_refund(refund_order(charge_id))
    assert [refund.id for refund in world.raw.refunds.list().data] == [made.refund_id]


def test_a_stored_fault_that_made_nothing_stays_away_until_the_next_attempt(world: World) -> None:
    charge_id = world.gift()
    control.order_fault(world.stripe, "refunds.create", "server_error")
    for _ in range(2):
        with pytest.raises(StripeAwayError):
            world.payments.make_refund(refund_order(charge_id))
    assert world.raw.refunds.list().data == []
    assert world.payments.make_refund(refund_order(charge_id, attempt=2)).amount_cents == 5_000


def test_what_stripe_refuses_is_refused(world: World) -> None:
    charge_id = world.gift(amount_cents=10_000)
    world.payments.make_refund(refund_order(charge_id, 9_999))
    with pytest.raises(StripeRefusedError):
        world.payments.make_refund(refund_order(charge_id, 2, number=2))
    disputed = world.gift()
    acts.dispute(world.stripe, disputed, outcome="open")
    with pytest.raises(StripeRefusedError):
        world.payments.make_refund(refund_order(disputed, 1, number=3))


def test_what_goes_to_stripe_is_exactly_the_refund_order(world: World) -> None:
    charge_id = world.gift()
    world.payments.make_refund(refund_order(charge_id))
    assert world.stripe.posted[-1][0] == "/v1/refunds"
    assert f"charge={charge_id}" in world.stripe.posted[-1][1]
    assert "metadata[refund]=r_0000000000000001" in world.stripe.posted[-1][1].replace("%5B", "[").replace("%5D", "]")


def test_a_charge_comes_with_every_refund_however_many(world: World) -> None:
    charge_id = world.gift(amount_cents=20_000)
    for _ in range(101):
        acts.refund(world.stripe, charge_id, 100)
    charge = charge_of(world, "charge", charge_id)
    assert len(charge.refunds) == 101
    assert sum(refund.amount_cents for refund in charge.refunds) == 10_100
    assert {refund.instance for refund in charge.refunds} == {None}


def test_a_refund_that_failed_after_it_succeeded_shows_both_rows(world: World) -> None:
    charge_id = world.gift()
    (refund_id,) = acts.refund(world.stripe, charge_id, 3_000).objects
    acts.fail_refund(world.stripe, refund_id)
    (refund,) = charge_of(world, "charge", charge_id).refunds
    assert refund.status == "failed"
    assert refund.balance_transaction is not None
    assert refund.failure_balance_transaction is not None
    assert (refund.balance_transaction.net_cents, refund.failure_balance_transaction.net_cents) == (-3_000, 3_000)
    by_row = charge_of(world, "balance_transaction", refund.failure_balance_transaction.id)
    assert by_row.refunds == (refund,)


def test_a_dispute_comes_with_every_row_it_moved_money_by(world: World) -> None:
    charge_id = world.gift(amount_cents=10_000)
    (first,) = acts.dispute(world.stripe, charge_id, 4_000, outcome="won").objects
    (second,) = acts.dispute(world.stripe, charge_id, 1_000, outcome="lost").objects
    charge = charge_of(world, "dispute", first)
    told = {dispute.dispute_id: dispute for dispute in charge.disputes}
    assert [row.net_cents for row in told[first].balance_transactions] == [-5_500, 4_000]
    assert [row.net_cents for row in told[second].balance_transactions] == [-2_500]
    assert {name: dispute.status for name, dispute in told.items()} == {first: "won", second: "lost"}
    assert told[first].evidence_due_at is not None
    row_id = told[second].balance_transactions[0].id
    assert charge_of(world, "balance_transaction", row_id) == charge


def test_an_inquiry_moves_nothing_until_it_becomes_a_dispute(world: World) -> None:
    charge_id = world.gift()
    (dispute_id,) = acts.dispute(world.stripe, charge_id, outcome="inquiry").objects
    (inquiry,) = charge_of(world, "charge", charge_id).disputes
    assert (inquiry.status, inquiry.balance_transactions) == ("warning_needs_response", ())
    assert inquiry.is_charge_refundable
    acts.change_dispute(world.stripe, lambda drawer: disputes.escalate(drawer, dispute_id, at=drawer.epoch))
    (dispute,) = charge_of(world, "charge", charge_id).disputes
    assert (dispute.status, len(dispute.balance_transactions)) == ("needs_response", 1)
    assert not dispute.is_charge_refundable


def test_an_early_warning_leads_to_its_charge_and_names_it(world: World) -> None:
    charge_id = world.gift()
    (warning_id,) = acts.warn(world.stripe, charge_id).objects
    family = world.payments.fetch_family("radar.early_fraud_warning", warning_id)
    assert family is not None
    assert family.warnings == (charge_id,)
    assert [charge.charge_id for charge in family.charges] == [charge_id]
    (review_id,) = acts.review(world.stripe, charge_id).objects
    assert charge_of(world, "review", review_id).charge_id == charge_id


def test_a_word_never_heard_before_passes(world: World) -> None:
    charge_id = world.gift()
    (dispute_id,) = acts.dispute(world.stripe, charge_id, outcome="open").objects
    (refund_id,) = acts.refund(world.stripe, other := world.gift(), 100).objects
    with world.stripe.cabinet.open() as drawer:
        for kind, object_id in (("dispute", dispute_id), ("refund", refund_id)):
            thing = drawer.get(kind, object_id)
            drawer.put((thing or {}) | {"status": "a_status_of_tomorrow"})
    assert charge_of(world, "charge", charge_id).disputes[0].status == "a_status_of_tomorrow"
    assert charge_of(world, "charge", other).refunds[0].status == "a_status_of_tomorrow"


@pytest.mark.parametrize("field", ["amount", "created", "status", "currency"])
def test_a_refund_without_an_expected_field_is_refused_and_never_guessed(world: World, field: str) -> None:
    charge_id = world.gift()
    (refund_id,) = acts.refund(world.stripe, charge_id, 100).objects
    with world.stripe.cabinet.open() as drawer:
        thing = drawer.get("refund", refund_id) or {}
        thing.pop(field)
        drawer.sql.execute("UPDATE object SET body = ? WHERE id = ?", (json.dumps(thing), refund_id))
    world.stripe.checks = False
    with pytest.raises(StripeRefusedError):
        world.payments.fetch_family("charge", charge_id)


def test_a_bank_debit_is_on_its_way_then_paid_and_may_come_back(world: World) -> None:
    checkout_id = world.open()
    charge_id = str(acts.debit(world.stripe, checkout_id).charge_id)
    family = world.payments.fetch_family("checkout.session", checkout_id)
    assert family is not None
    assert family.checkout is not None
    assert (family.checkout.status, family.checkout.payment_status) == ("complete", "unpaid")
    assert not family.checkout.has_failed
    charge = charge_of(world, "charge", charge_id)
    assert (charge.status, charge.method, charge.balance_transaction) == ("pending", "ach", None)
    control.advance(world.stripe, timedelta(days=4))
    paid = charge_of(world, "charge", charge_id)
    assert paid.status == "succeeded"
    assert paid.balance_transaction is not None
    assert (paid.balance_transaction.type, paid.balance_transaction.fee_cents) == ("payment", 104)
    acts.end_debit(world.stripe, charge_id, "returned")
    back = charge_of(world, "charge", charge_id)
    assert back.status == "failed"
    assert back.balance_transaction == paid.balance_transaction
    assert back.failure_balance_transaction is not None
    assert (back.failure_balance_transaction.amount_cents, back.failure_balance_transaction.fee_cents) == (
        -13_000,
        400,
    )
    assert charge_of(world, "balance_transaction", back.failure_balance_transaction.id) == back


def test_a_bank_debit_that_fails_says_so_at_its_checkout(world: World) -> None:
    checkout_id = world.open()
    charge_id = str(acts.debit(world.stripe, checkout_id).charge_id)
    acts.end_debit(world.stripe, charge_id, "failed")
    family = world.payments.fetch_family("checkout.session", checkout_id)
    assert family is not None
    assert family.checkout is not None
    assert family.checkout.has_failed
    assert [charge.status for charge in family.charges] == ["failed"]
