"""Room: filing. Cents find clothing funds: filled from filed sources and the idle pool, backfilled, written as rows.

The caller holds the clerk's lock. Every read is of the funds still short, the youngest with unspent cents, or the
oldest idle cents: its cost does not grow with the book.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, literal_column, select
from sqlalchemy.orm import Session

from donations.designation import ClothingFund, Designation, Source, Stand, plan_backfill, plan_designations
from donations.filing.idle import keep_idle, read_idle_sources, take_idle
from donations.filing.places import as_fund, read_places
from donations.filing.rows import insert_rows
from donations.tables import account, clothing_fund, fund, transfer

_FIRST_PAGE, _NEXT_PAGE = 20, 500
_SOURCE_ACCOUNTS = (
    *("income:gifts", "net-assets:with-restriction", "net-assets:interfund"),
    *("income:goods", "income:securities-sold", "assets:goods"),
)
"""Children's cents credited here are cents the clerk may tie to clothing funds. What comes in kind is credited and
debited here at once and brings none; sold, it leaves `assets:goods` for money, and brings what it was sold for."""


def fill_from_filed(session: Session, filed: Sequence[tuple[int, Source]], *, on: date) -> None:
    """Tie the cents of sources just filed, given as (position, source) in their order; the rest waits idle.

    Nothing was idle before them if a fund is short (law P4), so their order alone decides.
    """
    rows = plan_designations((source for _, source in filed), read_short_funds(session))
    write_designations(session, rows, on=on)
    keep_idle(session, filed, rows)


def settle_designations(session: Session, *, on: date) -> None:
    """Fill from the idle pool, then backfill: after it laws P3 and P4 hold again, whatever was released."""
    rows = plan_designations(read_idle_sources(session), read_short_funds(session))
    write_designations(session, rows, on=on)
    take_idle(session, [(row.source_entry_id, row.cents) for row in rows])
    write_designations(session, plan_backfill(read_short_funds(session), _read_stands(session)), on=on)


def write_designations(session: Session, rows: Iterable[Designation], *, on: date) -> None:
    """Write planned designations on a day; triggers keep the funds' sums and refuse what exceeds a target."""
    values = [
        {
            "source_entry_id": row.source_entry_id,
            "instead_of": row.instead_of,
            "clothing_fund_id": row.clothing_fund_id,
            "cents": row.cents,
            "reason": row.reason,
            "effective_on": on,
        }
        for row in rows
    ]
    insert_rows(session, "designation", values)


def read_short_funds(session: Session) -> Iterator[ClothingFund]:
    """Yield the open funds below their target in queue order, a page at a time."""
    found = clothing_fund.c
    after, page = 0, _FIRST_PAGE
    while True:
        rows = session.execute(
            select(found.id, found.queue_no, found.target_cents, found.designated_cents, found.spent_cents)
            .where(
                found.designated_cents < found.target_cents,
                found.closed == literal_column("0"),
                found.queue_no > after,
            )
            .order_by(found.queue_no)
            .limit(page)
        ).all()
        yield from (as_fund(row) for row in rows)
        if len(rows) < page:
            return
        after, page = rows[-1].queue_no, _NEXT_PAGE


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


def _read_stands(session: Session) -> Iterator[Stand]:
    """Yield the funds with unspent cents and whose cents stand there, the youngest first, one at a time."""
    found = clothing_fund.c
    before: int | None = None
    while True:
        chosen = select(clothing_fund).where(found.designated_cents > found.spent_cents)
        if before is not None:
            chosen = chosen.where(found.queue_no < before)
        row = session.execute(chosen.order_by(found.queue_no.desc()).limit(1)).one_or_none()
        if row is None:
            return
        yield Stand(fund=as_fund(row), places=tuple(read_places(session, row.id)))
        before = row.queue_no
