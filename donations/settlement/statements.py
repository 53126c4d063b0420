"""Room: settlement. Its statements, composed in Core and compiled once for each engine: a gift takes about ten.

Composed anew they cost ten times what the database needs (docs/explanation: measured by `./run bench ledger`).
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import Table, bindparam, exists, insert, literal_column, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from donations.database.driver import Prepared, prepare
from donations.tables import (
    Contact,
    Donor,
    Gift,
    GiftReview,
    GiftSettlement,
    entry,
    metadata,
    stripe_balance_transaction,
    tray,
)

_SETTLEMENT_COLUMNS = tuple(column.name for column in GiftSettlement.__table__.columns)
_MIRROR_COLUMNS = tuple(column.name for column in stripe_balance_transaction.columns)


@cache
def lock_gift(engine: str) -> Prepared:
    """Find the promise under `reference` and what its giver wrote, held against a second worker."""
    found = select(Gift.id, Gift.amount_cents, Gift.fee_cover_cents, Contact.name, Contact.email)
    return prepare(
        engine,
        found.join(Contact, Contact.gift_id == Gift.id)
        .where(Gift.reference == bindparam("reference"))
        .with_for_update(of=Gift),
    )


@cache
def look_up(engine: str) -> Prepared:
    """Tell whether the charge under `source_key` is booked, whether a gift has its charge, and whether it is held.

    Asked under the gift's lock, by a statement of its own: what the lock was waited for must be seen.
    """
    gift_id = bindparam("gift_id", type_=Gift.id.type)
    is_booked = exists().where(entry.c.source_key == bindparam("source_key"))
    is_held = exists().where(GiftReview.gift_id == gift_id, GiftReview.state != literal_column("'cleared'"))
    is_settled = exists().where(GiftSettlement.gift_id == gift_id)
    waits = exists().where(GiftReview.gift_id == gift_id, GiftReview.charge_id.is_not(None))
    return prepare(engine, select(is_booked, or_(is_settled, waits), is_held))


@cache
def find_donor(engine: str) -> Prepared:
    """Find a donor's id by the exact pair of keys."""
    pair = (Donor.email_key == bindparam("email_key"), Donor.name_key == bindparam("name_key"))
    return prepare(engine, select(Donor.id).where(*pair))


@cache
def insert_donor(engine: str) -> Prepared:
    """Insert a donor and give back the id; no row back where another worker wrote the same pair meanwhile."""
    columns = ("reference", "name", "email", "email_key", "name_key")
    written = _insert_once(engine, metadata.tables["donor"]).returning(Donor.id)
    return prepare(engine, written, columns)


@cache
def insert_settlement(engine: str) -> Prepared:
    """Insert the row by which a charge keeps a promise."""
    return prepare(engine, insert(metadata.tables["gift_settlement"]), _SETTLEMENT_COLUMNS)


@cache
def insert_into_tray(engine: str) -> Prepared:
    """Lay an entry before the clerk."""
    return prepare(engine, insert(tray), ("entry_id",))


@cache
def find_mirrored(engine: str) -> Prepared:
    """Find what Stripe said before of the balance transaction `id`."""
    table = stripe_balance_transaction.c
    said = (table.type, table.amount_cents, table.fee_cents, table.currency, table.source_id)
    return prepare(engine, select(*said).where(table.id == bindparam("id")))


@cache
def insert_mirrored(engine: str) -> Prepared:
    """Keep a balance transaction; no row back where another worker kept it meanwhile."""
    written = _insert_once(engine, stripe_balance_transaction).returning(stripe_balance_transaction.c.id)
    return prepare(engine, written, _MIRROR_COLUMNS)


def _insert_once(engine: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    made = sqlite.insert(table) if engine == "sqlite" else postgresql.insert(table)
    return made.on_conflict_do_nothing()
