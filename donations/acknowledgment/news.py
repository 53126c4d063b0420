"""Room: acknowledgment. Whether a statement may have grown old: a paper of its donor changed, or who its donor is.

A donor is an identity: the row that leads it has the statement, and the papers of every row of it count.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from donations.donors import identity_changes
from donations.tables import DonorIdentity, Receipt, ReceiptEvent


def has_news(statement: Any, year: int) -> ColumnElement[bool]:  # noqa: ANN401  # `Receipt`, or an alias of it.
    """Return whether a paper of the year, or the identity, of a statement's donor changed since its issue."""
    paper, joined_paper = aliased(Receipt), aliased(Receipt)
    change = identity_changes()
    own = _changes(statement, paper, year).where(paper.donor_id == statement.donor_id)
    joined = (
        _changes(statement, joined_paper, year)
        .join(DonorIdentity, DonorIdentity.donor_id == joined_paper.donor_id)
        .where(DonorIdentity.leader_id == statement.donor_id)
    )
    # Three questions and not one with OR: each finds its rows by an index.
    regrouped = statement.donor_id.in_(select(change.c.donor_id)) & (
        select(change.c.donor_id)
        .where(change.c.donor_id == statement.donor_id, change.c.changed_at >= statement.issued_at)
        .exists()
    )
    return or_(own.exists(), joined.exists(), regrouped)


def _changes(statement: Any, paper: Any, year: int) -> Any:  # noqa: ANN401  # Aliases of `Receipt`.
    return (
        select(paper.number)
        .outerjoin(ReceiptEvent, ReceiptEvent.number == paper.number)
        .where(
            paper.tax_year == year,
            paper.kind != "annual_statement",
            (paper.issued_at >= statement.issued_at) | (ReceiptEvent.recorded_at >= statement.issued_at),
        )
        .correlate(statement)
    )
