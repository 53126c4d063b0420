"""Room: filing. The idle pool, the funds still short, and the rows that tie cents to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, case, func, literal_column, select
from sqlalchemy.orm import Session

from donations.designation import ClothingFund, Designation, Place, Source, plan_designations
from donations.filing.rows import insert_rows
from donations.tables import (
    GiftSettlement,
    account,
    clothing_fund,
    designation,
    filing,
    fund,
    returned,
    transfer,
)

_SHORT_FUNDS_PAGE = 500
_SOURCE_ACCOUNTS = ("income:gifts", "net-assets:with-restriction", "net-assets:interfund")
"""Children's cents credited here are cents the clerk may tie to clothing funds."""


def fill_clothing_funds(session: Session, sources: Iterable[Source]) -> int:
    """Tie the free cents of these sources, in their order, to the funds still short; return the number of rows.

    The caller holds the lock and hands over every source with free cents if a fund is short (law P4).
    """
    rows = plan_designations(sources, read_short_funds(session))
    write_designations(session, rows)
    return len(rows)


def write_designations(session: Session, rows: Sequence[Designation]) -> None:
    """Write planned designations; triggers keep the funds' sums and refuse what exceeds a target."""
    values = [
        {
            "source_entry_id": row.source_entry_id,
            "instead_of": row.instead_of,
            "clothing_fund_id": row.clothing_fund_id,
            "cents": row.cents,
            "reason": row.reason,
        }
        for row in rows
    ]
    insert_rows(session, "designation", values)


def read_short_funds(session: Session) -> Iterator[ClothingFund]:
    """Yield the open funds below their target in queue order, a page at a time."""
    found = clothing_fund.c
    after = 0
    while True:
        rows = session.execute(
            select(found.id, found.queue_no, found.target_cents, found.designated_cents, found.spent_cents)
            .where(
                found.designated_cents < found.target_cents,
                found.closed == literal_column("0"),
                found.queue_no > after,
            )
            .order_by(found.queue_no)
            .limit(_SHORT_FUNDS_PAGE)
        ).all()
        yield from (
            ClothingFund(
                id=row.id,
                target_cents=row.target_cents,
                designated_cents=row.designated_cents,
                spent_cents=row.spent_cents,
            )
            for row in rows
        )
        if len(rows) < _SHORT_FUNDS_PAGE:
            return
        after = rows[-1].queue_no


def read_idle_sources(session: Session) -> list[Source]:
    """Return the idle pool: every filed source with cents no clothing fund holds, in filing order (whole book)."""
    sources = children_cents_of(select(filing.c.entry_id).where(filing.c.what.in_(("gift", "make_whole")))).subquery()
    tied, given_back = _tied().subquery(), _given_back().subquery()
    free = sources.c.cents - func.coalesce(tied.c.cents, 0) - func.coalesce(given_back.c.cents, 0)
    rows = session.execute(
        select(sources.c.entry_id, free.label("cents"))
        .join(filing, filing.c.entry_id == sources.c.entry_id)
        .outerjoin(tied, tied.c.entry_id == sources.c.entry_id)
        .outerjoin(given_back, given_back.c.entry_id == sources.c.entry_id)
        .where(free > 0)
        .order_by(filing.c.position)
    )
    return [Source(entry_id=row.entry_id, free_cents=int(row.cents)) for row in rows]


def children_cents_of(entries: Select[Any]) -> Select[Any]:
    """Select (entry_id, cents): what each of these entries brings to the children's fund as a designation source."""
    wanted = select(account.c.id).where(account.c.path.in_(_SOURCE_ACCOUNTS))
    children = select(fund.c.id).where(fund.c.name == "children").scalar_subquery()
    cents = case((transfer.c.credit_id.in_(wanted), transfer.c.cents), else_=0) - case(
        (transfer.c.debit_id.in_(wanted), transfer.c.cents), else_=0
    )
    return (
        select(transfer.c.entry_id, func.sum(cents).label("cents"))
        .where(transfer.c.entry_id.in_(entries), transfer.c.fund_id == children)
        .group_by(transfer.c.entry_id)
    )


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


def _tied() -> Select[Any]:
    """Select (entry_id, cents) designated now of each source, whichever entry it stands in the place of."""
    came = select(designation.c.source_entry_id.label("entry_id"), designation.c.cents)
    left = select(designation.c.instead_of, -designation.c.cents).where(designation.c.instead_of.is_not(None))
    rows = came.union_all(left).subquery()
    return select(rows.c.entry_id, func.sum(rows.c.cents).label("cents")).group_by(rows.c.entry_id)


def _given_back() -> Select[Any, Any]:
    """Select (entry_id, cents) of each gift's entry: what of its children's cents went back."""
    return (
        select(GiftSettlement.entry_id, func.sum(returned.c.children_cents).label("cents"))
        .join(returned, returned.c.gift_id == GiftSettlement.gift_id)
        .group_by(GiftSettlement.entry_id)
    )
