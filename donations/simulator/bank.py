"""Room: simulator. The donor's bank and Stripe's till: what happens when someone pays, is declined, or walks away.

Money that moves is written in the simulator's own book at once, whatever the API tells later: the oracle of tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from donations.errors import FieldRefusedError
from donations.simulator import money_shapes, pledge_checkout, rows
from donations.simulator.events import tell
from donations.simulator.store import Drawer, Json

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
    session = open_session(drawer, checkout_id)
    if session["mode"] == "subscription":
        session["customer_details"] = details_of(session)
        charge_id, told_monthly = pledge_checkout.accept(drawer, session, at=now)
        return Played(checkout_id=checkout_id, charge_id=charge_id, events=tuple(told_monthly))
    intent, events = intent_of(drawer, session, now)
    charged = drawer.put(money_shapes.charge(intent, session["customer_email"], now=now))
    charged = rows.book_charge(drawer, charged, at=now)
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charged["id"],
        "last_payment_error": None,
        "payment_method": charged["payment_method"],
    }
    session |= {"status": "complete", "payment_status": "paid", "url": None, "customer_details": details_of(session)}
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
    session = open_session(drawer, checkout_id)
    if session["mode"] == "subscription":
        charge_id, told = pledge_checkout.decline(drawer, session, code, at=drawer.epoch)
        return Played(checkout_id=checkout_id, charge_id=charge_id, events=tuple(told))
    intent, events = intent_of(drawer, session, drawer.epoch)
    charged = money_shapes.decline(money_shapes.charge(intent, session["customer_email"], now=drawer.epoch), code)
    intent |= {
        "status": "requires_payment_method",
        "latest_charge": charged["id"],
        "last_payment_error": money_shapes.payment_error(charged, code),
    }
    events.append(tell(drawer, "charge.failed", drawer.put(charged)))
    events.append(tell(drawer, "payment_intent.payment_failed", drawer.put(intent)))
    return Played(checkout_id=checkout_id, charge_id=charged["id"], events=tuple(events))


def expire(drawer: Drawer, session: Json, *, at: int) -> str:
    """Close an open checkout without money; returns the event told of it."""
    session |= {"status": "expired", "url": None}
    return tell(drawer, "checkout.session.expired", drawer.put(session), at=at)


def open_session(drawer: Drawer, checkout_id: str) -> Json:
    """Return a checkout that can still be paid, or refuse."""
    session = drawer.get("checkout.session", checkout_id)
    if session is None or session["status"] != "open":
        raise FieldRefusedError("This simulated checkout is not open (any more).", field="checkout")
    return session


def intent_of(drawer: Drawer, session: Json, now: int) -> tuple[Json, list[str]]:
    """Return the checkout's payment intent, made at the first try to pay, and the events of making it."""
    if session["payment_intent"] is not None:
        return drawer.get("payment_intent", session["payment_intent"]) or {}, []
    intent = drawer.put(money_shapes.payment_intent(session, session["_intent_metadata"], now=now))
    session["payment_intent"] = intent["id"]
    drawer.put(session)
    return intent, [tell(drawer, "payment_intent.created", intent, at=now)]


def details_of(session: Json) -> Json:
    """Return who paid, as the till heard it."""
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
