"""The guards that seal the book: made last, when every table they stand on is there."""

from __future__ import annotations

from alembic import op

from donations.migrations.triggers import install_guards

revision = "0099"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the guards; before the first release this revision stays the last (decision 7): its number leaves room."""
    install_guards(op.get_bind())
