"""Room: simulator. The simulated Stripe's own book, as it was written with each movement: the oracle of every proof.

It is kept apart from the objects the API tells of, and knows nothing of our ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from donations.simulator.client import SimulatedStripe
from donations.simulator.ripening import ripen
from donations.simulator.store import Drawer


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLine:
    """One movement of money as the simulated Stripe itself wrote it down; `source_id` may be ""."""

    id: str
    source_id: str
    kind: str
    category: str
    at: datetime
    amount_cents: int
    fee_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOut:
    """A payout and the lines it is made of, its own left out."""

    id: str
    status: str
    amount_cents: int
    line_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The whole book: what was charged, what Stripe took, what went to the bank, and what it holds now."""

    lines: tuple[BookLine, ...]
    payouts: tuple[PaidOut, ...]
    gross_cents: int
    fees_cents: int
    paid_out_cents: int
    balance_cents: int


def read_book(simulated: SimulatedStripe) -> Book:
    """Return the simulated Stripe's own book by the simulated present, oldest line and payout first."""
    with simulated.cabinet.open() as drawer:
        ripen(drawer)
        lines, payouts = _lines(drawer), _payouts(drawer)
    return Book(
        lines=lines,
        payouts=payouts,
        gross_cents=sum(line.amount_cents for line in lines if line.category == "charge"),
        fees_cents=sum(line.fee_cents for line in lines),
        paid_out_cents=-sum(line.amount_cents for line in lines if line.category in {"payout", "payout_reversal"}),
        balance_cents=sum(line.amount_cents - line.fee_cents for line in lines),
    )


def _lines(drawer: Drawer) -> tuple[BookLine, ...]:
    rows = drawer.sql.execute(
        "SELECT id, source, kind, category, at, amount_cents, fee_cents FROM book ORDER BY rowid"
    )
    return tuple(
        BookLine(
            id=row_id,
            source_id=source,
            kind=kind,
            category=category,
            at=datetime.fromtimestamp(at, tz=UTC),
            amount_cents=amount,
            fee_cents=fee,
        )
        for row_id, source, kind, category, at, amount, fee in rows
    )


def _payouts(drawer: Drawer) -> tuple[PaidOut, ...]:
    made = drawer.page("payout", [], limit=-1, oldest_first=True)
    rows = "SELECT id FROM object WHERE type = 'balance_transaction' AND json_extract(body, '$._payout') = ?"
    return tuple(
        PaidOut(
            id=payout["id"],
            status=payout["status"],
            amount_cents=payout["amount"],
            line_ids=tuple(
                row_id
                for (row_id,) in drawer.sql.execute(f"{rows} ORDER BY seq", (payout["id"],))
                if row_id != payout["balance_transaction"]
            ),
        )
        for payout in made
    )
