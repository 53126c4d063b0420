"""Room: database. Bring the schema to this version in one transaction, and tell what is not as it must be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from donations.database.engines import postgresql_engine, read_url, sqlite_engine, sqlite_file
from donations.database.opening import Database
from donations.database.turns import Turns
from donations.migrations.triggers import expected_guards, found_guards
from donations.paths import migrations_folder

_MIGRATION_LOCK = 0x616C6D01
_MIGRATION_PATIENCE_SECONDS = 3600


def migrate(url: str) -> None:
    """Bring the database to this version, all of it or nothing; a second process waits and finds it done."""
    with _alone(url) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def schema_is_current(database: Database) -> bool:
    """Return whether version and guards of the schema are exactly this release's."""
    return not schema_faults(database)


def schema_faults(database: Database) -> list[str]:
    """Return one sentence for each way in which the schema is not this release's."""
    head = _head()
    with database.read() as session:
        connection = session.connection()
        found = MigrationContext.configure(connection).get_current_revision()
        if found != head:
            return [f"The schema is at {found or 'nothing'}, this release needs {head}: run `almoner migrate`."]
        expected, present = expected_guards(connection.dialect.name), found_guards(connection)
    names = sorted(name for name in expected | present if expected.get(name) != present.get(name))
    return [f"The guard {name} is missing, changed or unknown." for name in names]


@cache
def _head() -> str | None:
    """Return this release's revision; finding it reads every revision there is, and a process has one release."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    return config


@contextmanager
def _alone(url: str) -> Iterator[Connection]:
    address = read_url(url)
    if address.drivername == "sqlite":
        turns = Turns(sqlite_file(address))
        engine = sqlite_engine(address, read_only=False)
        try:
            with turns.take(), engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()
            turns.close()
        return
    engine = postgresql_engine(address, patience_seconds=_MIGRATION_PATIENCE_SECONDS)
    try:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            yield connection
    finally:
        engine.dispose()
