"""Small true facts of what goes back: refunds, disputes, late returns, payouts, and the book they are told to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from donations import ledger
from donations.database import Database
from donations.giving import Wish, record_promise
from donations.ports import (
    BalanceTransaction,
    ChargeFacts,
    CheckoutPermit,
    DisputeFacts,
    Family,
    PayoutFacts,
    RefundFacts,
)
from donations.settlement import settle_family
from donations.tables import entry, returned
from tests.clerk_room import NOON
from tests.giving_room import KEYS, ORIGIN, books, charge, fee_row, wish

Fact = Any
"""Some one fact of what is built, under its own name."""

Balances = dict[tuple[str, str], int]


def promise(book: Database, asked: Wish | None = None, *, form: str = "form-1") -> str:
    """Write a promise down and return its reference."""
    permit = CheckoutPermit(form_token_hash=form, granted_at=NOON)
    made = book.write(
        lambda session: record_promise(
            session, asked or wish(), permit=permit, keys=KEYS, control_version="control-2026-1"
        )
    )
    return made.reference


def covered() -> Wish:
    """Return the wish to give $100.00 and $3.30 towards the fee."""
    return wish(amount_cents=10_000, fee_cover_cents=330)


def row(name: str, amount_cents: int, *, hours: int = 1, fee_cents: int = 0, **changes: Fact) -> BalanceTransaction:
    """Return a row of Stripe's book, so many hours after the charge."""
    at = NOON + timedelta(hours=hours)
    usual = {"type": "refund", "reporting_category": "refund", "source_id": f"src_{name}", "created_at": at}
    return fee_row(amount_cents=amount_cents, fee_cents=fee_cents, **{"id": f"txn_{name}", **usual, **changes})


def refund(name: str, cents: int, *, hours: int = 1, **changes: Fact) -> RefundFacts:
    """Return refund `re_<name>` of charge ch_1, its row there already."""
    usual: dict[str, Fact] = {
        "refund_id": f"re_{name}",
        "charge_id": "ch_1",
        "status": "succeeded",
        "amount_cents": cents,
        "currency": "usd",
        "created_at": NOON + timedelta(hours=hours),
        "instance": ORIGIN,
        "reference": None,
        "balance_transaction": row(f"re_{name}", -cents, hours=hours),
        "failure_balance_transaction": None,
    }
    return RefundFacts(**{**usual, **changes})


def failed(one: RefundFacts, *, hours: int = 50) -> RefundFacts:
    """Return the refund as it is told once the bank has sent it back."""
    came = row(f"{one.refund_id}_back", one.amount_cents, hours=hours, type="refund_failure")
    return refund(
        one.refund_id.removeprefix("re_"),
        one.amount_cents,
        balance_transaction=one.balance_transaction,
        created_at=one.created_at,
        status="failed",
        failure_balance_transaction=came,
    )


def dispute(*rows: BalanceTransaction, status: str = "needs_response", **changes: Fact) -> DisputeFacts:
    """Return dispute dp_1 of charge ch_1 with its rows."""
    usual: dict[str, Fact] = {
        "dispute_id": "dp_1",
        "charge_id": "ch_1",
        "status": status,
        "amount_cents": 13_000,
        "currency": "usd",
        "reason": "fraudulent",
        "created_at": NOON + timedelta(hours=1),
        "is_charge_refundable": False,
        "evidence_due_at": NOON + timedelta(days=9),
        "balance_transactions": rows,
    }
    return DisputeFacts(**{**usual, **changes})


def payout(rows: tuple[BalanceTransaction, ...] | None, cents: int, **changes: Fact) -> PayoutFacts:
    """Return payout po_1 as Stripe tells it, reconciled where its rows are told."""
    usual: dict[str, Fact] = {
        "payout_id": "po_1",
        "status": "paid",
        "livemode": False,
        "amount_cents": cents,
        "currency": "usd",
        "is_automatic": True,
        "reconciliation_status": "in_progress" if rows is None else "completed",
        "created_at": NOON + timedelta(days=2),
        "arrival_on": (NOON + timedelta(days=4)).date(),
        "balance_transaction": row("po_1", -cents, hours=48, type="payout", source_id="po_1"),
        "failure_balance_transaction": None,
        "rows": rows,
    }
    return PayoutFacts(**{**usual, **changes})


def told(reference: str | None, *, cents: int = 13_000, **changes: Fact) -> ChargeFacts:
    """Return charge ch_1 with what hangs on it."""
    return charge(1, gift=reference, amount_cents=cents, **changes)


def settle(book: Database, *charges: ChargeFacts, **family: Fact) -> None:
    """Tell the book a family."""
    whole = Family(charges=charges, **family)
    book.write(lambda session: settle_family(session, whole, books()))


def balances(book: Database) -> Balances:
    """Return what each fund has in each account that is not empty."""
    with book.read() as session:
        lines = ledger.trial_balance(session)
    return {(line.fund, line.account): line.balance_cents for line in lines if line.balance_cents}


def keys(book: Database) -> list[str]:
    """Return the source keys in the order they were booked."""
    with book.read() as session:
        return list(session.scalars(select(entry.c.source_key).order_by(entry.c.id)))


def gone(book: Database) -> list[tuple[int, int, str]]:
    """Return what went back, per entry: children's cents, operations' cents, and how."""
    with book.read() as session:
        rows = session.execute(select(returned).order_by(returned.c.entry_id)).all()
    return [(one.children_cents, one.operations_cents, one.kind) for one in rows]
