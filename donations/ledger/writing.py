"""Room: ledger. The one way money is written: an entry and its transfers, once per source key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from donations.database.driver import engine_name
from donations.errors import SourceKeyConflictError
from donations.ledger import statements
from donations.ledger.reading import BookedEntry
from donations.ledger.statements import LINE_COLUMNS
from donations.postings import FUND_IDS, NewEntry, account_named, reversal
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
    values: dict[str, object] = {
        "kind": new.kind,
        "source_key": new.source_key,
        "happened_at": new.happened_at,
        "effective_on": new.effective_on,
        "recorded_at": recorded_at,
        "reverses": new.reverses,
        "n_transfers": len(new.transfers),
        "actor": new.actor,
        "note_code": new.note_code,
    }
    for number, line in enumerate(_lines(new)):
        values |= {f"{name}_{number}": value for name, value in zip(LINE_COLUMNS, (number + 1, *line), strict=True)}
    book = _book_on_sqlite if engine_name(session) == "sqlite" else _book_on_postgresql
    entry_id = book(session, values, len(new.transfers))
    if entry_id is None:
        return Posted(_assert_same_money(session, new), is_news=False)
    return Posted(entry_id, is_news=True)


def _book_on_sqlite(session: Session, values: dict[str, object], count: int) -> int | None:
    """Insert an entry with its lines and return its id, or None where its key is booked already."""
    if statements.find_on_sqlite().run(session, values).fetchone() is not None:
        return None
    entry_id: int = statements.insert_entry_on_sqlite().run(session, values).fetchone()[0]
    statements.insert_transfers_on_sqlite(count).run(session, {**values, "entry_id": entry_id})
    return entry_id


def _book_on_postgresql(session: Session, values: dict[str, object], count: int) -> int | None:
    """Do the same in one round trip."""
    row = statements.insert_on_postgresql(count).run(session, values).fetchone()
    return None if row is None else int(row[0])


def reverse(session: Session, booked: BookedEntry, *, on: date, actor: str, now: datetime) -> Posted:
    """Book the exact mirror of a whole entry on a day; reversed twice is once."""
    mirror = reversal(
        entry_id=booked.entry_id,
        source_key=booked.source_key,
        transfers=booked.transfers,
        happened_at=now,
        effective_on=on,
        actor=actor,
    )
    return post(session, mirror, recorded_at=now)


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
