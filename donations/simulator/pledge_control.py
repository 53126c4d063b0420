"""Room: simulator. What `almoner simulate` and tests can do with monthly gifts: renew them, and try their cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from donations.errors import FieldRefusedError
from donations.simulator import cards, invoices, portal
from donations.simulator.bank import DECLINE_CODES
from donations.simulator.client import SimulatedStripe
from donations.simulator.ripening import ripen
from donations.simulator.store import Drawer, Json
from donations.simulator.subscription_changes import period_of
from donations.simulator.subscriptions import BILLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """What a renewal brought: its invoice, the charge tried for it if one was, and the events told, in order."""

    subscription_id: str
    invoice_id: str | None
    charge_id: str | None
    is_paid: bool
    events: tuple[str, ...]


def subscription_of(simulated: SimulatedStripe, pledge: str) -> str:
    """Return the newest subscription that carries a pledge's reference (`FieldRefusedError` where there is none)."""
    with simulated.cabinet.open() as drawer:
        return str(_pledged(drawer, pledge)["id"])


def objects_of(simulated: SimulatedStripe, pledge: str) -> tuple[str, ...]:
    """Return a pledge's subscription, its customer and its latest invoice, by id; none while it has not begun."""
    with simulated.cabinet.open() as drawer:
        found = drawer.page("subscription", [_marked(pledge)], limit=1)
    return tuple(str(one[name]) for one in found for name in ("id", "customer", "latest_invoice"))


def renew(simulated: SimulatedStripe, pledge: str, *, decline: str | None = None) -> Renewed:
    """Go on to the pledge's next try to be paid, by moving the clock: its next month, or the retry it waits for.

    With a code of `bank.DECLINE_CODES`, or `cards.AUTHENTICATE`, the bank answers so this once.
    """
    if decline is not None and decline not in (*DECLINE_CODES, cards.AUTHENTICATE):
        raise FieldRefusedError(f"A simulated bank declines with one of {', '.join(DECLINE_CODES)}.", field="code")
    with simulated.cabinet.open() as drawer:
        ripen(drawer)
        pledged = _pledged(drawer, pledge)
        due = _next_try(drawer, pledged)
        card = cards.card_of(drawer, pledged)
        if decline is not None and card is not None:
            cards.order_answer(drawer, card, decline, times=1)
        before = _newest(drawer)
    if datetime.fromtimestamp(due, tz=UTC) > simulated.clock.now():
        simulated.clock.set(datetime.fromtimestamp(due, tz=UTC))
    with simulated.cabinet.open() as drawer:
        ripen(drawer)
        return _renewed(drawer, drawer.get("subscription", pledged["id"]) or pledged, since=before)


def order_card(simulated: SimulatedStripe, pledge: str, code: str | None, *, times: int = -1) -> None:
    """Let the bank of a pledge's card answer with a code from now on, or so many times; None is yes again."""
    with simulated.cabinet.open() as drawer:
        card = cards.card_of(drawer, _pledged(drawer, pledge))
        if card is None:
            raise FieldRefusedError("This pledge has no card.", field="pledge")
        cards.order_answer(drawer, card, code, times=times)


def update_card(simulated: SimulatedStripe, pledge: str) -> tuple[str, ...]:
    """Let the card network renew a pledge's card by itself; returns the events."""
    with simulated.cabinet.open() as drawer:
        card = cards.card_of(drawer, _pledged(drawer, pledge))
        return () if card is None else tuple(cards.renew_card(drawer, card, at=drawer.epoch))


def change_mandate(simulated: SimulatedStripe, pledge: str, status: str) -> tuple[str, ...]:
    """Let the mandate of a pledge's bank account become `active`, `inactive` or `pending`; returns the events."""
    with simulated.cabinet.open() as drawer:
        account = cards.card_of(drawer, _pledged(drawer, pledge))
        return () if account is None else tuple(cards.change_mandate(drawer, account, status, at=drawer.epoch))


def replace_card(simulated: SimulatedStripe, pledge: str) -> tuple[str, ...]:
    """Let the donor put a new card in place, as in the portal; what is owed is tried on it at once."""
    with simulated.cabinet.open() as drawer:
        return tuple(portal.replace_card(drawer, _pledged(drawer, pledge), at=drawer.epoch))


def confirm(simulated: SimulatedStripe, pledge: str) -> tuple[str, ...]:
    """Let the donor say yes to their bank (3-D Secure) for the invoice that waits for it; returns the events."""
    with simulated.cabinet.open() as drawer:
        billed = invoices.open_invoice_of(drawer, _pledged(drawer, pledge))
        if billed is None or billed["status"] != "open":
            raise FieldRefusedError("No invoice of this pledge waits to be paid.", field="pledge")
        return tuple(invoices.attempt(drawer, billed, at=drawer.epoch))


def order_end_of_retries(simulated: SimulatedStripe, status: str) -> None:
    """Set what becomes of a subscription after its last failed try: `canceled` or `unpaid`, as in the Dashboard."""
    if status not in {"canceled", "unpaid"}:
        raise FieldRefusedError("After its last try a subscription is canceled or unpaid.", field="status")
    with simulated.cabinet.open() as drawer:
        drawer.keep("after_retries", status)


def _marked(pledge: str) -> tuple[str, list[str]]:
    return "json_extract(body, '$.metadata.pledge') = ?", [pledge]


def _pledged(drawer: Drawer, pledge: str) -> Json:
    found = drawer.page("subscription", [_marked(pledge)], limit=1)
    if not found:
        raise FieldRefusedError(f"The simulated Stripe has no subscription of {pledge}.", field="pledge")
    return found[0]


def _next_try(drawer: Drawer, pledged: Json) -> int:
    """Return when the pledge is next tried to be paid."""
    if pledged["status"] not in BILLED or pledged["pause_collection"] is not None:
        raise FieldRefusedError("This pledge is paused or has ended: it does not renew.", field="pledge")
    billed = invoices.open_invoice_of(drawer, pledged)
    waits = None if billed is None else billed["next_payment_attempt"] or billed["automatically_finalizes_at"]
    return int(waits or period_of(pledged)[1] + invoices.DRAFT_SECONDS)


def _newest(drawer: Drawer) -> int:
    return int(drawer.sql.execute("SELECT coalesce(max(seq), 0) FROM object").fetchone()[0])


def _renewed(drawer: Drawer, pledged: Json, *, since: int) -> Renewed:
    billed = drawer.get("invoice", pledged["latest_invoice"]) or {}
    payment = invoices.payment_of(drawer, billed) if billed else None
    intent = None if payment is None else drawer.get("payment_intent", payment["_payment_intent"])
    mine = (
        "(json_extract(body, '$.data.object.customer') = ? OR json_extract(body, '$.data.object.invoice') = ?)",
        [pledged["customer"], billed.get("id")],
    )
    told = drawer.page("event", (("seq > ?", [since]), mine), limit=-1)
    return Renewed(
        subscription_id=pledged["id"],
        invoice_id=billed.get("id"),
        charge_id=None if intent is None else intent["latest_charge"],
        is_paid=billed.get("status") == "paid",
        events=tuple(event["id"] for event in reversed(told)),
    )
