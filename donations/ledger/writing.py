"""Room: ledger. The one way money is written: an entry and its transfers, once per source key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.database.driver import driver_value, engine_name, run_text
from donations.errors import SourceKeyConflictError
from donations.ledger.statements import insert_transfers, statements
from donations.postings import FUND_IDS, NewEntry, account_named
from donations.tables import entry, transfer

_Line = tuple[int, int, int, int]
"""Fund, debit, credit, cents."""

_PLACES_BELOW = 2000
"""Accounts numbered below are places where money is."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The booked entry; `is_news` is False when its source key stood there already with the same money."""

    entry_id: int
    is_news: bool


def post(session: Session, new: NewEntry, *, recorded_at: datetime) -> Posted:
    """Book an entry exactly once and return it.

    The same key with the same money is found and left; with other money it raises `SourceKeyConflictError`. What a
    fund may not do, a closed period or a forged reversal is refused by the database (IntegrityError).
    """
    engine = engine_name(session)
    entry_id = _insert_entry(session, engine, new, recorded_at)
    if entry_id is None:
        return Posted(_assert_same_money(session, new), is_news=False)
    rows = [(entry_id, number, *line) for number, line in enumerate(_lines(new), start=1)]
    run_text(session, insert_transfers(engine, len(rows)), [value for row in rows for value in row])
    return Posted(entry_id, is_news=True)


def _insert_entry(session: Session, engine: str, new: NewEntry, recorded_at: datetime) -> int | None:
    """Return the id of the new entry, or None where its key is booked already."""
    texts = statements(engine)
    if engine == "sqlite" and run_text(session, texts.find, (new.source_key,)).fetchone() is not None:
        return None
    values = (
        new.kind,
        new.source_key,
        driver_value(engine, new.happened_at),
        driver_value(engine, new.effective_on),
        driver_value(engine, recorded_at),
        new.reverses,
        len(new.transfers),
        new.actor,
        new.note_code,
    )
    row: tuple[int] | None = run_text(session, texts.insert_entry, values).fetchone()
    return None if row is None else row[0]


def _lines(new: NewEntry) -> list[_Line]:
    return [
        (FUND_IDS[each.fund], account_named(each.debit).number, account_named(each.credit).number, each.cents)
        for each in new.transfers
    ]


def _assert_same_money(session: Session, new: NewEntry) -> int:
    """Return the id of the entry booked under this key; raise if it moved other money."""
    entry_id: int = session.execute(select(entry.c.id).where(entry.c.source_key == new.source_key)).scalar_one()
    columns = (transfer.c.fund_id, transfer.c.debit_id, transfer.c.credit_id, transfer.c.cents)
    found = session.execute(select(*columns).where(transfer.c.entry_id == entry_id).order_by(transfer.c.line))
    booked = [(fund, debit, credit, cents) for fund, debit, credit, cents in found]
    wanted = _lines(new)
    if booked == wanted or (new.is_decided_once and _moved(booked) == _moved(wanted)):
        return entry_id
    raise SourceKeyConflictError(f"{new.source_key} is booked as {booked} and is now told as {wanted}")


def _moved(lines: Iterable[_Line]) -> dict[int, int]:
    """Return by how many cents each place changes, whosever the cents are: what the source itself says."""
    moved: Counter[int] = Counter()
    for _, debit, credit, cents in lines:
        moved[debit] += cents
        moved[credit] -= cents
    return {place: cents for place, cents in moved.items() if place < _PLACES_BELOW and cents != 0}
