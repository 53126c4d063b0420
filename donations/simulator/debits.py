"""Room: simulator. Bank debits (ACH): days on their way, then paid, failed, or taken back after they were paid."""

from __future__ import annotations

from donations.errors import FieldRefusedError
from donations.simulator import bank, invoices, money_shapes, pledge_checkout, rows
from donations.simulator.bank import Played
from donations.simulator.card_charges import SETTLE_DAYS
from donations.simulator.events import tell
from donations.simulator.money_shapes import Move
from donations.simulator.rows import DAY
from donations.simulator.store import Drawer, Json, new_id


def debit(drawer: Drawer, checkout_id: str, *, at: int | None = None) -> Played:
    """Pay an open checkout by bank debit: it completes unpaid, and the bank answers days later."""
    now = drawer.epoch if at is None else at
    session = bank.open_session(drawer, checkout_id)
    if session["mode"] == "subscription":
        session["customer_details"] = bank.details_of(session)
        charge_id, monthly = pledge_checkout.debit(drawer, session, at=now)
        return Played(checkout_id=checkout_id, charge_id=charge_id, events=tuple(monthly))
    intent, events = bank.intent_of(drawer, session, now)
    made = money_shapes.charge(intent, session["customer_email"], now=now)
    details = {"payment_method_details": money_shapes.bank_details(), "id": new_id("py")}
    charged = drawer.put(made | details | {"status": "pending", "paid": False})
    intent |= {
        "status": "processing",
        "latest_charge": charged["id"],
        "last_payment_error": None,
        "payment_method": charged["payment_method"],
        "payment_method_types": ["us_bank_account"],
    }
    session |= {"status": "complete", "url": None, "customer_details": bank.details_of(session)}
    told = (
        ("charge.pending", charged),
        ("payment_intent.processing", intent),
        ("checkout.session.completed", session),
    )
    events += [tell(drawer, kind, drawer.put(about), at=now) for kind, about in told]
    drawer.plan(now + SETTLE_DAYS * DAY, "debit_settles", charged["id"])
    return Played(checkout_id=checkout_id, charge_id=charged["id"], events=tuple(events))


def settle(drawer: Drawer, charge_id: str, at: int) -> list[str]:
    """Let a bank debit that is still on its way be paid."""
    charged = drawer.get("charge", charge_id)
    if charged is None or charged["status"] != "pending":
        return []
    if charged.get("_fails"):
        return fail(drawer, charge_id, at=at)
    paid = rows.book_charge(drawer, drawer.put(charged | {"status": "succeeded", "paid": True}), at=at)
    intent = _intent(drawer, paid) | {"status": "succeeded", "amount_received": paid["amount"]}
    events = [tell(drawer, "charge.succeeded", paid, at=at)]
    events.append(tell(drawer, "payment_intent.succeeded", drawer.put(intent), at=at))
    events += invoices.end_debit(drawer, paid, at=at)
    for session in _sessions(drawer, paid):
        done = drawer.put(session | {"payment_status": "paid"})
        events.append(tell(drawer, "checkout.session.async_payment_succeeded", done, at=at))
    return events


def fail(drawer: Drawer, charge_id: str, *, at: int) -> list[str]:
    """Let the bank refuse a debit that is still on its way: no money ever moved."""
    charged = _debit(drawer, charge_id, "pending")
    failed = drawer.put(charged | _FAILED | {"amount_captured": 0, "captured": False})
    intent = _intent(drawer, charged) | {
        "status": "requires_payment_method",
        "last_payment_error": {**money_shapes.payment_error(failed, "generic_decline"), **_ERROR},
    }
    events = [tell(drawer, "charge.failed", failed, at=at)]
    events.append(tell(drawer, "payment_intent.payment_failed", drawer.put(intent), at=at))
    events += invoices.end_debit(drawer, failed, at=at)
    late = "checkout.session.async_payment_failed"
    return events + [tell(drawer, late, session, at=at) for session in _sessions(drawer, charged)]


def take_back(drawer: Drawer, charge_id: str, *, at: int) -> list[str]:
    """Let the bank take the money back days after it was paid, by a row with a fee of its own."""
    charged = _debit(drawer, charge_id, "succeeded")
    taken = Move(
        kind="payment_failure_refund",
        category="charge_failure",
        amount_cents=-charged["amount"],
        source_id=charge_id,
        fee_cents=rows.schedule()["ach"]["return_cents"],
    )
    row = rows.move(drawer, taken, at=at)
    failed = drawer.put(charged | _FAILED | {"failure_balance_transaction": row["id"]})
    return [tell(drawer, "charge.failed", failed, at=at)]


_FAILED = {
    "status": "failed",
    "paid": False,
    "failure_code": "debit_not_authorized",
    "failure_message": "The bank took the debit back.",
}
_ERROR = {"type": "invalid_request_error", "code": "debit_not_authorized", "message": "The bank refused the debit."}


def _debit(drawer: Drawer, charge_id: str, status: str) -> Json:
    charged = drawer.get("charge", charge_id)
    is_debit = charged is not None and charged["payment_method_details"]["type"] == "us_bank_account"
    if charged is None or not is_debit or charged["status"] != status:
        raise FieldRefusedError(f"This needs a simulated bank debit that is {status}.", field="charge")
    return charged


def _intent(drawer: Drawer, charged: Json) -> Json:
    return drawer.get("payment_intent", charged["payment_intent"]) or {}


def _sessions(drawer: Drawer, charged: Json) -> list[Json]:
    asked = ("json_extract(body, '$.payment_intent') = ?", [charged["payment_intent"]])
    return drawer.page("checkout.session", [asked], limit=1)
