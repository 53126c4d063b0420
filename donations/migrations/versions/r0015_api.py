"""Programs that may read, partners who are told, appeals by which gifts come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import DAY, INSTANT, WHOLE

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_keys()
    _make_partners()
    op.create_table(
        "appeal",
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tag", name="pk_appeal"),
        sqlite_strict=True,
    )
    op.create_index("ix_gift_appeal", "gift", ["appeal"])


def _make_keys() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("agreed_at", INSTANT, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=True),
        sa.Column("shown_at", INSTANT, nullable=True),
        sa.Column("used_on", DAY, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.CheckConstraint("scope IN ('public', 'treasury')", name="ck_api_key_scope"),
        sa.CheckConstraint("(token_hash IS NULL) = (shown_at IS NULL)", name="ck_api_key_shown_once"),
        sa.PrimaryKeyConstraint("id", name="pk_api_key"),
        sa.UniqueConstraint("reference", name="uq_api_key_reference"),
        sa.UniqueConstraint("token_hash", name="uq_api_key_token_hash"),
        sqlite_strict=True,
    )
    op.create_table(
        "api_use",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("minute", INSTANT, nullable=False),
        sa.Column("times", WHOLE, nullable=False),
        sa.CheckConstraint("times > 0", name="ck_api_use_times"),
        sa.PrimaryKeyConstraint("who", "minute", name="pk_api_use"),
        sqlite_strict=True,
    )
    op.create_index("ix_api_use_minute", "api_use", ["minute"])


def _make_partners() -> None:
    op.create_table(
        "partner",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("generation", WHOLE, nullable=False),
        sa.Column("previous_until", INSTANT, nullable=True),
        sa.Column("key_mark", sa.Text(), nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("generation > 0", name="ck_partner_generation"),
        sa.PrimaryKeyConstraint("id", name="pk_partner"),
        sa.UniqueConstraint("reference", name="uq_partner_reference"),
        sqlite_strict=True,
    )
    op.create_table(
        "partner_event",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_partner_event"),
        sqlite_strict=True,
    )
