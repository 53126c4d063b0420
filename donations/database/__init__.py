"""Room: database. Engines with asserted settings, and the one way to write."""

from donations.database.once import insert_once
from donations.database.opening import Database, open_database
from donations.database.upgrade import migrate, schema_faults, schema_is_current

__all__ = ["Database", "insert_once", "migrate", "open_database", "schema_faults", "schema_is_current"]
