"""Money that goes back at the simulated Stripe: each status of refunds and disputes, refused as Stripe refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
import stripe

from donations.errors import FieldRefusedError
from donations.simulator import acts, control, disputes
from tests.simulator.world import World


def kinds(world: World, events: tuple[str, ...]) -> list[str]:
    return [world.raw.events.retrieve(event_id).type for event_id in events]


def refusal(world: World, **asked: object) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.raw.refunds.create(asked)  # type: ignore[arg-type] # Wrong on purpose.
    return refused.value


def test_a_refund_of_a_part_then_of_the_rest_and_then_no_more(world: World) -> None:
    charge_id = world.gift(amount_cents=10_000)
    world.raw.refunds.create({"charge": charge_id, "amount": 1})
    assert refusal(world, charge=charge_id, amount=10_000).param == "amount"
    intent = str(world.raw.charges.retrieve(charge_id).payment_intent)
    rest = world.raw.refunds.create({"payment_intent": intent, "reason": "duplicate"})
    assert (rest.amount, rest.status) == (9_999, "succeeded")
    charge = world.raw.charges.retrieve(charge_id)
    assert (charge.amount_refunded, charge.refunded) == (10_000, True)
    assert refusal(world, charge=charge_id).code == "charge_already_refunded"


def test_what_cannot_be_refunded_is_refused_as_stripe_does(world: World) -> None:
    charge_id = world.gift()
    assert refusal(world, charge=charge_id, amount=0).code == "parameter_invalid_integer"
    assert refusal(world, charge=charge_id, amount=-1).code == "parameter_invalid_integer"
    assert refusal(world, charge="ch_sim_none").code == "resource_missing"
    assert refusal(world, amount=1).code == "parameter_missing"
    assert refusal(world, charge=charge_id, reason="because").param == "reason"
    declined = str(control.decline(world.stripe, world.open()).charge_id)
    assert refusal(world, charge=declined).param == "charge"
    acts.dispute(world.stripe, charge_id, 1_000, outcome="open")
    assert refusal(world, charge=charge_id, amount=1).code == "charge_disputed"


def test_a_refund_that_failed_gives_its_amount_free_again(world: World) -> None:
    charge_id = world.gift(amount_cents=10_000)
    done = acts.refund(world.stripe, charge_id)
    assert kinds(world, done.events) == ["refund.created", "charge.refunded"]
    failed = acts.fail_refund(world.stripe, done.objects[0])
    assert kinds(world, failed.events) == ["refund.updated", "charge.refund.updated", "refund.failed"]
    charge = world.raw.charges.retrieve(charge_id)
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert control.read_book(world.stripe).balance_cents == 9_680
    acts.refund(world.stripe, charge_id)
    with pytest.raises(FieldRefusedError):
        acts.fail_refund(world.stripe, done.objects[0])


@pytest.mark.parametrize(
    ("begins", "moved"), [("pending", -2_000), ("insufficient_funds", 0), ("requires_action", 0)]
)
def test_a_refund_may_wait_and_then_succeed(world: World, begins: str, moved: int) -> None:
    charge_id = world.gift(amount_cents=10_000)
    (refund_id,) = acts.refund(world.stripe, charge_id, 2_000, begins=begins).objects
    assert control.read_book(world.stripe).balance_cents == 9_680 + moved
    assert world.raw.charges.retrieve(charge_id).amount_refunded == 2_000
    acts.settle_refund(world.stripe, refund_id)
    assert world.raw.refunds.retrieve(refund_id).status == "succeeded"
    assert control.read_book(world.stripe).balance_cents == 7_680
    assert acts.settle_refund(world.stripe, refund_id).events == ()


def test_a_pending_refund_succeeds_by_itself_and_one_that_requires_action_can_be_canceled(world: World) -> None:
    charge_id = world.gift(amount_cents=10_000)
    (pending,) = acts.refund(world.stripe, charge_id, 100, begins="pending").objects
    (waiting,) = acts.refund(world.stripe, charge_id, 200, begins="requires_action").objects
    control.advance(world.stripe, timedelta(days=3))
    assert world.raw.refunds.retrieve(pending).status == "succeeded"
    assert world.raw.refunds.cancel(waiting).status == "canceled"
    assert world.raw.charges.retrieve(charge_id).amount_refunded == 100
    with pytest.raises(stripe.InvalidRequestError):
        world.raw.refunds.cancel(pending)


def test_money_of_a_dispute_goes_comes_and_goes_again(world: World) -> None:
    charge_id = world.gift(amount_cents=10_000)
    opened = acts.dispute(world.stripe, charge_id, outcome="open")
    assert kinds(world, opened.events) == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    (dispute_id,) = opened.objects
    acts.change_dispute(world.stripe, lambda drawer: disputes.answer(drawer, dispute_id, at=drawer.epoch))
    assert world.raw.disputes.retrieve(dispute_id).status == "under_review"
    won = acts.end_dispute(world.stripe, dispute_id, is_won=True)
    assert kinds(world, won.events) == ["charge.dispute.funds_reinstated", "charge.dispute.closed"]
    assert world.raw.disputes.retrieve(dispute_id).is_charge_refundable
    acts.change_dispute(
        world.stripe, lambda drawer: disputes.withdraw(drawer, dispute_id, at=drawer.epoch, fee_cents=0)
    )
    rows = world.raw.disputes.retrieve(dispute_id).balance_transactions
    assert [(row.reporting_category, row.net) for row in rows] == [
        ("dispute", -11_500),
        ("dispute_reversal", 10_000),
        ("dispute", -10_000),
    ]
    with pytest.raises(FieldRefusedError):
        acts.end_dispute(world.stripe, dispute_id, is_won=False)


def test_an_inquiry_is_closed_without_a_cent(world: World) -> None:
    charge_id = world.gift()
    (dispute_id,) = acts.dispute(world.stripe, charge_id, outcome="inquiry").objects
    assert world.raw.disputes.retrieve(dispute_id).status == "warning_needs_response"
    world.raw.refunds.create({"charge": charge_id, "amount": 1})
    assert world.raw.disputes.close(dispute_id).status == "warning_closed"
    assert [line.kind for line in control.read_book(world.stripe).lines] == ["charge", "refund"]
    assert acts.open_dispute_of(world.stripe, charge_id) is None


def test_a_dispute_about_nothing_of_its_charge_is_refused(world: World) -> None:
    charge_id = world.gift(amount_cents=10_000)
    for cents in (0, 10_001):
        with pytest.raises(FieldRefusedError):
            acts.dispute(world.stripe, charge_id, cents, outcome="open")
    declined = str(control.decline(world.stripe, world.open()).charge_id)
    with pytest.raises(FieldRefusedError):
        acts.dispute(world.stripe, declined, outcome="open")


def test_a_bank_debit_ripens_by_itself_and_only_once(world: World) -> None:
    played = acts.debit(world.stripe, world.open())
    assert kinds(world, played.events) == [
        "payment_intent.created",
        "charge.pending",
        "payment_intent.processing",
        "checkout.session.completed",
    ]
    assert control.read_book(world.stripe).lines == ()
    ripe = acts.wait(world.stripe, timedelta(days=4))
    assert kinds(world, ripe.events) == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    ]
    charge_id = str(played.charge_id)
    with pytest.raises(FieldRefusedError):
        acts.end_debit(world.stripe, charge_id, "failed")
    assert kinds(world, acts.end_debit(world.stripe, charge_id, "returned").events) == ["charge.failed"]
    with pytest.raises(FieldRefusedError):
        acts.end_debit(world.stripe, charge_id, "returned")
    with pytest.raises(FieldRefusedError):
        acts.end_debit(world.stripe, world.gift(), "returned")


def test_payouts_leave_every_day_and_nothing_is_in_two_of_them(world: World) -> None:
    acts.pay_out_daily(world.stripe)
    acts.pay_out_daily(world.stripe)
    for _ in range(5):
        world.gift(amount_cents=10_000)
        control.advance(world.stripe, timedelta(days=1))
    control.advance(world.stripe, timedelta(days=6))
    book = control.read_book(world.stripe)
    assert book.balance_cents == 0
    assert {payout.status for payout in book.payouts} == {"paid"}
    tied = [line_id for payout in book.payouts for line_id in payout.line_ids]
    assert len(tied) == len(set(tied)) == 5
    assert sum(payout.amount_cents for payout in book.payouts) == 5 * 9_680


def test_a_payout_has_its_whole_life_told(world: World) -> None:
    world.gift()
    made = acts.pay_out_all(world.stripe)
    ripe = acts.wait(world.stripe, timedelta(days=2))
    failed = acts.fail_payout(world.stripe, made.objects[0])
    assert kinds(world, (*made.events, *ripe.events, *failed.events)) == [
        "payout.created",
        "payout.updated",
        "payout.paid",
        "payout.reconciliation_completed",
        "payout.failed",
    ]
    with pytest.raises(FieldRefusedError):
        acts.fail_payout(world.stripe, made.objects[0])


def test_a_payout_by_hand_takes_no_more_than_there_is_and_is_never_certified(world: World) -> None:
    world.gift(amount_cents=10_000)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        world.raw.payouts.create({"amount": 100, "currency": "usd"})
    assert refused.value.code == "balance_insufficient"
    control.advance(world.stripe, timedelta(days=2))
    made = world.raw.payouts.create({"amount": 9_680, "currency": "usd"})
    control.advance(world.stripe, timedelta(days=3))
    paid = world.raw.payouts.retrieve(made.id)
    assert (paid.status, paid.automatic, paid.reconciliation_status) == ("paid", False, "not_applicable")
    assert control.read_book(world.stripe).balance_cents == 0
