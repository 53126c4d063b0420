"""Room: simulator. The donor's bank and Stripe's till: what happens when someone pays, is declined, or walks away.

Money that moves is written in the simulator's own book at once, whatever the API tells later: the oracle of tests.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from donations.errors import FieldRefusedError
from donations.simulator import money_shapes
from donations.simulator.events import tell
from donations.simulator.store import Drawer, Json, new_id

DECLINE_CODES = (
    "generic_decline",
    "insufficient_funds",
    "lost_card",
    "expired_card",
    "incorrect_cvc",
    "do_not_honor",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a donor's act at the till made: the charge, if one was tried, and the events told of it, in order."""

    checkout_id: str
    charge_id: str | None
    events: tuple[str, ...]


def accept(drawer: Drawer, checkout_id: str, *, at: int | None = None) -> Played:
    """Pay an open checkout with a card that is accepted, at a simulated instant (default now)."""
    now = drawer.epoch if at is None else at
    session = _open_session(drawer, checkout_id)
    intent, events = _intent(drawer, session, now)
    charged = drawer.put(money_shapes.charge(intent, session["customer_email"], now=now))
    row_id = new_id("txn")
    fee = fee_cents(charged["amount"])
    drawer.sql.execute(
        "INSERT INTO book VALUES (?, ?, ?, ?, ?)", (row_id, charged["id"], now, charged["amount"], fee)
    )
    delay = int(drawer.setting("fee_delay_seconds", default="0"))
    if delay:
        drawer.plan(now + delay, f"fee/{row_id}", charged["id"])
    else:
        charged = _show_fee(drawer, charged, row_id, now)
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charged["id"],
        "last_payment_error": None,
        "payment_method": charged["payment_method"],
    }
    session |= {"status": "complete", "payment_status": "paid", "url": None, "customer_details": _details(session)}
    told = (
        ("charge.succeeded", charged),
        ("payment_intent.succeeded", intent),
        ("checkout.session.completed", session),
    )
    events += [tell(drawer, kind, drawer.put(about), at=now) for kind, about in told]
    return Played(checkout_id=checkout_id, charge_id=charged["id"], events=tuple(events))


def decline(drawer: Drawer, checkout_id: str, code: str = "generic_decline") -> Played:
    """Try a card that the bank declines; the checkout stays open."""
    if code not in DECLINE_CODES:
        raise FieldRefusedError(f"A simulated bank declines with one of {', '.join(DECLINE_CODES)}.", field="code")
    session = _open_session(drawer, checkout_id)
    intent, events = _intent(drawer, session, drawer.epoch)
    charged = money_shapes.decline(money_shapes.charge(intent, session["customer_email"], now=drawer.epoch), code)
    intent |= {
        "status": "requires_payment_method",
        "latest_charge": charged["id"],
        "last_payment_error": money_shapes.payment_error(charged, code),
    }
    events.append(tell(drawer, "charge.failed", drawer.put(charged)))
    events.append(tell(drawer, "payment_intent.payment_failed", drawer.put(intent)))
    return Played(checkout_id=checkout_id, charge_id=charged["id"], events=tuple(events))


def ripen(drawer: Drawer) -> list[str]:
    """Let everything happen that is due by the simulated present; returns the events told of it."""
    events = []
    for at, kind, object_id in drawer.take_due():
        if kind == "expire":
            events += _expire_due(drawer, object_id, at)
        else:
            charged = drawer.get("charge", object_id)
            if charged is not None:
                later = _show_fee(drawer, charged, kind.removeprefix("fee/"), at)
                events.append(tell(drawer, "charge.updated", later, previous={"balance_transaction": None}, at=at))
    return events


def expire(drawer: Drawer, session: Json, *, at: int) -> str:
    """Close an open checkout without money; returns the event told of it."""
    session |= {"status": "expired", "url": None}
    return tell(drawer, "checkout.session.expired", drawer.put(session), at=at)


def fee_cents(gross_cents: int) -> int:
    """Return what the simulated Stripe keeps of a card payment, by its own schedule, halves rounded up."""
    rate = _schedule()["card"]
    return int((gross_cents * rate["basis_points"] * 2 + 10_000) // 20_000 + rate["fixed_cents"])


@cache
def _schedule() -> Json:
    return dict(json.loads((Path(__file__).parent / "fees.json").read_text(encoding="utf-8")))


def _open_session(drawer: Drawer, checkout_id: str) -> Json:
    ripen(drawer)
    session = drawer.get("checkout.session", checkout_id)
    if session is None or session["status"] != "open":
        raise FieldRefusedError("This simulated checkout is not open (any more).", field="checkout")
    return session


def _intent(drawer: Drawer, session: Json, now: int) -> tuple[Json, list[str]]:
    """Return the checkout's payment intent, made at the first try to pay, and the events of making it."""
    if session["payment_intent"] is not None:
        return drawer.get("payment_intent", session["payment_intent"]) or {}, []
    intent = drawer.put(money_shapes.payment_intent(session, session["_intent_metadata"], now=now))
    session["payment_intent"] = intent["id"]
    drawer.put(session)
    return intent, [tell(drawer, "payment_intent.created", intent, at=now)]


def _show_fee(drawer: Drawer, charged: Json, row_id: str, at: int) -> Json:
    fee = fee_cents(charged["amount"])
    drawer.put(money_shapes.balance_transaction(charged, row_id=row_id, fee_cents=fee, now=at))
    return drawer.put(charged | {"balance_transaction": row_id})


def _expire_due(drawer: Drawer, checkout_id: str, at: int) -> list[str]:
    session = drawer.get("checkout.session", checkout_id)
    return [expire(drawer, session, at=at)] if session is not None and session["status"] == "open" else []


def _details(session: Json) -> Json:
    return {
        "address": None,
        "business_name": None,
        "email": session["customer_email"],
        "individual_name": None,
        "name": "Simulated Card",
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
