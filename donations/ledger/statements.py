"""Room: ledger. The ledger's own few statements, composed in Core and compiled once for each engine."""

from __future__ import annotations

from functools import cache

from sqlalchemy import BigInteger, bindparam, column, insert, select, values
from sqlalchemy.dialects.postgresql import insert as postgresql_insert

from donations.database.driver import Prepared, prepare
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
LINE_COLUMNS = ("line", "fund_id", "debit_id", "credit_id", "cents")
"""Parameters of the nth line are named `cents_0` and so on."""


@cache
def find_on_sqlite() -> Prepared:
    """Find an entry's id by its `source_key`.

    The one writer looks first: on SQLite the guard of the key raises before any conflict clause is heard.
    """
    return prepare("sqlite", select(entry.c.id).where(entry.c.source_key == bindparam("source_key")))


@cache
def insert_entry_on_sqlite() -> Prepared:
    """Insert an entry and give back its id."""
    return prepare("sqlite", insert(entry).returning(entry.c.id), _ENTRY_COLUMNS)


@cache
def insert_transfers_on_sqlite(count: int) -> Prepared:
    """Insert so many transfers of `entry_id` in one call."""
    rows = [{"entry_id": bindparam("entry_id"), **_line(number)} for number in range(count)]
    return prepare("sqlite", insert(transfer).values(rows))


@cache
def insert_on_postgresql(count: int) -> Prepared:
    """Insert an entry with so many transfers in one round trip and give back its id.

    It gives no row back, and inserts none, where another transaction booked the key first: it waits for that one.
    """
    wanted = {name: bindparam(name, type_=entry.c[name].type) for name in _ENTRY_COLUMNS}
    once = postgresql_insert(entry).values(wanted).on_conflict_do_nothing(index_elements=[entry.c.source_key])
    new = once.returning(entry.c.id).cte("new")
    lines = values(*(column(name, BigInteger) for name in LINE_COLUMNS), name="lines").data(
        [tuple(_line(number).values()) for number in range(count)]
    )
    rows = select(new.c.id, *lines.c).order_by(lines.c.line)
    written = insert(transfer).from_select(["entry_id", *LINE_COLUMNS], rows)
    return prepare("postgresql", written.returning(transfer.c.entry_id))


def _line(number: int) -> dict[str, object]:
    return {name: bindparam(f"{name}_{number}", type_=BigInteger) for name in LINE_COLUMNS}
