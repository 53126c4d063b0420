"""Room: simulator. Payouts: what is available leaves for the bank, arrives, or comes back; each row is in one."""

from __future__ import annotations

from donations.errors import FieldRefusedError
from donations.simulator import return_shapes, rows
from donations.simulator.events import tell
from donations.simulator.money_shapes import Move
from donations.simulator.refusals import StateRefusal
from donations.simulator.rows import DAY
from donations.simulator.store import Drawer, Json

LEAVES_AFTER, ARRIVES_AFTER = DAY // 2, 2 * DAY
_ENDED = ("failed", "canceled")


def pay_daily(drawer: Drawer) -> None:
    """Pay out once a day from now on, at midnight UTC, whatever is available; asked again it changes nothing."""
    if drawer.setting("pays_daily", default="no") == "no":
        drawer.keep("pays_daily", "yes")
        drawer.plan((drawer.epoch // DAY + 1) * DAY, "payday", "")


def pay_day(drawer: Drawer, _: str, at: int) -> list[str]:
    """Pay out what is available today and plan the next day."""
    drawer.plan(at + DAY, "payday", "")
    made = pay_out(drawer, at=at)
    return [] if made is None else _events_of(drawer, made)


def pay_out(drawer: Drawer, *, at: int, includes_pending: bool = False) -> Json | None:
    """Pay out every row that is available and in no payout yet; a sum below zero is debited; None without rows."""
    terms: list[tuple[str, list[int]]] = [("json_extract(body, '$._payout') IS NULL", [])]
    if not includes_pending:
        terms.append(("json_extract(body, '$.available_on') <= ?", [at]))
    waiting = drawer.page("balance_transaction", terms, limit=-1)
    cents = sum(row["net"] for row in waiting)
    if cents == 0:
        return None
    made = return_shapes.payout(cents, automatic=True, now=at, arrives_at=at + ARRIVES_AFTER)
    return _begin(drawer, made, waiting)


def _begin(drawer: Drawer, made: Json, waiting: list[Json]) -> Json:
    """Take a payout's sum out of the balance and plan its way; the rows it is made of belong to it from now on."""
    at, cents = made["created"], made["amount"]
    out = Move(kind="payout", category="payout", amount_cents=-cents, source_id=made["id"])
    own = rows.move(drawer, out, at=at)
    for row in (*waiting, own):
        drawer.put(row | {"_payout": made["id"]})
    made = drawer.put(made | {"balance_transaction": own["id"]})
    tell(drawer, "payout.created", made, at=at)
    drawer.plan(at + LEAVES_AFTER, "payout_leaves", made["id"])
    drawer.plan(at + ARRIVES_AFTER, "payout_arrives", made["id"])
    return made


def pay_by_hand(drawer: Drawer, cents: int, *, at: int) -> Json:
    """Pay out a sum on demand, of what is available; its rows are never told, and no certificate follows."""
    held = "SELECT total(json_extract(body, '$.net')) FROM object WHERE type = 'balance_transaction'"
    ready = drawer.sql.execute(f"{held} AND json_extract(body, '$.available_on') <= ?", (at,)).fetchone()[0]
    if not 0 < cents <= ready:
        message = "You have insufficient funds in your Stripe account for this transfer."
        raise StateRefusal(400, message, code="balance_insufficient")
    return _begin(drawer, return_shapes.payout(cents, automatic=False, now=at, arrives_at=at + ARRIVES_AFTER), [])


def ready_at(drawer: Drawer) -> int | None:
    """Return when everything that is in no payout yet will be available; None where there is nothing."""
    waiting = drawer.page("balance_transaction", [("json_extract(body, '$._payout') IS NULL", [])], limit=-1)
    return max((int(row["available_on"]) for row in waiting), default=None)


def leave(drawer: Drawer, payout_id: str, at: int) -> list[str]:
    """Let a payout go on its way."""
    made = _known(drawer, payout_id)
    if made["status"] != "pending":
        return []
    changed = drawer.put(made | {"status": "in_transit"})
    return [tell(drawer, "payout.updated", changed, previous={"status": "pending"}, at=at)]


def arrive(drawer: Drawer, payout_id: str, at: int) -> list[str]:
    """Let a payout arrive at the bank; its rows are known for sure now."""
    made = _known(drawer, payout_id)
    if made["status"] not in {"pending", "in_transit"}:
        return []
    trace = {"status": "supported", "value": f"SIM{made['id'][-12:].upper()}"}
    paid = drawer.put(made | {"status": "paid", "trace_id": trace})
    return [tell(drawer, "payout.paid", paid, at=at), *reconcile(drawer, payout_id, at)]


def reconcile(drawer: Drawer, payout_id: str, at: int) -> list[str]:
    """Let Stripe say that the rows of an automatic payout are complete."""
    made = _known(drawer, payout_id)
    if made["reconciliation_status"] != "in_progress":
        return []
    done = drawer.put(made | {"reconciliation_status": "completed"})
    return [tell(drawer, "payout.reconciliation_completed", done, at=at)]


def fail(drawer: Drawer, payout_id: str, *, status: str = "failed", at: int) -> list[str]:
    """Let a payout fail, also after it was paid, or be canceled before it left; its money is in the balance again."""
    made = _known(drawer, payout_id)
    if made["status"] in _ENDED or (status == "canceled" and made["status"] != "pending"):
        raise FieldRefusedError(f"A payout that is {made['status']} cannot become {status}.", field="payout")
    kind = "payout_failure" if status == "failed" else "payout_cancel"
    category = "payout_reversal"
    back = Move(kind=kind, category=category, amount_cents=made["amount"], source_id=payout_id)
    words = {"failure_code": "account_closed", "failure_message": "The bank account has been closed."}
    changed = made | {"status": status, "failure_balance_transaction": rows.move(drawer, back, at=at)["id"]}
    ended = drawer.put(changed | (words if status == "failed" else {}))
    return [tell(drawer, f"payout.{status}", ended, at=at), *reconcile(drawer, payout_id, at)]


def _known(drawer: Drawer, payout_id: str) -> Json:
    made = drawer.get("payout", payout_id)
    if made is None:
        raise FieldRefusedError("There is no such simulated payout.", field="payout")
    return made


def _events_of(drawer: Drawer, made: Json) -> list[str]:
    told = ("json_extract(body, '$.data.object.id') = ?", [made["id"]])
    return [str(event["id"]) for event in drawer.page("event", [told], limit=-1)]
