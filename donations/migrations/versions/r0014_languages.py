"""The language a donor gives in: of gifts, of pledges, of a code by mail before there is either, of a batch."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; what was given before was given in English, the only language there was."""
    for table in ("gift", "pledge", "mail_code", "batch_line"):
        # The same words add it, with its rule, on both engines; SQLite has no other way to add a rule to a table.
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN language TEXT DEFAULT 'en' NOT NULL"
            f" CONSTRAINT ck_{table}_language CHECK (language IN ('en', 'es'))"
        )
