"""Monthly gifts at the simulated Stripe: begun, renewed, behind, recovered, paused, changed and ended as in life."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import stripe
from stripe.params import SubscriptionUpdateParams

from donations.errors import FieldRefusedError
from donations.simulator import control, pledge_control
from donations.simulator.cards import AUTHENTICATE
from donations.simulator.contract import find_faults
from tests.simulator.pledging import monthly, pledge, types_of
from tests.simulator.world import World, resource

KINDS = {
    "billing_portal.configuration": "billing_portal.Configuration",
    "billing_portal.session": "billing_portal.Session",
    "charge": "Charge",
    "checkout.session": "checkout.Session",
    "customer": "Customer",
    "invoice": "Invoice",
    "invoice_payment": "InvoicePayment",
    "payment_intent": "PaymentIntent",
    "payment_method": "PaymentMethod",
    "subscription": "Subscription",
}


def told_since(world: World, start: datetime) -> list[str]:
    found = world.raw.events.list({"created": {"gte": int(start.timestamp())}, "limit": 100}).auto_paging_iter()
    return [str(event.type) for event in found][::-1]


def status_of(world: World, subscription: str) -> str:
    return str(world.raw.subscriptions.retrieve(subscription).status)


def test_a_paid_checkout_begins_the_subscription_and_its_first_invoice(world: World) -> None:
    made = pledge(world, amount_cents=13_000, fee_cover_cents=419)
    assert types_of(world, made.events) == [
        "customer.created",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "payment_method.attached",
        "customer.updated",
        "invoice.created",
        "invoice.finalized",
        "customer.subscription.created",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice_payment.paid",
        "checkout.session.completed",
    ]
    session = world.raw.checkout.sessions.retrieve(made.checkout_id, {"expand": ["subscription", "customer"]})
    assert (session.status, session.payment_status, session.payment_intent) == ("complete", "paid", None)
    invoice = world.raw.invoices.retrieve(str(session.invoice))
    assert (invoice.status, invoice.billing_reason, invoice.amount_paid) == ("paid", "subscription_create", 13_419)
    assert invoice.parent is not None
    assert invoice.parent.subscription_details is not None
    assert invoice.parent.subscription_details.metadata is not None
    assert invoice.parent.subscription_details.metadata["pledge"] == made.reference
    assert [charge.id for charge in world.raw.charges.list().data] == [made.charge_id]
    assert control.read_book(world.stripe).gross_cents == 13_419


def test_a_declined_first_month_begins_nothing_and_the_checkout_stays_open(world: World) -> None:
    checkout = world.payments.open_checkout(monthly(world), world.permit).checkout_id
    for _ in range(2):
        played = control.decline(world.stripe, checkout, "expired_card")
        assert types_of(world, played.events)[-2:] == ["charge.failed", "payment_intent.payment_failed"]
    assert world.raw.subscriptions.list().data == []
    assert world.raw.checkout.sessions.retrieve(checkout).status == "open"
    assert control.read_book(world.stripe).gross_cents == 0
    assert len(world.raw.customers.list().data) == 1
    control.pay(world.stripe, checkout)
    (subscription,) = world.raw.subscriptions.list().data
    intents = {str(charge.payment_intent) for charge in world.raw.charges.list().data}
    assert (subscription.status, len(intents)) == ("active", 1)


def test_every_pledge_has_a_customer_of_its_own(world: World) -> None:
    assert pledge(world).customer_id != pledge(world).customer_id


@pytest.mark.parametrize(
    ("begun", "days"),
    [
        ("2027-01-28", ["2027-02-28", "2027-03-28", "2027-04-28"]),
        ("2027-01-29", ["2027-02-28", "2027-03-29", "2027-04-29"]),
        ("2027-01-30", ["2027-02-28", "2027-03-30", "2027-04-30"]),
        ("2027-01-31", ["2027-02-28", "2027-03-31", "2027-04-30"]),
        ("2028-01-31", ["2028-02-29", "2028-03-31", "2028-04-30"]),
        ("2028-02-29", ["2028-03-29", "2028-04-29", "2028-05-29"]),
        ("2027-12-31", ["2028-01-31", "2028-02-29", "2028-03-31"]),
    ],
)
def test_renewals_come_by_the_anchor_however_time_is_moved(world: World, begun: str, days: list[str]) -> None:
    made = pledge(world, at=datetime.fromisoformat(f"{begun}T10:00:00+00:00"))
    control.set_clock(world.stripe, datetime.fromisoformat(f"{days[-1]}T20:00:00+00:00"))
    invoices = world.raw.invoices.list({"subscription": made.subscription_id}).data[::-1]
    found = [datetime.fromtimestamp(invoice.created, tz=UTC).date().isoformat() for invoice in invoices]
    assert found == [begun, *days]
    assert {invoice.status for invoice in invoices} == {"paid"}
    spans = [(line.period.start, line.period.end) for invoice in invoices for line in invoice.lines.data]
    assert all(end == start for (_, end), (start, _) in pairwise(spans))


def test_a_renewal_is_a_draft_for_an_hour_and_then_paid(world: World) -> None:
    made = pledge(world, at=datetime(2027, 3, 1, 10, 0, tzinfo=UTC))
    start = datetime(2027, 4, 1, 10, 0, 30, tzinfo=UTC)
    control.set_clock(world.stripe, start)
    assert world.raw.invoices.list({"limit": 1}).data[0].status == "draft"
    control.set_clock(world.stripe, start + timedelta(minutes=61))
    assert told_since(world, start - timedelta(minutes=5)) == [
        "invoice.created",
        "customer.subscription.updated",
        "invoice.finalized",
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice_payment.paid",
    ]
    assert status_of(world, made.subscription_id) == "active"
    (charge, _) = world.raw.charges.list().data
    assert charge.metadata.to_dict() == {}
    intent = world.raw.payment_intents.retrieve(str(charge.payment_intent))
    assert intent.metadata.to_dict() == {}


def test_an_invoice_notes_the_subscriptions_metadata_when_it_is_finalised(world: World) -> None:
    made = pledge(world)
    world.raw.subscriptions.update(made.subscription_id, {"metadata": {"pledge": "p_other"}})
    renewed = pledge_control.renew(world.stripe, "p_other")
    first, second = world.raw.invoices.list({"subscription": made.subscription_id}).data[::-1]
    noted = [
        invoice.parent.subscription_details.metadata["pledge"]
        for invoice in (first, second)
        if invoice.parent and invoice.parent.subscription_details and invoice.parent.subscription_details.metadata
    ]
    assert noted == [made.reference, "p_other"]
    assert renewed.is_paid


def test_a_failed_renewal_is_tried_again_after_three_days_and_recovers(world: World) -> None:
    made = pledge(world)
    failed = pledge_control.renew(world.stripe, made.reference, decline="insufficient_funds")
    assert types_of(world, failed.events)[-3:] == [
        "payment_intent.payment_failed",
        "invoice.payment_failed",
        "customer.subscription.updated",
    ]
    invoice = world.raw.invoices.retrieve(str(failed.invoice_id))
    assert (invoice.status, invoice.attempt_count, invoice.amount_remaining) == ("open", 1, 13_000)
    assert status_of(world, made.subscription_id) == "past_due"
    before = world.stripe.clock.now()
    assert abs((invoice.next_payment_attempt or 0) - before.timestamp() - 3 * 86_400) < 60
    control.advance(world.stripe, timedelta(days=3, minutes=1))
    invoice = world.raw.invoices.retrieve(str(failed.invoice_id))
    assert (invoice.status, invoice.attempt_count, invoice.next_payment_attempt) == ("paid", 2, None)
    assert status_of(world, made.subscription_id) == "active"
    assert control.read_book(world.stripe).gross_cents == 2 * 13_000


@pytest.mark.parametrize(("setting", "status"), [("canceled", "canceled"), ("unpaid", "unpaid")])
def test_after_the_last_try_a_subscription_ends_or_stays_unpaid(world: World, setting: str, status: str) -> None:
    made = pledge(world, at=datetime(2027, 3, 10, 9, 0, tzinfo=UTC))
    pledge_control.order_end_of_retries(world.stripe, setting)
    pledge_control.order_card(world.stripe, made.reference, "do_not_honor")
    control.set_clock(world.stripe, datetime(2027, 4, 27, tzinfo=UTC))
    assert status_of(world, made.subscription_id) == status
    invoice = world.raw.invoices.list({"subscription": made.subscription_id, "limit": 1}).data[0]
    assert (invoice.attempt_count, invoice.next_payment_attempt, invoice.status) == (4, None, "open")
    failed = [charge for charge in world.raw.charges.list().data if charge.status == "failed"]
    days = [datetime.fromtimestamp(charge.created, tz=UTC).day for charge in failed][::-1]
    assert days == [10, 13, 18, 25]
    control.set_clock(world.stripe, datetime(2027, 7, 1, tzinfo=UTC))
    assert len([charge for charge in world.raw.charges.list().data if charge.status == "failed"]) == 4
    drafts = [told for told in world.raw.invoices.list().data if told.status == "draft"]
    assert len(drafts) == (2 if setting == "unpaid" else 0)
    if setting == "unpaid":
        world.raw.subscriptions.cancel(made.subscription_id)
    assert status_of(world, made.subscription_id) == "canceled"
    with pytest.raises(FieldRefusedError):
        pledge_control.renew(world.stripe, made.reference)


def test_a_bank_that_asks_the_donor_waits_for_their_yes(world: World) -> None:
    made = pledge(world)
    asked = pledge_control.renew(world.stripe, made.reference, decline=AUTHENTICATE)
    assert types_of(world, asked.events)[-3:] == [
        "payment_intent.requires_action",
        "invoice.payment_action_required",
        "customer.subscription.updated",
    ]
    payment = world.raw.invoice_payments.list({"invoice": str(asked.invoice_id)}).data[0]
    intent = world.raw.payment_intents.retrieve(str(payment.payment.payment_intent))
    assert (intent.status, status_of(world, made.subscription_id)) == ("requires_action", "past_due")
    pledge_control.confirm(world.stripe, made.reference)
    assert world.raw.invoices.retrieve(str(asked.invoice_id)).status == "paid"
    assert status_of(world, made.subscription_id) == "active"
    with pytest.raises(FieldRefusedError):
        pledge_control.confirm(world.stripe, made.reference)


def test_a_card_the_network_renewed_is_good_again(world: World) -> None:
    made = pledge(world)
    pledge_control.order_card(world.stripe, made.reference, "expired_card")
    assert not pledge_control.renew(world.stripe, made.reference).is_paid
    assert types_of(world, pledge_control.update_card(world.stripe, made.reference)) == [
        "payment_method.automatically_updated"
    ]
    assert pledge_control.renew(world.stripe, made.reference).is_paid


def test_a_new_card_pays_at_once_what_is_owed(world: World) -> None:
    made = pledge(world)
    pledge_control.order_card(world.stripe, made.reference, "lost_card")
    pledge_control.renew(world.stripe, made.reference)
    events = types_of(world, pledge_control.replace_card(world.stripe, made.reference))
    assert events[:3] == ["payment_method.attached", "customer.updated", "customer.subscription.updated"]
    assert "invoice.paid" in events
    assert status_of(world, made.subscription_id) == "active"
    assert pledge_control.renew(world.stripe, made.reference).is_paid


def test_an_amount_changed_without_proration_is_asked_from_the_next_month_on(world: World) -> None:
    made = pledge(world, amount_cents=5_000, fee_cover_cents=200)
    items = world.raw.subscriptions.retrieve(made.subscription_id)["items"].data
    product = str(items[0].price.product)
    world.raw.subscriptions.update(
        made.subscription_id,
        {
            "items": [
                {
                    "id": items[0].id,
                    "price_data": {
                        "currency": "usd",
                        "product": product,
                        "recurring": {"interval": "month"},
                        "unit_amount": 7_500,
                    },
                }
            ],
            "proration_behavior": "none",
        },
    )
    assert len(world.raw.invoices.list().data) == 1
    renewed = pledge_control.renew(world.stripe, made.reference)
    invoice = world.raw.invoices.retrieve(str(renewed.invoice_id))
    assert invoice.amount_paid == 7_700
    assert {line.amount for line in invoice.lines.data} == {7_500, 200}


@pytest.mark.parametrize(("behavior", "status"), [("void", "void"), ("mark_uncollectible", "uncollectible")])
def test_while_the_collection_is_paused_invoices_are_closed_unpaid(world: World, behavior: str, status: str) -> None:
    made = pledge(world, at=datetime(2027, 3, 10, 9, 0, tzinfo=UTC))
    until = int(datetime(2027, 5, 1, tzinfo=UTC).timestamp())
    pause: SubscriptionUpdateParams = {"pause_collection": {"behavior": behavior, "resumes_at": until}}
    world.raw.subscriptions.update(made.subscription_id, pause)
    with pytest.raises(FieldRefusedError):
        pledge_control.renew(world.stripe, made.reference)
    control.set_clock(world.stripe, datetime(2027, 5, 20, tzinfo=UTC))
    invoices = world.raw.invoices.list({"subscription": made.subscription_id}).data[::-1]
    assert [invoice.status for invoice in invoices] == ["paid", status, "paid"]
    assert world.raw.subscriptions.retrieve(made.subscription_id).pause_collection is None
    assert control.read_book(world.stripe).gross_cents == 2 * 13_000


def test_a_paused_collection_may_keep_its_drafts(world: World) -> None:
    made = pledge(world, at=datetime(2027, 3, 10, 9, 0, tzinfo=UTC))
    world.raw.subscriptions.update(made.subscription_id, {"pause_collection": {"behavior": "keep_as_draft"}})
    control.set_clock(world.stripe, datetime(2027, 4, 20, tzinfo=UTC))
    assert world.raw.invoices.list({"limit": 1}).data[0].status == "draft"


def test_a_paused_subscription_begins_no_month_until_it_is_resumed(world: World) -> None:
    made = pledge(world, at=datetime(2027, 3, 10, 9, 0, tzinfo=UTC))
    assert world.raw.subscriptions.pause(made.subscription_id).status == "paused"
    control.set_clock(world.stripe, datetime(2027, 6, 20, 12, 0, tzinfo=UTC))
    assert len(world.raw.invoices.list().data) == 1
    start = world.stripe.clock.now()
    world.raw.subscriptions.resume(made.subscription_id)
    control.advance(world.stripe, timedelta(minutes=5))
    told = told_since(world, start - timedelta(seconds=1))
    assert told[0] == "customer.subscription.resumed"
    assert "invoice.paid" in told
    anchor = datetime.fromtimestamp(
        world.raw.subscriptions.retrieve(made.subscription_id).billing_cycle_anchor, tz=UTC
    )
    assert anchor.date().isoformat() == "2027-06-20"
    with pytest.raises(stripe.InvalidRequestError):
        world.raw.subscriptions.resume(made.subscription_id)


def test_a_subscription_ends_now_at_the_months_end_or_on_a_day(world: World) -> None:
    begun = datetime(2027, 3, 10, 9, 0, tzinfo=UTC)
    now, month, day, kept = (pledge(world, at=begun) for _ in range(4))
    world.raw.subscriptions.cancel(now.subscription_id)
    world.raw.subscriptions.update(month.subscription_id, {"cancel_at_period_end": True})
    world.raw.subscriptions.update(
        day.subscription_id, {"cancel_at": int(datetime(2027, 3, 20, tzinfo=UTC).timestamp())}
    )
    world.raw.subscriptions.update(kept.subscription_id, {"cancel_at_period_end": True})
    world.raw.subscriptions.update(kept.subscription_id, {"cancel_at_period_end": False})
    made = (now, month, day, kept)
    assert [status_of(world, one.subscription_id) for one in made] == ["canceled", "active", "active", "active"]
    control.set_clock(world.stripe, datetime(2027, 4, 30, tzinfo=UTC))
    told = [world.raw.subscriptions.retrieve(one.subscription_id) for one in made]
    assert [subscription.status for subscription in told] == ["canceled", "canceled", "canceled", "active"]
    ends = [datetime.fromtimestamp(one.ended_at, tz=UTC).day for one in told if one.ended_at is not None]
    assert ends == [10, 10, 20]
    counted = Counter(str(invoice.customer) for invoice in world.raw.invoices.list().data)
    assert sorted(counted.values()) == [1, 1, 1, 2]
    with pytest.raises(stripe.InvalidRequestError):
        world.raw.subscriptions.cancel(now.subscription_id)


def test_lists_tell_subscriptions_by_status_and_customer(world: World) -> None:
    first, second = pledge(world), pledge(world)
    world.raw.subscriptions.cancel(first.subscription_id)
    lists = world.raw.subscriptions
    assert [told.id for told in lists.list().data] == [second.subscription_id]
    assert [told.id for told in lists.list({"status": "ended"}).data] == [first.subscription_id]
    assert len(lists.list({"status": "all"}).data) == 2
    assert lists.list({"customer": first.customer_id}).data == []
    assert len(lists.list({"customer": first.customer_id, "status": "all"}).data) == 1
    with pytest.raises(stripe.InvalidRequestError):
        lists.list({"customer": "cus_sim_none"})


def test_a_deleted_customer_is_told_as_such_and_their_charges_stay(world: World) -> None:
    made = pledge(world)
    world.raw.customers.update(made.customer_id, {"name": "Ada Example"})
    world.raw.customers.delete(made.customer_id)
    assert world.raw.customers.retrieve(made.customer_id).deleted is True
    assert world.raw.customers.list().data == []
    assert status_of(world, made.subscription_id) == "canceled"
    assert world.raw.charges.retrieve(made.charge_id).status == "succeeded"
    for act in (world.raw.customers.delete, world.raw.customers.update):
        with pytest.raises(stripe.InvalidRequestError):
            act(made.customer_id)


def test_every_pledges_snapshot_tells_its_object_as_the_sdk_says_it_is(world: World) -> None:
    made = pledge(world)
    pledge_control.renew(world.stripe, made.reference, decline="insufficient_funds")
    pledge_control.replace_card(world.stripe, made.reference)
    pledge_control.update_card(world.stripe, made.reference)
    world.payments.open_portal(made.customer_id, world.permit, return_url="https://example.org/me")
    world.raw.subscriptions.pause(made.subscription_id)
    world.raw.customers.delete(made.customer_id)
    for event in world.raw.events.list({"limit": 100}).data:
        about = event.data.object.to_dict(for_json=True)
        assert find_faults(resource(KINDS[about["object"]]), about) == [], event.type


def test_a_checkout_asks_for_monthly_lines_alone(world: World) -> None:
    world.payments.open_checkout(monthly(world), world.permit)
    product = world.raw.products.list().data[0].id
    once = {"currency": "usd", "unit_amount": 500, "product": product}
    base = {"success_url": "https://example.org/a", "cancel_url": "https://example.org/b"}
    for mode, data, extra, param in (
        ("subscription", once, {}, "line_items[0][price_data][recurring]"),
        ("payment", once | {"recurring": {"interval": "month"}}, {}, "line_items[0][price_data][recurring]"),
        ("subscription", once | {"recurring": {"interval": "year"}}, {}, "line_items"),
        (
            "subscription",
            once | {"recurring": {"interval": "month"}},
            {"customer_creation": "always"},
            "customer_creation",
        ),
        ("payment", once, {"subscription_data": {"description": "x"}}, "subscription_data"),
    ):
        asked = {"mode": mode, "line_items": [{"quantity": 1, "price_data": data}], **base, **extra}
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            world.raw.checkout.sessions.create(asked)  # type: ignore[arg-type] # Wrong on purpose.
        assert refusal.value.param == param
