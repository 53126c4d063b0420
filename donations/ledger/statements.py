"""Room: ledger. The ledger's own few statements, compiled once for each engine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sqlalchemy import bindparam, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert

from donations.database.driver import compile_text
from donations.tables import entry, transfer

_ENTRY_COLUMNS = (
    "kind",
    "source_key",
    "happened_at",
    "effective_on",
    "recorded_at",
    "reverses",
    "n_transfers",
    "actor",
    "note_code",
)
_TRANSFER_COLUMNS = ("entry_id", "line", "fund_id", "debit_id", "credit_id", "cents")


@dataclass(frozen=True, slots=True)
class Statements:
    """Find an entry by its key; insert an entry (values in the order of the columns, returning its id)."""

    find: str
    insert_entry: str


@cache
def statements(engine: str) -> Statements:
    """Return the texts for `sqlite` or `postgresql`; parameters are positional.

    PostgreSQL's insert gives no row back where another transaction booked the key first. On SQLite the one writer
    looks the key up beforehand: there the guard of the key raises before any conflict clause is heard.
    """
    once = postgresql_insert(entry).on_conflict_do_nothing(index_elements=[entry.c.source_key])
    written = insert(entry) if engine == "sqlite" else once
    find = select(entry.c.id).where(entry.c.source_key == bindparam("source_key"))
    return Statements(
        find=compile_text(engine, find),
        insert_entry=compile_text(engine, written.returning(entry.c.id), _ENTRY_COLUMNS),
    )


@cache
def insert_transfers(engine: str, count: int) -> str:
    """Return the text that inserts `count` transfers in one call; values line by line in the order of the columns."""
    rows = [dict.fromkeys(_TRANSFER_COLUMNS)] * count
    return compile_text(engine, insert(transfer).values(rows))
