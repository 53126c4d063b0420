"""Room: simulator. Invoices of monthly gifts: drafted, finalised, paid by the card on file, or tried again later.

What an invoice takes goes through the same till and the same own book as a gift given once.
"""

from __future__ import annotations

from donations.simulator import invoice_shapes, money_shapes
from donations.simulator.card_charges import debit_account, decline_card, take_card
from donations.simulator.cards import AUTHENTICATE, card_of, is_account, take_answer
from donations.simulator.events import tell
from donations.simulator.store import Drawer, Json
from donations.simulator.subscription_changes import ENDED, change, end, subscription_of

DAY = 86_400
DRAFT_SECONDS = 3_600
"""A renewal's invoice stays a draft for an hour, as at Stripe, before it is finalised and tried."""
RETRY_DAYS = (3, 5, 7)
"""Days from each failed try to the next; after the last one the subscription ends or stays unpaid."""


def draft(drawer: Drawer, pledged: Json, *, reason: str, period: tuple[int, int], at: int) -> tuple[Json, list[str]]:
    """Write the draft of a subscription's next invoice for the month `period`; returns it and the events."""
    owner = drawer.get("customer", pledged["customer"]) or {}
    billed = invoice_shapes.invoice(pledged, email=owner.get("email"), reason=reason, period=period, now=at)
    drawer.put(billed | {"_subscription": pledged["id"]})
    pledged["latest_invoice"] = billed["id"]
    drawer.put(pledged)
    return drawer.get("invoice", billed["id"]) or {}, [tell(drawer, "invoice.created", billed, at=at)]


def finalize(drawer: Drawer, billed: Json, *, at: int) -> list[str]:
    """Make a draft an open invoice; the subscription's metadata is noted on it as it is now."""
    pledged = subscription_of(drawer, billed)
    if pledged:
        details = billed["parent"]["subscription_details"] | {"metadata": dict(pledged["metadata"])}
        billed["parent"] = billed["parent"] | {"subscription_details": details}
    billed |= {
        "status": "open",
        "effective_at": at,
        "automatically_finalizes_at": None,
        "number": f"SIMULATE-{billed['id'][-8:].upper()}",
        "status_transitions": billed["status_transitions"] | {"finalized_at": at},
    }
    return [tell(drawer, "invoice.finalized", drawer.put(billed), at=at)]


def attempt(drawer: Drawer, billed: Json, *, at: int, asked: Json | None = None) -> list[str]:
    """Try an open invoice on the card asked for or on file: paid, declined, or waiting for the donor's own yes."""
    pledged = subscription_of(drawer, billed)
    if billed["status"] != "open" or pledged.get("status") in ENDED:
        return []
    if billed["amount_due"] == 0:
        return _mark_paid(drawer, billed, at=at)
    card = card_of(drawer, pledged or billed) if asked is None else asked
    intent, events = _intent(drawer, billed, at=at)
    if intent["status"] == "processing":
        return []  # A bank debit is on its way.
    code = "card_missing" if card is None else take_answer(drawer, card)
    if card is not None and is_account(card):
        intent["payment_method"] = card["id"]
        email, will_fail = billed["customer_email"], code is not None
        _, told = debit_account(drawer, intent, email=email, at=at, will_fail=will_fail)
        tried = {"attempted": True, "attempt_count": billed["attempt_count"] + 1, "next_payment_attempt": None}
        drawer.put(billed | tried)
        return events + told
    if card is None or code is not None:
        events += _turn_down(drawer, intent, billed, str(code), at=at)
        return events + _put_off(drawer, billed, pledged, at=at)
    intent["payment_method"] = card["id"]
    charged, told = take_card(drawer, intent, email=billed["customer_email"], at=at)
    return events + told + pay(drawer, billed, charged, at=at)


def pay(drawer: Drawer, billed: Json, charged: Json, *, at: int) -> list[str]:
    """Write an invoice paid by a charge, and its subscription active again if it was behind."""
    billed |= {
        "amount_paid": billed["amount_due"],
        "amount_remaining": 0,
        "attempt_count": billed["attempt_count"] + (0 if charged["id"].startswith("py_") else 1),
    }
    payment = payment_of(drawer, billed) or {}
    payment |= {
        "amount_paid": charged["amount"],
        "status": "paid",
        "status_transitions": {"canceled_at": None, "paid_at": at},
    }
    drawer.put(payment)
    events = _mark_paid(drawer, billed, at=at)
    events.append(tell(drawer, "invoice_payment.paid", payment, at=at))
    pledged = subscription_of(drawer, billed)
    if pledged.get("status") in {"past_due", "unpaid", "incomplete"}:
        events += change(drawer, pledged, {"status": "active"}, at=at)
    return events


def _mark_paid(drawer: Drawer, billed: Json, *, at: int) -> list[str]:
    billed |= {
        "status": "paid",
        "attempted": True,
        "next_payment_attempt": None,
        "status_transitions": billed["status_transitions"] | {"paid_at": at},
    }
    drawer.put(billed)
    return [tell(drawer, kind, billed, at=at) for kind in ("invoice.paid", "invoice.payment_succeeded")]


def end_debit(drawer: Drawer, charged: Json, *, at: int) -> list[str]:
    """Let the invoice of a bank debit know how it ended: paid, or to be tried again. Others have no invoice."""
    term = ("json_extract(body, '$._payment_intent') = ?", [charged["payment_intent"]])
    payment = next(iter(drawer.page("invoice_payment", [term], limit=1)), None)
    billed = None if payment is None else drawer.get("invoice", payment["invoice"])
    if billed is None or billed["status"] != "open":
        return []
    sessions = drawer.page("checkout.session", [("json_extract(body, '$.invoice') = ?", [billed["id"]])], limit=1)
    if charged["status"] == "succeeded":
        events = pay(drawer, billed, charged, at=at)
        kind, changed = "checkout.session.async_payment_succeeded", {"payment_status": "paid"}
    else:
        pledged = subscription_of(drawer, billed)
        billed["next_payment_attempt"] = _next_try(billed, pledged, billed["attempt_count"], at=at)
        events = [tell(drawer, "invoice.payment_failed", drawer.put(billed), at=at)]
        events += _put_off(drawer, billed, pledged, at=at)
        kind, changed = "checkout.session.async_payment_failed", {}
    is_first = billed["billing_reason"] == "subscription_create"
    return events + [tell(drawer, kind, drawer.put(one | changed), at=at) for one in sessions if is_first]


def close(drawer: Drawer, billed: Json, how: str, *, at: int) -> list[str]:
    """Close an invoice nobody pays: `void` or `uncollectible`."""
    when = {"void": "voided_at", "uncollectible": "marked_uncollectible_at"}[how]
    kind = {"void": "invoice.voided", "uncollectible": "invoice.marked_uncollectible"}[how]
    billed |= {
        "status": how,
        "next_payment_attempt": None,
        "status_transitions": billed["status_transitions"] | {when: at},
    }
    return [tell(drawer, kind, drawer.put(billed), at=at)]


def open_invoice_of(drawer: Drawer, pledged: Json) -> Json | None:
    """Return the newest invoice of a subscription that is still to be paid, if there is one."""
    terms = (("json_extract(body, '$._subscription') = ?", [pledged["id"]]), _STILL_OPEN)
    found = drawer.page("invoice", terms, limit=1)
    return found[0] if found else None


def payment_of(drawer: Drawer, billed: Json) -> Json | None:
    """Return the payment that is tried for an invoice, once there is one."""
    found = drawer.page("invoice_payment", (("json_extract(body, '$.invoice') = ?", [billed["id"]]),), limit=1)
    return found[0] if found else None


_STILL_OPEN: tuple[str, list[str]] = ("json_extract(body, '$.status') IN ('open', 'draft')", [])


def _intent(drawer: Drawer, billed: Json, *, at: int) -> tuple[Json, list[str]]:
    """Return the invoice's payment intent, made with its payment when it is first tried."""
    payment = payment_of(drawer, billed)
    if payment is not None:
        return drawer.get("payment_intent", payment["_payment_intent"]) or {}, []
    session = {"amount_total": billed["amount_due"], "currency": billed["currency"]}
    intent = money_shapes.payment_intent(session, {}, now=at) | {"customer": billed["customer"]}
    drawer.put(intent | {"setup_future_usage": "off_session"})
    tie_intent(drawer, billed, intent, at=at)
    return drawer.get("payment_intent", intent["id"]) or {}, [tell(drawer, "payment_intent.created", intent, at=at)]


def tie_intent(drawer: Drawer, billed: Json, intent: Json, *, at: int) -> None:
    """Write down that an invoice is paid by this intent."""
    drawer.put(invoice_shapes.invoice_payment(billed, intent["id"], now=at) | {"_payment_intent": intent["id"]})


def _turn_down(drawer: Drawer, intent: Json, billed: Json, code: str, *, at: int) -> list[str]:
    """Note a try that brought nothing: declined, or waiting for the donor's own yes."""
    kind = "invoice.payment_failed"
    if code == AUTHENTICATE:
        kind = "invoice.payment_action_required"
        intent |= {
            "status": "requires_action",
            "next_action": {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}},
        }
        events = [tell(drawer, "payment_intent.requires_action", drawer.put(intent), at=at)]
    else:
        _, events = decline_card(drawer, intent, code, email=billed["customer_email"], at=at)
    tries = billed["attempt_count"] + 1
    next_at = _next_try(billed, subscription_of(drawer, billed), tries, at=at)
    billed |= {"attempted": True, "attempt_count": tries, "next_payment_attempt": next_at}
    return [*events, tell(drawer, kind, drawer.put(billed), at=at)]


def _put_off(drawer: Drawer, billed: Json, pledged: Json, *, at: int) -> list[str]:
    """Plan the next try; after the last one the subscription ends, or stays unpaid, as the account is set."""
    next_at = billed["next_payment_attempt"]
    if next_at is not None:
        drawer.plan(next_at, "invoice_retry", billed["id"])
    if not pledged or pledged["status"] == "incomplete":
        return []
    if next_at is not None:
        return change(drawer, pledged, {"status": "past_due"}, at=at)
    if drawer.setting("after_retries", default="canceled") == "unpaid":
        return change(drawer, pledged, {"status": "unpaid"}, at=at)
    return end(drawer, pledged, at=at, reason="payment_failed")


def _next_try(billed: Json, pledged: Json, tries: int, *, at: int) -> int | None:
    """Return when an invoice is tried again; one that only its owner advances, or a first month, never by itself."""
    is_left = not (pledged or billed["auto_advance"]) or pledged.get("status") == "incomplete"
    return None if is_left or tries > len(RETRY_DAYS) else at + RETRY_DAYS[tries - 1] * DAY
