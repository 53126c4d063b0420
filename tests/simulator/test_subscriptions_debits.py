"""Monthly gifts by bank debit at the simulated Stripe: each month is days on its way, then paid or tried again."""

from __future__ import annotations

from datetime import timedelta

from donations.simulator import acts, control, pledge_control
from donations.simulator.contract import find_faults
from tests.simulator.pledging import family, monthly, types_of
from tests.simulator.world import World, resource


def begin(world: World) -> tuple[str, str, str]:
    """Pay a monthly checkout by bank debit: pledge, checkout, charge."""
    order = monthly(world, amount_cents=5_000, fee_cover_cents=40)
    checkout_id = world.payments.open_checkout(order, world.permit).checkout_id
    played = acts.debit(world.stripe, checkout_id)
    assert types_of(world, played.events)[-1] == "checkout.session.completed"
    return order.reference, checkout_id, str(played.charge_id)


def test_the_first_month_is_on_its_way_and_the_pledge_has_begun(world: World) -> None:
    reference, checkout_id, charge_id = begin(world)
    told = family(world, "checkout.session", checkout_id)
    assert told.checkout is not None
    assert (told.checkout.status, told.checkout.payment_status) == ("complete", "unpaid")
    (charge,) = told.charges
    assert (charge.charge_id, charge.status, charge.method) == (charge_id, "pending", "ach")
    assert charge.invoice is not None
    assert (charge.invoice.status, charge.invoice.pledge) == ("open", reference)
    assert told.subscription is not None
    assert told.subscription.status == "active"
    assert control.read_book(world.stripe).gross_cents == 0


def test_days_later_it_is_paid(world: World) -> None:
    _, checkout_id, charge_id = begin(world)
    control.advance(world.stripe, timedelta(days=5))
    told = family(world, "charge", charge_id)
    assert [charge.status for charge in told.charges] == ["succeeded"]
    assert told.charges[0].invoice is not None
    assert (told.charges[0].invoice.status, told.charges[0].invoice.attempt_count) == ("paid", 1)
    assert world.raw.checkout.sessions.retrieve(checkout_id).payment_status == "paid"
    assert control.read_book(world.stripe).gross_cents == 5_040


def test_a_first_month_the_bank_refuses_is_told_late_and_tried_again(world: World) -> None:
    _, checkout_id, charge_id = begin(world)
    ended = acts.end_debit(world.stripe, charge_id, "failed")
    assert types_of(world, ended.events) == [
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.payment_failed",
        "customer.subscription.updated",
        "checkout.session.async_payment_failed",
    ]
    told = family(world, "checkout.session", checkout_id)
    assert told.checkout is not None
    assert told.checkout.has_failed
    assert told.subscription is not None
    assert told.subscription.status == "past_due"
    assert [billed.next_attempt_at is not None for billed in told.invoices] == [True]
    control.advance(world.stripe, timedelta(days=4))
    control.advance(world.stripe, timedelta(days=5))
    assert world.raw.subscriptions.list().data[0].status == "active"
    assert control.read_book(world.stripe).gross_cents == 5_040


def test_a_month_on_its_way_is_never_asked_for_twice(world: World) -> None:
    reference, _, _ = begin(world)
    control.advance(world.stripe, timedelta(days=5))
    renewed = pledge_control.renew(world.stripe, reference)
    for _ in range(2):
        world.raw.invoices.pay(str(renewed.invoice_id))
    pledge_control.replace_card(world.stripe, reference)
    assert [charge.status for charge in world.raw.charges.list().data] == ["pending", "succeeded"]
    control.advance(world.stripe, timedelta(days=6))
    assert world.raw.invoices.retrieve(str(renewed.invoice_id)).status == "paid"
    assert control.read_book(world.stripe).gross_cents == 2 * 5_040


def test_a_month_that_comes_back_after_it_was_paid_leaves_its_charge_failed_with_its_row(world: World) -> None:
    _, _, charge_id = begin(world)
    acts.end_debit(world.stripe, charge_id, "returned")
    (charge,) = family(world, "charge", charge_id).charges
    assert charge.status == "failed"
    assert charge.invoice is not None
    assert charge.failure_balance_transaction is not None
    assert charge.failure_balance_transaction.amount_cents == -5_040


def test_the_mandate_of_a_bank_account_leads_to_its_pledge(world: World) -> None:
    reference, _, _ = begin(world)
    (event,) = pledge_control.change_mandate(world.stripe, reference, "inactive")
    about = world.raw.events.retrieve(event).data.object.to_dict(for_json=True)
    assert find_faults(resource("Mandate"), about) == []
    told = family(world, "mandate", about["id"])
    assert told.subscription is not None
    assert told.subscription.pledge == reference
    world.raw.payment_methods.retrieve(about["payment_method"])
