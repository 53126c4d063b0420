"""Room: simulator. What happens by the mere passing of time: each kind of happening, and who lets it happen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from donations.simulator import bank, debits, payouts, refunds, rows, subscriptions
from donations.simulator.events import tell
from donations.simulator.store import Drawer

Happen = Callable[[Drawer, str, int], list[str]]
"""Lets something happen to an object (by id) at an instant; returns the events told of it."""


def ripen(drawer: Drawer) -> list[str]:
    """Let everything happen that is due by the simulated present, in order; returns the events told of it."""
    events: list[str] = []
    while (due := drawer.take_due()) is not None:
        at, kind, object_id = due
        name, _, detail = kind.partition("/")
        if name == "fee":
            events += _show_fee(drawer, object_id, detail, at)
        else:
            events += HAPPENINGS[name](drawer, object_id, at)
    return events


def _show_fee(drawer: Drawer, charge_id: str, row_id: str, at: int) -> list[str]:
    charged = drawer.get("charge", charge_id)
    if charged is None:
        return []
    later = rows.show_fee(drawer, charged, row_id, at=at)
    return [tell(drawer, "charge.updated", later, previous={"balance_transaction": None}, at=at)]


def _expire(drawer: Drawer, checkout_id: str, at: int) -> list[str]:
    session = drawer.get("checkout.session", checkout_id)
    return [bank.expire(drawer, session, at=at)] if session is not None and session["status"] == "open" else []


HAPPENINGS: Mapping[str, Happen] = {
    "expire": _expire,
    "debit_settles": debits.settle,
    "refund_settles": refunds.settle,
    "payday": payouts.pay_day,
    "payout_leaves": payouts.leave,
    "payout_arrives": payouts.arrive,
    **subscriptions.HAPPENINGS,
}
