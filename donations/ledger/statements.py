"""Room: ledger. The ledger's own few statements, composed in Core and compiled once for each engine.

Values are positional: an entry's in the order of `ENTRY_COLUMNS`, then line by line.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import BigInteger, bindparam, column, insert, select, values
from sqlalchemy.dialects.postgresql import insert as postgresql_insert

from donations.database.driver import compile_text
from donations.tables import entry, transfer

ENTRY_COLUMNS = (
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
_LINE_COLUMNS = ("line", "fund_id", "debit_id", "credit_id", "cents")


@cache
def find_on_sqlite() -> str:
    """Return the text that finds an entry's id by its source key.

    The one writer looks first: on SQLite the guard of the key raises before any conflict clause is heard.
    """
    return compile_text("sqlite", select(entry.c.id).where(entry.c.source_key == bindparam("source_key")))


@cache
def insert_entry_on_sqlite() -> str:
    """Return the text that inserts an entry and gives back its id."""
    return compile_text("sqlite", insert(entry).returning(entry.c.id), ENTRY_COLUMNS)


@cache
def insert_transfers_on_sqlite(count: int) -> str:
    """Return the text that inserts so many transfers in one call; each line is preceded by its entry's id."""
    rows = [dict.fromkeys(("entry_id", *_LINE_COLUMNS))] * count
    return compile_text("sqlite", insert(transfer).values(rows))


@cache
def insert_on_postgresql(count: int) -> str:
    """Return the text that inserts an entry with so many transfers in one round trip and gives back its id.

    It gives no row back, and inserts none, where another transaction booked the key first: it waits for that one.
    """
    wanted = {name: bindparam(name, type_=entry.c[name].type) for name in ENTRY_COLUMNS}
    once = postgresql_insert(entry).values(wanted).on_conflict_do_nothing(index_elements=[entry.c.source_key])
    new = once.returning(entry.c.id).cte("new")
    lines = values(*(column(name, BigInteger) for name in _LINE_COLUMNS), name="lines").data(
        [tuple(bindparam(f"{name}_{number}", type_=BigInteger) for name in _LINE_COLUMNS) for number in range(count)]
    )
    rows = select(new.c.id, *lines.c).order_by(lines.c.line)
    written = insert(transfer).from_select(["entry_id", *_LINE_COLUMNS], rows)
    return compile_text("postgresql", written.returning(transfer.c.entry_id))
