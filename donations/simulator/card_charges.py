"""Room: simulator. A card or bank account kept on file is charged, or refused: the till's own shapes and own book."""

from __future__ import annotations

from donations.simulator import money_shapes, rows
from donations.simulator.events import tell
from donations.simulator.rows import DAY
from donations.simulator.store import Drawer, Json, new_id

SETTLE_DAYS = 4
"""By then a bank has answered to a debit."""


def take_card(drawer: Drawer, intent: Json, *, email: str | None, at: int) -> tuple[Json, list[str]]:
    """Charge a card for an intent; returns the charge and the events, the row of the book as at the till."""
    charged = rows.book_charge(drawer, drawer.put(_charge(intent, email, at=at)), at=at)
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charged["id"],
        "last_payment_error": None,
        "next_action": None,
    }
    told = (("charge.succeeded", charged), ("payment_intent.succeeded", drawer.put(intent)))
    return charged, [tell(drawer, kind, about, at=at) for kind, about in told]


def decline_card(drawer: Drawer, intent: Json, code: str, *, email: str | None, at: int) -> tuple[Json, list[str]]:
    """Try a card whose bank declines; the intent waits for another."""
    charged = drawer.put(money_shapes.decline(_charge(intent, email, at=at), code))
    intent |= {
        "status": "requires_payment_method",
        "latest_charge": charged["id"],
        "last_payment_error": money_shapes.payment_error(charged, code),
    }
    told = (("charge.failed", charged), ("payment_intent.payment_failed", drawer.put(intent)))
    return charged, [tell(drawer, kind, about, at=at) for kind, about in told]


def debit_account(
    drawer: Drawer, intent: Json, *, email: str | None, at: int, will_fail: bool = False
) -> tuple[Json, list[str]]:
    """Begin to debit a bank account: the charge is on its way, and its bank answers days later."""
    made = _charge(intent, email, at=at)
    pending = {"payment_method_details": money_shapes.bank_details(), "status": "pending", "paid": False}
    charged = drawer.put(made | pending | {"id": new_id("py"), "_fails": will_fail})
    intent |= {
        "status": "processing",
        "latest_charge": charged["id"],
        "last_payment_error": None,
        "payment_method_types": ["us_bank_account"],
    }
    drawer.plan(at + SETTLE_DAYS * DAY, "debit_settles", charged["id"])
    told = (("charge.pending", charged), ("payment_intent.processing", drawer.put(intent)))
    return charged, [tell(drawer, kind, about, at=at) for kind, about in told]


def _charge(intent: Json, email: str | None, *, at: int) -> Json:
    charged = money_shapes.charge(intent, email, now=at)
    return charged | {
        "customer": intent["customer"],
        "payment_method": intent["payment_method"] or charged["payment_method"],
    }
