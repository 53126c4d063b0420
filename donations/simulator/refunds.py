"""Room: simulator. Money given back: refunds through each of their statuses, refused as Stripe refuses them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from donations.simulator import return_shapes, rows
from donations.simulator.events import tell
from donations.simulator.money_shapes import Move
from donations.simulator.refusals import StateRefusal, StripeRefusal, no_such
from donations.simulator.rows import DAY
from donations.simulator.store import Drawer, Json

OVER = ("failed", "canceled")
"""Of these nothing stays with the donor."""
PENDING_DAYS = 3
"""A refund to a bank account takes so long."""


def create(drawer: Drawer, params: Mapping[str, Any]) -> Json:
    """Make a refund of a charge, of what remains of it where no amount is asked for; returns it."""
    charged = _charge_asked(drawer, params)
    cents = _cents_asked(drawer, charged, params)
    made = return_shapes.refund(
        charged, cents, reason=params.get("reason"), metadata=params.get("metadata") or {}, now=drawer.epoch
    )
    tell(drawer, "refund.created", made := _begin(drawer, charged, drawer.put(made)))
    tell(drawer, "charge.refunded", _count(drawer, charged["id"]))
    return made


def settle(drawer: Drawer, refund_id: str, at: int) -> list[str]:
    """Let a refund that waits succeed, its money moving now if it has not before."""
    made = drawer.get("refund", refund_id)
    if made is None or made["status"] not in {"pending", "requires_action"}:
        return []
    if made["balance_transaction"] is None:
        made |= {"balance_transaction": _take(drawer, made, at)}
    return _change(drawer, made, {"status": "succeeded", "pending_reason": None}, at)


def fail(drawer: Drawer, refund_id: str, *, at: int) -> list[str]:
    """Let a refund fail, before or after it succeeded; money that had moved comes back by a row of its own."""
    made = _known(drawer, refund_id)
    if made["status"] in OVER:
        raise StateRefusal(400, f"This refund has {made['status']} already.")
    changed: Json = {"status": "failed", "failure_reason": "declined", "pending_reason": None}
    if made["balance_transaction"] is not None:
        took = drawer.get("balance_transaction", made["balance_transaction"]) or {}
        back = Move(
            kind="refund_failure", category="refund_failure", amount_cents=-took["amount"], source_id=refund_id
        )
        changed["failure_balance_transaction"] = rows.move(drawer, back, at=at)["id"]
    events = _change(drawer, made, changed, at)
    return [*events, tell(drawer, "refund.failed", drawer.get("refund", refund_id) or {}, at=at)]


def cancel(drawer: Drawer, refund_id: str, *, at: int) -> Json:
    """Cancel a refund that waits for its donor to act; returns it."""
    made = _known(drawer, refund_id)
    if made["status"] != "requires_action":
        raise StateRefusal(400, "Only a refund that requires action can be canceled.")
    _change(drawer, made, {"status": "canceled"}, at)
    return _known(drawer, refund_id)


def mark(drawer: Drawer, refund_id: str, metadata: Mapping[str, str]) -> Json:
    """Change a refund's metadata, which is all that may be changed of it; an empty value takes its key away."""
    made = _known(drawer, refund_id)
    marks = {name: value for name, value in {**made["metadata"], **metadata}.items() if value != ""}
    _change(drawer, made, {"metadata": marks}, drawer.epoch)
    return _known(drawer, refund_id)


def remaining_cents(drawer: Drawer, charged: Json) -> int:
    """Return what of a charge is not refunded, in its own currency."""
    return int(charged["amount"]) - _refunded_cents(drawer, charged["id"])


def _charge_asked(drawer: Drawer, params: Mapping[str, Any]) -> Json:
    if ("charge" in params) == ("payment_intent" in params):
        raise StripeRefusal(400, "One of charge and payment_intent is needed.", code="parameter_missing")
    name = "charge" if "charge" in params else "payment_intent"
    charge_id = params[name]
    if name == "payment_intent":
        intent = drawer.get(name, charge_id)
        charge_id = "" if intent is None else intent["latest_charge"] or ""
    charged = drawer.get("charge", charge_id)
    if charged is None:
        raise no_such(name.replace("_", " "), params[name], param=name)
    return charged


def _cents_asked(drawer: Drawer, charged: Json, params: Mapping[str, Any]) -> int:
    left = remaining_cents(drawer, charged)
    if charged["status"] == "failed":
        raise StateRefusal(400, "This charge has failed and cannot be refunded.", param="charge")
    if any(not found["is_charge_refundable"] for found in drawer.page("dispute", [_of(charged["id"])], limit=-1)):
        message = f"Charge {charged['id']} has been charged back; cannot issue a refund."
        raise StateRefusal(400, message, code="charge_disputed")
    if left == 0:
        message = f"Charge {charged['id']} has already been refunded."
        raise StateRefusal(400, message, code="charge_already_refunded")
    cents = int(params.get("amount", left))
    if cents < 1:
        raise StripeRefusal(400, "Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if cents > left:
        message = f"Refund amount ({_dollars(cents)}) is greater than unrefunded amount on charge ({_dollars(left)})"
        raise StateRefusal(400, message, param="amount")
    return cents


def _begin(drawer: Drawer, charged: Json, made: Json) -> Json:
    """Let a new refund begin as it was ordered: bank debits and `pending` wait, the others are done at once."""
    how = drawer.setting("refund_begins", default="succeeded")
    is_debit = charged["payment_method_details"]["type"] == "us_bank_account"
    if how == "requires_action":
        return drawer.put(made | {"status": how})
    if how == "insufficient_funds":
        return drawer.put(made | {"status": "pending", "pending_reason": how})
    taken = {"balance_transaction": _take(drawer, made, drawer.epoch)}
    if how == "pending" or is_debit:
        drawer.plan(drawer.epoch + PENDING_DAYS * DAY, "refund_settles", made["id"])
        return drawer.put(made | taken | {"pending_reason": "processing"})
    return drawer.put(made | taken | {"status": "succeeded"})


def _take(drawer: Drawer, made: Json, at: int) -> str:
    """Move a refund's money out of the balance; it becomes available no earlier than the charge's."""
    charged = drawer.get("charge", made["charge"]) or {}
    shown = drawer.get("balance_transaction", charged["balance_transaction"] or "")
    rate = charged.get("_rate")
    is_debit = charged["payment_method_details"]["type"] == "us_bank_account"
    taken = Move(
        kind="payment_refund" if is_debit else "refund",
        category="refund",
        amount_cents=-(made["amount"] if rate is None else round(made["amount"] * rate)),
        source_id=made["id"],
        rate=rate,
    )
    ready_at = at if shown is None else max(at, shown["available_on"])
    return str(rows.move(drawer, taken, at=at, ready_at=ready_at)["id"])


def _change(drawer: Drawer, made: Json, changed: Json, at: int) -> list[str]:
    later = drawer.put(made | changed)
    _count(drawer, made["charge"])
    return [tell(drawer, kind, later, at=at) for kind in ("refund.updated", "charge.refund.updated")]


def _count(drawer: Drawer, charge_id: str) -> Json:
    charged = drawer.get("charge", charge_id) or {}
    cents = _refunded_cents(drawer, charge_id)
    return drawer.put(charged | {"amount_refunded": cents, "refunded": cents == charged["amount"]})


def _refunded_cents(drawer: Drawer, charge_id: str) -> int:
    found = drawer.page("refund", [_of(charge_id)], limit=-1)
    return sum(made["amount"] for made in found if made["status"] not in OVER)


def _known(drawer: Drawer, refund_id: str) -> Json:
    made = drawer.get("refund", refund_id)
    if made is None:
        raise no_such("refund", refund_id)
    return made


def _of(charge_id: str) -> tuple[str, list[Any]]:
    return "json_extract(body, '$.charge') = ?", [charge_id]


def _dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"
