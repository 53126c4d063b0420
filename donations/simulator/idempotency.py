"""Room: simulator. Stripe's idempotency: a key is bound to its parameters, and its first outcome is told again."""

from __future__ import annotations

import time
from dataclasses import dataclass

from donations.simulator.refusals import IdempotencyRefusal
from donations.simulator.store import Drawer

KEPT_SECONDS = 24 * 3600
"""Simulated time for which Stripe promises to remember a key."""
RUNNING_SECONDS = 60
"""Real time after which a request that never ended is taken for dead, so that its key is not lost for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a key was answered the first time."""

    status: int
    body: str
    request_id: str


def claim_key(drawer: Drawer, key: str, request: str) -> Outcome | None:
    """Take a key for a request: None when it is new, its first outcome when it is not.

    Refused: 409 while another request holds it, 400 when it belongs to other parameters.
    """
    drawer.sql.execute("DELETE FROM idempotency WHERE at <= ?", (drawer.epoch - KEPT_SECONDS,))
    row = drawer.sql.execute(
        "SELECT request, running_since, status, body, request_id FROM idempotency WHERE key = ?", (key,)
    ).fetchone()
    if row is not None and row[1] is not None and time.time() - row[1] > RUNNING_SECONDS:
        forget_key(drawer, key)
        row = None
    if row is None:
        drawer.sql.execute(
            "INSERT INTO idempotency (key, request, running_since, at) VALUES (?, ?, ?, ?)",
            (key, request, time.time(), drawer.epoch),
        )
        return None
    if row[0] != request:
        raise IdempotencyRefusal(
            400,
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request.",
        )
    if row[1] is not None:
        message = "There is currently another in-progress request using this Idempotent Key. Please try again later."
        raise IdempotencyRefusal(409, message, code="idempotency_key_in_use")
    return Outcome(status=row[2], body=row[3], request_id=row[4])


def keep_outcome(drawer: Drawer, key: str, outcome: Outcome) -> None:
    """Store the first outcome of a key, whatever it was."""
    drawer.sql.execute(
        "UPDATE idempotency SET running_since = NULL, status = ?, body = ?, request_id = ? WHERE key = ?",
        (outcome.status, outcome.body, outcome.request_id, key),
    )


def forget_key(drawer: Drawer, key: str) -> None:
    """Free a key whose request failed validation: Stripe keeps nothing of those."""
    drawer.sql.execute("DELETE FROM idempotency WHERE key = ?", (key,))
