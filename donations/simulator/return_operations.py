"""Room: simulator. Stripe's API for what takes money back or out: refunds, disputes, payouts, warnings, reviews."""

from __future__ import annotations

from donations.simulator import disputes, refunds
from donations.simulator.answers import expand
from donations.simulator.calls import Call, Operation, check_metadata, readable
from donations.simulator.refusals import StateRefusal, no_such
from donations.simulator.store import Drawer, Json


def _create_refund(drawer: Drawer, call: Call) -> Json:
    check_metadata(call.params)
    return expand(drawer, refunds.create(drawer, call.params), call.params.get("expand", ()))


def _cancel_refund(drawer: Drawer, call: Call) -> Json:
    return expand(drawer, refunds.cancel(drawer, call.object_id, at=drawer.epoch), call.params.get("expand", ()))


def _update_refund(drawer: Drawer, call: Call) -> Json:
    check_metadata(call.params)
    made = refunds.mark(drawer, call.object_id, call.params.get("metadata") or {})
    return expand(drawer, made, call.params.get("expand", ()))


def _close_dispute(drawer: Drawer, call: Call) -> Json:
    """Give a dispute up: it is lost; an inquiry is closed without any loss."""
    found = drawer.get("dispute", call.object_id)
    if found is None:
        raise no_such("dispute", call.object_id)
    if found["status"] in disputes.CLOSED:
        raise StateRefusal(400, "This dispute is already closed")
    status = "warning_closed" if found["status"].startswith("warning") else "lost"
    ended = disputes.close(drawer, call.object_id, status, at=drawer.epoch)
    return expand(drawer, ended, call.params.get("expand", ()))


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
    Operation(
        name="refunds.update",
        verb="post",
        path="/v1/refunds/{refund}",
        params="RefundUpdateParams",
        answer="Refund",
        act=_update_refund,
    ),
    Operation(
        name="disputes.close",
        verb="post",
        path="/v1/disputes/{dispute}/close",
        params="DisputeCloseParams",
        answer="Dispute",
        act=_close_dispute,
    ),
    *readable("refunds", "refund", "Refund"),
    *readable("disputes", "dispute", "Dispute"),
    *readable("payouts", "payout", "Payout"),
    *readable("radar/early_fraud_warnings", "radar.early_fraud_warning", "radar.EarlyFraudWarning"),
    *readable("reviews", "review", "Review"),
)
