"""Room: simulator. The life of monthly gifts: begun at the till, renewed by the calendar, paused, ended."""

from __future__ import annotations

from donations.simulator import invoices, pledge_shapes
from donations.simulator.anchors import next_renewal
from donations.simulator.cards import card_of, keep_card
from donations.simulator.events import tell
from donations.simulator.invoices import DRAFT_SECONDS
from donations.simulator.pledge_shapes import account_details
from donations.simulator.store import Drawer, Json
from donations.simulator.subscription_changes import change, end, period_of, with_period

BILLED = ("active", "trialing", "past_due", "unpaid")
"""In these a subscription goes on from month to month."""


def customer_for(drawer: Drawer, session: Json, *, at: int) -> tuple[Json, list[str]]:
    """Return the customer of a subscription's checkout, made at the first try to pay; donors are never merged."""
    known = drawer.get("customer", session["customer"] or "")
    if known is not None:
        return known, []
    made = pledge_shapes.customer(session["customer_email"], name="Simulated Card", now=at)
    drawer.put(made | {"_gone": False})
    session["customer"] = made["id"]
    drawer.put(session)
    return made, [tell(drawer, "customer.created", made, at=at)]


def start(drawer: Drawer, session: Json, intent: Json, charged: Json, *, at: int) -> list[str]:
    """Begin the subscription that a checkout's first charge has paid for, or by bank debit is on its way to pay."""
    owner = drawer.get("customer", session["customer"]) or {}
    is_debit = charged["status"] == "pending"
    card, events = keep_card(drawer, owner, details=account_details() if is_debit else None, at=at)
    for paid in (intent, charged):
        drawer.put(paid | {"payment_method": card["id"], "customer": owner["id"]})
    period = (at, next_renewal(at, at))
    made = pledge_shapes.subscription(session["_lines"], session["_pledge_metadata"], card=card, period=period)
    pledged = drawer.put(made | {"_ended": False})
    billed, told = invoices.draft(drawer, pledged, reason="subscription_create", period=period, at=at)
    events += told + invoices.finalize(drawer, billed, at=at)
    invoices.tie_intent(drawer, billed, intent, at=at)
    events.append(tell(drawer, "customer.subscription.created", pledged, at=at))
    if is_debit:
        drawer.put(billed | {"attempted": True, "attempt_count": 1})
    else:
        events += invoices.pay(drawer, billed, charged, at=at)
    drawer.plan(period[1], "pledge_renews", pledged["id"])
    session |= {"subscription": pledged["id"], "invoice": billed["id"], "customer": owner["id"]}
    drawer.put(session)
    return events


def renew(drawer: Drawer, subscription_id: str, at: int) -> list[str]:
    """Begin the next month when the last one is over: its invoice is drafted, and tried an hour later."""
    pledged = drawer.get("subscription", subscription_id)
    if pledged is None or pledged["status"] not in BILLED or period_of(pledged)[1] != at:
        return []
    if pledged["cancel_at_period_end"] or (pledged["cancel_at"] is not None and pledged["cancel_at"] <= at):
        return end(drawer, pledged, at=at, reason="cancellation_requested")
    if pledged["status"] == "trialing":
        return _end_trial(drawer, pledged, at=at)
    return _bill(drawer, pledged, (at, next_renewal(pledged["billing_cycle_anchor"], at)), at=at)


def finalize(drawer: Drawer, invoice_id: str, at: int) -> list[str]:
    """Finalise a draft whose hour is over and try it, unless the collection is paused."""
    billed = drawer.get("invoice", invoice_id)
    if billed is None or billed["status"] != "draft" or not billed["auto_advance"]:
        return []
    events = invoices.finalize(drawer, billed, at=at)
    pause = (drawer.get("subscription", billed["_subscription"]) or {}).get("pause_collection")
    if pause is not None:
        how = {"void": "void", "mark_uncollectible": "uncollectible"}[pause["behavior"]]
        return events + invoices.close(drawer, billed, how, at=at)
    return events + invoices.attempt(drawer, billed, at=at)


def retry(drawer: Drawer, invoice_id: str, at: int) -> list[str]:
    """Try an invoice again whose retry is due now; a retry that was overtaken does nothing."""
    billed = drawer.get("invoice", invoice_id)
    if billed is None or billed["next_payment_attempt"] != at:
        return []
    return invoices.attempt(drawer, billed, at=at)


def end_in_time(drawer: Drawer, subscription_id: str, at: int) -> list[str]:
    """End a subscription at the instant that was set for it, if it still is."""
    pledged = drawer.get("subscription", subscription_id)
    if pledged is None or pledged["cancel_at"] != at:
        return []
    return end(drawer, pledged, at=at, reason="cancellation_requested")


def expire(drawer: Drawer, subscription_id: str, at: int) -> list[str]:
    """Give a subscription up whose first month was not paid in its 23 hours; its invoice is void."""
    pledged = drawer.get("subscription", subscription_id)
    if pledged is None or pledged["status"] != "incomplete":
        return []
    billed = invoices.open_invoice_of(drawer, pledged)
    events = [] if billed is None else invoices.close(drawer, billed, "void", at=at)
    return events + change(drawer, pledged, {"status": "incomplete_expired", "ended_at": at, "_ended": True}, at=at)


def warn_of_trial(drawer: Drawer, subscription_id: str, at: int) -> list[str]:
    """Tell that a trial will end, three days before, or at once where it is shorter."""
    pledged = drawer.get("subscription", subscription_id)
    if pledged is None or pledged["status"] != "trialing":
        return []
    return [tell(drawer, "customer.subscription.trial_will_end", pledged, at=at)]


def collect_again(drawer: Drawer, subscription_id: str, at: int) -> list[str]:
    """End a pause of the collection whose time is over."""
    pledged = drawer.get("subscription", subscription_id)
    pause = None if pledged is None else pledged["pause_collection"]
    if pledged is None or pause is None or pause["resumes_at"] != at:
        return []
    return change(drawer, pledged, {"pause_collection": None}, at=at)


def pause(drawer: Drawer, pledged: Json, *, at: int) -> list[str]:
    """Put a subscription to sleep: no month begins and no invoice is made until it is resumed."""
    return change(drawer, pledged, {"status": "paused"}, at=at, kind="customer.subscription.paused")


def resume(drawer: Drawer, pledged: Json, *, anchored_now: bool, at: int) -> list[str]:
    """Wake a subscription: from now on by a new anchor with an invoice at once, or by its old one."""
    events = change(drawer, pledged, {"status": "active"}, at=at, kind="customer.subscription.resumed")
    if anchored_now:
        pledged["billing_cycle_anchor"] = at
    elif period_of(pledged)[1] > at:
        return events
    month = (at, next_renewal(pledged["billing_cycle_anchor"], at))
    return events + _bill(drawer, pledged, month, at=at, wait=0)


def cancel_later(drawer: Drawer, pledged: Json, cancel_at: int | None, *, at: int) -> list[str]:
    """Set when a subscription ends, or with None that it goes on; the end of its month is told as such."""
    is_month_end = cancel_at == period_of(pledged)[1]
    if cancel_at is not None and not is_month_end:
        drawer.plan(cancel_at, "pledge_ends", pledged["id"])
    reason = None if cancel_at is None else "cancellation_requested"
    changes = {
        "cancel_at": cancel_at,
        "cancel_at_period_end": is_month_end,
        "canceled_at": None if cancel_at is None else at,
        "cancellation_details": pledged["cancellation_details"] | {"reason": reason},
    }
    return change(drawer, pledged, changes, at=at)


def _end_trial(drawer: Drawer, pledged: Json, *, at: int) -> list[str]:
    """Begin the first month that is paid for; without a card a subscription sleeps or ends where it was so asked."""
    wish = pledged["trial_settings"]["end_behavior"]["missing_payment_method"]
    if card_of(drawer, pledged) is None and wish == "pause":
        return pause(drawer, pledged, at=at)
    if card_of(drawer, pledged) is None and wish == "cancel":
        return end(drawer, pledged, at=at, reason="cancellation_requested")
    events = change(drawer, pledged, {"status": "active", "billing_cycle_anchor": at}, at=at)
    return events + _bill(drawer, pledged, (at, next_renewal(at, at)), at=at)


def _bill(drawer: Drawer, pledged: Json, period: tuple[int, int], *, at: int, wait: int = DRAFT_SECONDS) -> list[str]:
    billed, events = invoices.draft(drawer, pledged, reason="subscription_cycle", period=period, at=at)
    events += change(drawer, pledged, {"items": with_period(pledged, period)}, at=at)
    pause = pledged["pause_collection"] or {}
    if pause.get("behavior") == "keep_as_draft" or pledged["status"] == "unpaid":
        drawer.put(billed | {"auto_advance": False})
    else:
        drawer.put(billed | {"automatically_finalizes_at": at + wait})
        drawer.plan(at + wait, "invoice_finalizes", billed["id"])
    drawer.plan(period[1], "pledge_renews", pledged["id"])
    return events


HAPPENINGS = {
    "pledge_renews": renew,
    "pledge_ends": end_in_time,
    "pledge_collects": collect_again,
    "pledge_expires": expire,
    "pledge_trial_warns": warn_of_trial,
    "invoice_finalizes": finalize,
    "invoice_retry": retry,
}
"""What the calendar brings, each `(drawer, object id, instant) -> events`."""
