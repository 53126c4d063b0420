"""Room: simulator. Disputes and inquiries through their stages; only their rows in Stripe's book move money."""

from __future__ import annotations

from donations.errors import FieldRefusedError
from donations.simulator import return_shapes, rows
from donations.simulator.events import tell
from donations.simulator.money_shapes import Move
from donations.simulator.store import Drawer, Json

CLOSED = ("won", "lost", "warning_closed", "prevented")


def begin(drawer: Drawer, charge_id: str, cents: int | None = None, *, is_inquiry: bool = False, at: int) -> Json:
    """Open a dispute over a part of a charge (default: what is not refunded), or an inquiry, which takes nothing."""
    charged = drawer.get("charge", charge_id)
    if charged is None or charged["status"] != "succeeded":
        raise FieldRefusedError("Only a charge that succeeded can be disputed.", field="charge")
    disputed = charged["amount"] - charged["amount_refunded"] if cents is None else cents
    if not 0 < disputed <= charged["amount"]:
        raise FieldRefusedError("A dispute is about a part of its charge.", field="amount")
    status = "warning_needs_response" if is_inquiry else "needs_response"
    opened = drawer.put(return_shapes.dispute(charged, disputed, status=status, reason="fraudulent", now=at))
    drawer.put(charged | {"disputed": True})
    tell(drawer, "charge.dispute.created", opened, at=at)
    return opened if is_inquiry else withdraw(drawer, opened["id"], at=at)


def escalate(drawer: Drawer, dispute_id: str, *, at: int) -> Json:
    """Let an inquiry become a dispute: its money is withdrawn now."""
    found = _known(drawer, dispute_id)
    if not found["status"].startswith("warning") or found["status"] in CLOSED:
        raise FieldRefusedError("Only an open inquiry can become a dispute.", field="dispute")
    _change(drawer, found, "needs_response", at)
    return withdraw(drawer, dispute_id, at=at)


def withdraw(drawer: Drawer, dispute_id: str, *, at: int, fee_cents: int | None = None) -> Json:
    """Take a dispute's money out of the balance, with its fee; also once more after it had been given back."""
    found = _known(drawer, dispute_id)
    fee = rows.schedule()["dispute"]["fixed_cents"] if fee_cents is None else fee_cents
    taken = _with_row(drawer, found, -found["amount"], fee, at) | {"is_charge_refundable": False}
    tell(drawer, "charge.dispute.funds_withdrawn", drawer.put(taken), at=at)
    return taken


def answer(drawer: Drawer, dispute_id: str, *, at: int) -> Json:
    """Hand in evidence: the bank looks at it now."""
    found = _known(drawer, dispute_id)
    status = "warning_under_review" if found["status"].startswith("warning") else "under_review"
    return _change(drawer, found, status, at)


def reinstate(drawer: Drawer, dispute_id: str, *, cents: int | None = None, fee_back_cents: int = 0, at: int) -> Json:
    """Give a dispute's money back, in whole or part, and its fee or a part of it where the rules say so."""
    found = _known(drawer, dispute_id)
    back = found["amount"] if cents is None else cents
    given = _with_row(drawer, found, back, -fee_back_cents, at)
    tell(drawer, "charge.dispute.funds_reinstated", drawer.put(given), at=at)
    return given


def close(drawer: Drawer, dispute_id: str, status: str, *, at: int) -> Json:
    """End a dispute as won, lost, prevented or (an inquiry) warning_closed; that alone moves no money."""
    found = _known(drawer, dispute_id)
    if status not in CLOSED or found["status"] in CLOSED:
        raise FieldRefusedError(f"An open dispute ends as one of {', '.join(CLOSED)}.", field="outcome")
    ended = drawer.put(found | {"status": status, "is_charge_refundable": status != "lost"})
    tell(drawer, "charge.dispute.closed", ended, at=at)
    return ended


def win(drawer: Drawer, dispute_id: str, *, cents: int | None = None, fee_back_cents: int = 0, at: int) -> Json:
    """Close a dispute as won and give back what it took."""
    reinstate(drawer, dispute_id, cents=cents, fee_back_cents=fee_back_cents, at=at)
    return close(drawer, dispute_id, "won", at=at)


def warn(drawer: Drawer, charge_id: str, *, at: int) -> Json:
    """Let the card network warn early that a charge may be fraud."""
    warned = drawer.put(return_shapes.early_fraud_warning(_charge(drawer, charge_id), now=at))
    tell(drawer, "radar.early_fraud_warning.created", warned, at=at)
    return warned


def review(drawer: Drawer, charge_id: str, *, at: int) -> Json:
    """Let Radar ask for a look at a charge."""
    opened = drawer.put(return_shapes.review(_charge(drawer, charge_id), now=at))
    tell(drawer, "review.opened", opened, at=at)
    return opened


def _with_row(drawer: Drawer, found: Json, cents: int, fee_cents: int, at: int) -> Json:
    charged = _charge(drawer, found["charge"])
    rate = charged.get("_rate")
    moved = Move(
        kind="adjustment",
        category="dispute" if cents < 0 else "dispute_reversal",
        amount_cents=cents if rate is None else round(cents * rate),
        source_id=found["id"],
        fee_cents=fee_cents,
        rate=rate,
    )
    row = rows.move(drawer, moved, at=at)
    known = {name: value for name, value in row.items() if not name.startswith("_")}
    return found | {"balance_transactions": [*found["balance_transactions"], known]}


def _change(drawer: Drawer, found: Json, status: str, at: int) -> Json:
    changed = drawer.put(found | {"status": status})
    tell(drawer, "charge.dispute.updated", changed, previous={"status": found["status"]}, at=at)
    return changed


def _known(drawer: Drawer, dispute_id: str) -> Json:
    found = drawer.get("dispute", dispute_id)
    if found is None:
        raise FieldRefusedError("There is no such simulated dispute.", field="dispute")
    return found


def _charge(drawer: Drawer, charge_id: str) -> Json:
    charged = drawer.get("charge", charge_id)
    if charged is None:
        raise FieldRefusedError("There is no such simulated charge.", field="charge")
    return charged
