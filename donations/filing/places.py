"""Room: filing. Where cents stand: whose are in one clothing fund, and in which funds one source has cents."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select, union_all
from sqlalchemy.orm import Session

from donations.designation import ClothingFund, Place
from donations.tables import clothing_fund, designation


def read_places(session: Session, fund_id: int) -> list[Place]:
    """Return whose cents stand in one fund."""
    rows = session.execute(
        select(designation).where(designation.c.clothing_fund_id == fund_id).order_by(designation.c.id)
    )
    cents: dict[int, int] = {}
    latest: dict[int, int] = {}
    for row in rows:
        cents[row.source_entry_id] = cents.get(row.source_entry_id, 0) + row.cents
        if row.cents > 0:
            latest[row.source_entry_id] = row.id
        if row.instead_of is not None:
            cents[row.instead_of] = cents.get(row.instead_of, 0) - row.cents
    return [
        Place(source_entry_id=source, clothing_fund_id=fund_id, cents=there, latest=latest[source])
        for source, there in cents.items()
        if there
    ]


def read_places_of(session: Session, source_entry_id: int) -> tuple[list[Place], list[ClothingFund]]:
    """Return where cents of one source stand now, and those funds in queue order."""
    came = select(designation.c.id, designation.c.clothing_fund_id, designation.c.cents).where(
        designation.c.source_entry_id == source_entry_id
    )
    left = select(designation.c.id, designation.c.clothing_fund_id, -designation.c.cents).where(
        designation.c.instead_of == source_entry_id
    )
    rows = union_all(came, left).subquery()
    latest = func.max(case((rows.c.cents > 0, rows.c.id)))
    there = (
        select(rows.c.clothing_fund_id, func.sum(rows.c.cents).label("cents"), latest.label("latest"))
        .group_by(rows.c.clothing_fund_id)
        .having(func.sum(rows.c.cents) != 0)
        .subquery()
    )
    found = session.execute(
        select(clothing_fund, there.c.cents, there.c.latest)
        .join(there, there.c.clothing_fund_id == clothing_fund.c.id)
        .order_by(clothing_fund.c.queue_no)
    ).all()
    places = [
        Place(source_entry_id=source_entry_id, clothing_fund_id=row.id, cents=int(row.cents), latest=row.latest)
        for row in found
    ]
    return places, [as_fund(row) for row in found]


def as_fund(row: Any) -> ClothingFund:  # noqa: ANN401  # A row with these columns of `clothing_fund`.
    """Return a row of `clothing_fund` as the rules read it."""
    return ClothingFund(
        id=row.id,
        queue_no=row.queue_no,
        target_cents=row.target_cents,
        designated_cents=row.designated_cents,
        spent_cents=row.spent_cents,
    )
