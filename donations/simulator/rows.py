"""Room: simulator. Every movement of Stripe's balance is written in the simulator's own book at once: the oracle.

What the API tells of it, the balance transaction, may come later.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from donations.simulator import money_shapes
from donations.simulator.money_shapes import Move
from donations.simulator.store import Drawer, Json, new_id

DAY = 86_400
READY_DAYS = 2
"""Money of a charge is pending for so long."""


def write(drawer: Drawer, move: Move, *, at: int) -> str:
    """Write a movement in the own book; returns the id of its row, of which the API does not tell yet."""
    row_id = new_id("txn")
    drawer.sql.execute(
        "INSERT INTO book (id, source, at, amount_cents, fee_cents, kind, category, rate)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (row_id, move.source_id or "", at, move.amount_cents, move.fee_cents, move.kind, move.category, move.rate),
    )
    return row_id


def show(drawer: Drawer, row_id: str, *, at: int, ready_at: int | None = None) -> Json:
    """Let the API tell of a movement from now on; its money is available at an instant (default: now)."""
    source, amount, fee, kind, category, rate = drawer.sql.execute(
        "SELECT source, amount_cents, fee_cents, kind, category, rate FROM book WHERE id = ?", (row_id,)
    ).fetchone()
    move = Move(kind=kind, category=category, amount_cents=amount, source_id=source or None, fee_cents=fee, rate=rate)
    ready = at if ready_at is None else ready_at
    return drawer.put(money_shapes.balance_transaction(move, row_id=row_id, now=at, ready_at=ready))


def move(drawer: Drawer, moved: Move, *, at: int, ready_at: int | None = None) -> Json:
    """Write a movement and tell of it at once; returns its balance transaction."""
    return show(drawer, write(drawer, moved, at=at), at=at, ready_at=ready_at)


def book_charge(drawer: Drawer, charged: Json, *, at: int) -> Json:
    """Book a charge that succeeded, its fee now or, by the setting, later; returns the charge as it is told now."""
    is_debit = charged["payment_method_details"]["type"] == "us_bank_account"
    rate = charged.get("_rate")
    cents = charged["amount"] if rate is None else round(charged["amount"] * rate)
    made = Move(
        kind="payment" if is_debit else "charge",
        category="charge",
        amount_cents=cents,
        source_id=charged["id"],
        fee_cents=debit_fee_cents(cents) if is_debit else fee_cents(cents),
        rate=rate,
    )
    row_id = write(drawer, made, at=at)
    delay = int(drawer.setting("fee_delay_seconds", default="0"))
    if delay:
        drawer.plan(at + delay, f"fee/{row_id}", charged["id"])
        return charged
    return show_fee(drawer, charged, row_id, at=at)


def show_fee(drawer: Drawer, charged: Json, row_id: str, *, at: int) -> Json:
    """Let a charge show its balance transaction."""
    show(drawer, row_id, at=at, ready_at=at + READY_DAYS * DAY)
    return drawer.put(charged | {"balance_transaction": row_id})


def fee_cents(gross_cents: int) -> int:
    """Return what the simulated Stripe keeps of a card payment, by its own schedule, halves rounded up."""
    rate = schedule()["card"]
    return int((gross_cents * rate["basis_points"] * 2 + 10_000) // 20_000 + rate["fixed_cents"])


def debit_fee_cents(gross_cents: int) -> int:
    """Return what the simulated Stripe keeps of a bank debit: a share, up to a cap."""
    rate = schedule()["ach"]
    return int(min((gross_cents * rate["basis_points"] * 2 + 10_000) // 20_000, rate["cap_cents"]))


@cache
def schedule() -> Json:
    """Return what the simulated Stripe takes, from its data file."""
    return dict(json.loads((Path(__file__).parent / "fees.json").read_text(encoding="utf-8")))
