"""What can happen to money at Stripe after it was given: acts of donors, banks, Stripe and the Dashboard.

Each act takes the world and its chance, does one thing through the simulated Stripe alone, and returns whether there
was anything to do it to. Our own tables are never touched: we must learn of it all from webhooks or the sweep.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from donations.simulator import debits, disputes, elsewhere, payouts, pledge_control, refunds
from donations.simulator.client import SimulatedStripe
from donations.simulator.refusals import StripeRefusal
from donations.simulator.store import Drawer, Json

Act = Callable[[SimulatedStripe, random.Random], bool]

_OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")


def pick(drawer: Drawer, chance: random.Random, kind: str, **wanted: Any) -> Json | None:  # noqa: ANN401
    """Return any object of a kind whose fields are (one of) these, or None."""
    found = [
        each
        for each in drawer.page(kind, [], limit=-1)
        if all(
            each.get(name) in value if isinstance(value, tuple) else each.get(name) == value
            for name, value in wanted.items()
        )
    ]
    return chance.choice(found) if found else None


def refund_in_the_dashboard(stripe: SimulatedStripe, chance: random.Random) -> bool:
    """Let someone give a part or all of a charge back in Stripe's Dashboard, now and then slowly."""
    with stripe.cabinet.open() as drawer:
        charged = pick(drawer, chance, "charge", status="succeeded")
        if charged is None:
            return False
        left = refunds.remaining_cents(drawer, charged)
        cents = chance.choice((left, 1, chance.randint(1, max(left, 1))))
        drawer.keep("refund_begins", chance.choice(("succeeded", "succeeded", "pending", "requires_action")))
        try:
            refunds.create(drawer, {"charge": charged["id"], "amount": min(cents, left) or 1})
        except StripeRefusal:
            return False
        finally:
            drawer.keep("refund_begins", "succeeded")
        return True


def refund_fails(stripe: SimulatedStripe, chance: random.Random) -> bool:
    """Let a refund fail, also one that had succeeded; or be canceled while it waits for its donor."""
    with stripe.cabinet.open() as drawer:
        made = pick(drawer, chance, "refund", status=("pending", "succeeded", "requires_action"))
        if made is None:
            return False
        if made["status"] == "requires_action" and chance.random() < 0.5:
            refunds.cancel(drawer, made["id"], at=drawer.epoch)
        else:
            refunds.fail(drawer, made["id"], at=drawer.epoch)
        return True


def dispute_begins(stripe: SimulatedStripe, chance: random.Random) -> bool:
    """Let a cardholder dispute all or a part of a charge, or the bank only inquire."""
    with stripe.cabinet.open() as drawer:
        charged = pick(drawer, chance, "charge", status="succeeded")
        if charged is None or charged["amount"] == charged["amount_refunded"]:
            return False
        left = charged["amount"] - charged["amount_refunded"]
        cents = chance.choice((left, chance.randint(1, left)))
        disputes.begin(drawer, charged["id"], cents, is_inquiry=chance.random() < 0.3, at=drawer.epoch)
        return True


def dispute_goes_on(stripe: SimulatedStripe, chance: random.Random) -> bool:
    """Let a dispute take its next step: answered, escalated, won in whole or part, lost, closed."""
    with stripe.cabinet.open() as drawer:
        found = pick(drawer, chance, "dispute", status=_OPEN)
        if found is None:
            return False
        dispute, now = str(found["id"]), drawer.epoch
        if found["status"].startswith("warning"):
            if chance.random() < 0.5:
                disputes.close(drawer, dispute, "warning_closed", at=now)
            else:
                disputes.escalate(drawer, dispute, at=now)
            return True
        match chance.randrange(4):
            case 0:
                disputes.answer(drawer, dispute, at=now)
            case 1:
                disputes.close(drawer, dispute, "lost", at=now)
            case 2:
                disputes.win(drawer, dispute, fee_back_cents=chance.choice((0, 1_500)), at=now)
            case _:
                disputes.win(drawer, dispute, cents=chance.randint(1, found["amount"]), at=now)
        return True


def debit_ends(stripe: SimulatedStripe, chance: random.Random) -> bool:
    """Let a bank refuse a debit on its way, or take one back that was paid."""
    with stripe.cabinet.open() as drawer:
        debited = [
            each
            for each in drawer.page("charge", [], limit=-1)
            if each["payment_method_details"]["type"] == "us_bank_account" and each["status"] != "failed"
        ]
        if not debited:
            return False
        charged = chance.choice(debited)
        if charged["status"] == "pending":
            debits.fail(drawer, charged["id"], at=drawer.epoch)
        elif charged["amount_refunded"] == 0 and not charged["disputed"]:
            debits.take_back(drawer, charged["id"], at=drawer.epoch)
        else:
            return False
        return True


def pay_out(stripe: SimulatedStripe, chance: random.Random) -> bool:
    """Let Stripe pay out what it holds, or debit the bank where that is below zero."""
    with stripe.cabinet.open() as drawer:
        return payouts.pay_out(drawer, at=drawer.epoch, includes_pending=chance.random() < 0.5) is not None


def payout_fails(stripe: SimulatedStripe, chance: random.Random) -> bool:
    """Let a payout fail, also after it was paid, or be canceled before it left."""
    with stripe.cabinet.open() as drawer:
        made = pick(drawer, chance, "payout", status=("pending", "in_transit", "paid"))
        if made is None:
            return False
        is_early = made["status"] == "pending" and chance.random() < 0.5
        payouts.fail(drawer, made["id"], status="canceled" if is_early else "failed", at=drawer.epoch)
        return True


def another_row(stripe: SimulatedStripe, chance: random.Random) -> bool:
    """Let Stripe's balance move by what hangs on nothing: a fee, a reserve and back, a kind never seen before."""
    kind, category, cents = chance.choice(
        (
            ("stripe_fee", "fee", -chance.randint(1, 500)),
            ("stripe_fee", "fee", chance.randint(1, 50)),
            ("reserve_transaction", "risk_reserved_funds", chance.choice((-700, 700))),
            ("contribution", "contribution", -chance.randint(1, 300)),
            ("kind_of_tomorrow", "category_of_tomorrow", chance.choice((-250, 250))),
        )
    )
    with stripe.cabinet.open() as drawer:
        elsewhere.add_row(drawer, kind, category, cents, at=drawer.epoch)
    return True


def another_shop(stripe: SimulatedStripe, chance: random.Random) -> bool:
    """Let a charge come that keeps no promise: no mark, another instance's mark, another currency."""
    marks: dict[str, str] = chance.choice(({}, {"almoner": "elsewhere.example/main", "gift": "g_0000000000000000"}))
    with stripe.cabinet.open() as drawer:
        elsewhere.sell(
            drawer,
            chance.randint(500, 20_000),
            currency=chance.choice(("usd", "usd", "eur")),
            metadata=marks,
            at=drawer.epoch,
        )
    return True


def paid_twice(stripe: SimulatedStripe, chance: random.Random) -> bool:
    """Let a second charge come with the marks of a gift that has one already."""
    with stripe.cabinet.open() as drawer:
        intent = pick(drawer, chance, "payment_intent", status="succeeded")
        if intent is None or "gift" not in intent["metadata"]:
            return False
        elsewhere.sell(drawer, intent["amount"], metadata=intent["metadata"], at=drawer.epoch)
    return True


def warn_of_fraud(stripe: SimulatedStripe, chance: random.Random) -> bool:
    """Let the card network warn early of a charge."""
    with stripe.cabinet.open() as drawer:
        charged = pick(drawer, chance, "charge", status="succeeded")
        if charged is not None:
            disputes.warn(drawer, charged["id"], at=drawer.epoch)
        return charged is not None


def card_of_a_pledge(stripe: SimulatedStripe, chance: random.Random) -> bool:
    """Let a pledge's card begin to be declined, be well again, be renewed by its network, or be replaced."""
    with stripe.cabinet.open() as drawer:
        pledged = pick(drawer, chance, "subscription", status=("active", "past_due"))
    if pledged is None:
        return False
    pledge = str(pledged["metadata"]["pledge"])
    match chance.randrange(4):
        case 0:
            pledge_control.order_card(stripe, pledge, "insufficient_funds")
        case 1:
            pledge_control.order_card(stripe, pledge, None)
        case 2:
            pledge_control.update_card(stripe, pledge)
        case _:
            pledge_control.replace_card(stripe, pledge)
    return True


LIVES: dict[Act, int] = {
    refund_in_the_dashboard: 10,
    refund_fails: 4,
    dispute_begins: 6,
    dispute_goes_on: 8,
    debit_ends: 4,
    pay_out: 5,
    payout_fails: 2,
    another_row: 3,
    another_shop: 3,
    paid_twice: 2,
    warn_of_fraud: 1,
    card_of_a_pledge: 4,
}
"""Each act and how often it is drawn."""
