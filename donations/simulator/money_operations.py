"""Room: simulator. Stripe's API for money as it stands: intents, charges, its own rows, its balance, its events."""

from __future__ import annotations

from donations.simulator.calls import Call, Operation, readable
from donations.simulator.store import Drawer, Json


def _balance(drawer: Drawer, call: Call) -> Json:  # noqa: ARG001 (Every act has one shape.)
    held = "SELECT total(json_extract(body, '$.net')) FROM object WHERE type = 'balance_transaction'"
    ready_term = " AND json_extract(body, '$.available_on') <= ?"
    (total,) = drawer.sql.execute(held).fetchone()
    (ready,) = drawer.sql.execute(held + ready_term, (drawer.epoch,)).fetchone()
    waiting = total - ready
    return {
        "object": "balance",
        "available": [_cents(int(ready))],
        "connect_reserved": [],
        "livemode": False,
        "pending": [_cents(int(waiting))],
    }


def _cents(cents: int) -> Json:
    return {"amount": cents, "currency": "usd", "source_types": {"card": cents}}


MONEY_OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="balance.retrieve",
        verb="get",
        path="/v1/balance",
        params="BalanceRetrieveParams",
        answer="Balance",
        act=_balance,
    ),
    *readable("payment_intents", "payment_intent", "PaymentIntent"),
    *readable("charges", "charge", "Charge"),
    *readable("balance_transactions", "balance_transaction", "BalanceTransaction"),
    *readable("events", "event", "Event"),
)
