"""Room: invariants. The shape of one: a name, a query that must return no row, and what hangs on it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """A statement about the whole book; the query, in the SQL of both engines, returns the rows that break it."""

    id: str
    name: str
    query: str
    given: tuple[str, ...] = ()
    """Named sub-queries the query stands on."""
    is_hard: bool = True
    """Broken, it stops the clerk, closing and publication; never intake."""

    @property
    def sql(self) -> str:
        """Return the whole text."""
        return " ".join(("WITH", ", ".join(self.given), self.query)) if self.given else self.query


SIDES = (
    "side AS (SELECT entry_id, fund_id, debit_id AS account_id, cents FROM transfer"
    " UNION ALL SELECT entry_id, fund_id, credit_id, -cents FROM transfer)"
)
"""Every transfer as two rows, debit positive; accounts are numbered as in the chart."""

CASH = (
    "cash AS (SELECT COALESCE(SUM(cents), 0) AS cents FROM side"
    " WHERE fund_id = 1 AND account_id IN (1010, 1030, 1040, 1045, 2010, 2020)"
    " AND NOT EXISTS (SELECT 1 FROM tray WHERE tray.entry_id = side.entry_id))"
)
"""The children's bank, Stripe, in transit and undeposited, less suspense and payable; what lies in the tray aside."""
