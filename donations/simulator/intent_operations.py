"""Room: simulator. Stripe's API for paying without a checkout, by its test cards: payment intents, manual payouts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from donations.simulator import disputes, money_shapes, payouts, rows
from donations.simulator.answers import expand
from donations.simulator.calls import Call, Operation, check_metadata
from donations.simulator.events import tell
from donations.simulator.refusals import CardRefusal, StateRefusal, StripeRefusal, no_such
from donations.simulator.store import Drawer, Json

READY_CARD = "pm_card_bypassPending"
"""Its money is available at once."""
GOOD_CARDS = frozenset({"pm_card_visa", "pm_card_mastercard", READY_CARD})
DISPUTED_CARDS: Mapping[str, bool] = {"pm_card_createDispute": False, "pm_card_createDisputeInquiry": True}
"""Cards whose bank disputes at once; true where it only inquires."""
DECLINED_CARDS: Mapping[str, str] = {
    "pm_card_chargeDeclined": "generic_decline",
    "pm_card_visa_chargeDeclined": "generic_decline",
    "pm_card_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_chargeCustomerFail": "generic_decline",
}


def _create(drawer: Drawer, call: Call) -> Json:
    params = call.params
    check_metadata(params)
    if params.get("capture_method", "automatic_async") == "manual":
        raise StripeRefusal(400, "The simulated Stripe captures at once.", param="capture_method")
    asked = {"amount_total": params["amount"], "currency": params["currency"]}
    made = money_shapes.payment_intent(asked, params.get("metadata") or {}, now=drawer.epoch)
    intent = drawer.put(made | {"description": params.get("description"), "customer": params.get("customer")})
    tell(drawer, "payment_intent.created", intent)
    if params.get("confirm"):
        intent = _pay(drawer, intent, params.get("payment_method"))
    return expand(drawer, intent, params.get("expand", ()))


def _confirm(drawer: Drawer, call: Call) -> Json:
    intent = _waiting(drawer, call.object_id)
    paid = _pay(drawer, intent, call.params.get("payment_method") or intent["payment_method"])
    return expand(drawer, paid, call.params.get("expand", ()))


def _cancel(drawer: Drawer, call: Call) -> Json:
    intent = _waiting(drawer, call.object_id)
    reason = call.params.get("cancellation_reason")
    ended = drawer.put(intent | {"status": "canceled", "canceled_at": drawer.epoch, "cancellation_reason": reason})
    tell(drawer, "payment_intent.canceled", ended)
    return expand(drawer, ended, call.params.get("expand", ()))


def _pay(drawer: Drawer, intent: Json, card: str | None) -> Json:
    """Charge one of Stripe's test cards for an intent."""
    if card is None:
        raise StripeRefusal(
            400, "You cannot confirm without a payment method.", code="payment_intent_unexpected_state"
        )
    if card in DECLINED_CARDS:
        return _decline(drawer, intent, DECLINED_CARDS[card])
    if card not in GOOD_CARDS and card not in DISPUTED_CARDS:
        raise no_such("PaymentMethod", card, param="payment_method")
    made = money_shapes.charge(intent, None, now=drawer.epoch) | {"customer": intent["customer"]}
    charged = rows.book_charge(drawer, drawer.put(made), at=drawer.epoch)
    if card == READY_CARD and charged["balance_transaction"] is not None:
        rows.show(drawer, charged["balance_transaction"], at=drawer.epoch)
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charged["id"],
        "last_payment_error": None,
        "payment_method": charged["payment_method"],
    }
    tell(drawer, "charge.succeeded", charged)
    tell(drawer, "payment_intent.succeeded", drawer.put(intent))
    if card in DISPUTED_CARDS:
        disputes.begin(drawer, charged["id"], is_inquiry=DISPUTED_CARDS[card], at=drawer.epoch)
    return intent


def _decline(drawer: Drawer, intent: Json, code: str) -> Json:
    """Decline, and keep what was tried: the refusal is told, the charge and its events stay."""
    failed = money_shapes.decline(money_shapes.charge(intent, None, now=drawer.epoch), code)
    error = money_shapes.payment_error(failed, code)
    tell(drawer, "charge.failed", drawer.put(failed))
    tried = {"status": "requires_payment_method", "latest_charge": failed["id"], "last_payment_error": error}
    tell(drawer, "payment_intent.payment_failed", drawer.put(intent | tried))
    raise CardRefusal(error)


def _waiting(drawer: Drawer, intent_id: str) -> Json:
    intent = drawer.get("payment_intent", intent_id)
    if intent is None:
        raise no_such("payment_intent", intent_id)
    if intent["status"] in {"succeeded", "canceled", "processing"}:
        message = f"This PaymentIntent's status is {intent['status']}."
        raise StateRefusal(400, message, code="payment_intent_unexpected_state")
    return intent


def _create_payout(drawer: Drawer, call: Call) -> Json:
    """Pay out by hand: which rows it is made of Stripe never says."""
    check_metadata(call.params)
    if call.params["currency"] != "usd":
        raise StripeRefusal(400, "The simulated Stripe pays out US dollars.", param="currency")
    made = payouts.pay_by_hand(drawer, call.params["amount"], at=drawer.epoch)
    return expand(drawer, made, call.params.get("expand", ()))


def _operation(name: str, path: str, types: tuple[str, str], act: Any) -> Operation:  # noqa: ANN401
    return Operation(name=name, verb="post", path=path, params=types[0], answer=types[1], act=act)


INTENT_OPERATIONS: tuple[Operation, ...] = (
    _operation(
        "payment_intents.create", "/v1/payment_intents", ("PaymentIntentCreateParams", "PaymentIntent"), _create
    ),
    _operation(
        "payment_intents.confirm",
        "/v1/payment_intents/{intent}/confirm",
        ("PaymentIntentConfirmParams", "PaymentIntent"),
        _confirm,
    ),
    _operation(
        "payment_intents.cancel",
        "/v1/payment_intents/{intent}/cancel",
        ("PaymentIntentCancelParams", "PaymentIntent"),
        _cancel,
    ),
    _operation("payouts.create", "/v1/payouts", ("PayoutCreateParams", "Payout"), _create_payout),
)
