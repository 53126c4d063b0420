"""Room: filing. The idle pool: what of each filed source no clothing fund holds, the oldest found at once.

The caller holds the clerk's lock. The pool is kept beside the designations, and I9 proves that it says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from donations.designation import Designation, Source
from donations.filing.rows import insert_rows
from donations.tables import filing, idle_source
from donations.tables.metadata import Whole

_FIRST_PAGE, _NEXT_PAGE = 20, 500


def read_idle_sources(session: Session) -> Iterator[Source]:
    """Yield every filed source with cents no clothing fund holds, in filing order, a page at a time."""
    after, page = 0, _FIRST_PAGE
    while True:
        rows = session.execute(
            select(idle_source).where(idle_source.c.position > after).order_by(idle_source.c.position).limit(page)
        ).all()
        yield from (Source(entry_id=row.entry_id, free_cents=row.cents) for row in rows)
        if len(rows) < page:
            return
        after, page = rows[-1].position, _NEXT_PAGE


def idle_cents_of(session: Session, entry_id: int) -> int:
    """Return the idle cents of one source."""
    return session.scalar(select(idle_source.c.cents).where(idle_source.c.entry_id == entry_id)) or 0


def keep_idle(session: Session, filed: Sequence[tuple[int, Source]], tied: Iterable[Designation]) -> None:
    """Keep what the designations of sources just filed left of them, given as (position, source)."""
    left = {source.entry_id: source.free_cents for _, source in filed}
    for row in tied:
        left[row.source_entry_id] -= row.cents
    rows = [
        {"position": position, "entry_id": source.entry_id, "cents": left[source.entry_id]}
        for position, source in filed
        if left[source.entry_id] > 0
    ]
    insert_rows(session, "idle_source", rows)


def add_idle(session: Session, freed: Iterable[tuple[int, int]]) -> None:
    """Let (source, cents) be idle: at their own place in the order, beside what of the source is idle already."""
    for entry_id, cents in freed:
        if cents == 0:
            continue
        is_there = idle_cents_of(session, entry_id) > 0
        if is_there:
            grown = update(idle_source).where(idle_source.c.entry_id == entry_id)
            session.execute(grown.values(cents=idle_source.c.cents + cents))
            continue
        position = session.scalars(select(filing.c.position).where(filing.c.entry_id == entry_id)).one()
        session.execute(insert(idle_source).values(position=position, entry_id=entry_id, cents=cents))


def take_idle(session: Session, taken: Iterable[tuple[int, int]]) -> None:
    """Take (source, cents) out of the pool; what is more than idle is refused by the database."""
    sums: dict[int, int] = {}
    for entry_id, cents in taken:
        sums[entry_id] = sums.get(entry_id, 0) + cents
    values = [{"source": entry_id, "taken": cents} for entry_id, cents in sums.items() if cents]
    if not values:
        return
    source, cents_taken = bindparam("source", type_=Whole), bindparam("taken", type_=Whole)
    # Exhausted sources first: the row of one that keeps cents is then the only one left to change.
    of_source = idle_source.c.entry_id == source
    session.execute(delete(idle_source).where(of_source, idle_source.c.cents == cents_taken), values)
    session.execute(update(idle_source).where(of_source).values(cents=idle_source.c.cents - cents_taken), values)
