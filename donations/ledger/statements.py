"""Room: ledger. The ledger's inserts as the driver's own text, compiled from Core once for each engine.

Composing a statement anew costs more than the database needs to carry it out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

from sqlalchemy import Dialect, bindparam, insert, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.engine import make_url

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
    dialect = _dialect(engine)
    once = postgresql_insert(entry).on_conflict_do_nothing(index_elements=[entry.c.source_key])
    written = insert(entry) if engine == "sqlite" else once
    find = select(entry.c.id).where(entry.c.source_key == bindparam("source_key"))
    returning = written.returning(entry.c.id)
    return Statements(
        find=str(find.compile(dialect=dialect)),
        insert_entry=str(returning.compile(dialect=dialect, column_keys=list(_ENTRY_COLUMNS))),
    )


@cache
def insert_transfers(engine: str, count: int) -> str:
    """Return the text that inserts `count` transfers in one call; values line by line in the order of the columns."""
    rows = [dict.fromkeys(_TRANSFER_COLUMNS)] * count
    return str(insert(transfer).values(rows).compile(dialect=_dialect(engine)))


def instant_value(engine: str, instant: datetime) -> datetime | str:
    """Return an aware instant as the engine's column stores it (as `tables.metadata.Instant`)."""
    utc = instant.astimezone(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if engine == "sqlite" else utc


def day_value(engine: str, day: date) -> date | str:
    """Return a day as the engine's column stores it (as `tables.metadata.Day`)."""
    return day.isoformat() if engine == "sqlite" else day


def _dialect(engine: str) -> Dialect:
    address, style = ("sqlite://", "qmark") if engine == "sqlite" else ("postgresql+psycopg://", "format")
    make: Callable[..., Dialect] = make_url(address).get_dialect()
    return make(paramstyle=style)
