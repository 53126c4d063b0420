"""Room: simulator. Stripe's API for what takes money back or out: refunds, disputes, payouts, warnings, reviews."""

from __future__ import annotations

from donations.simulator import refunds
from donations.simulator.answers import expand
from donations.simulator.calls import Call, Operation, check_metadata, readable
from donations.simulator.store import Drawer, Json


def _create_refund(drawer: Drawer, call: Call) -> Json:
    check_metadata(call.params)
    return expand(drawer, refunds.create(drawer, call.params), call.params.get("expand", ()))


def _cancel_refund(drawer: Drawer, call: Call) -> Json:
    return expand(drawer, refunds.cancel(drawer, call.object_id, at=drawer.epoch), call.params.get("expand", ()))


RETURN_OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="refunds.create",
        verb="post",
        path="/v1/refunds",
        params="RefundCreateParams",
        answer="Refund",
        act=_create_refund,
    ),
    Operation(
        name="refunds.cancel",
        verb="post",
        path="/v1/refunds/{refund}/cancel",
        params="RefundCancelParams",
        answer="Refund",
        act=_cancel_refund,
    ),
    *readable("refunds", "refund", "Refund"),
    *readable("disputes", "dispute", "Dispute"),
    *readable("payouts", "payout", "Payout"),
    *readable("radar/early_fraud_warnings", "radar.early_fraud_warning", "radar.EarlyFraudWarning"),
    *readable("reviews", "review", "Review"),
)
