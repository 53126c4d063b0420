"""Gifts that wait for their donor's own words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import DAY, INSTANT, WHOLE

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "gift_review",
        sa.Column("gift_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("held_at", INSTANT, nullable=False),
        sa.Column("charge_id", sa.Text(), nullable=True),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("charged_at", INSTANT, nullable=True),
        sa.Column("gift_on", DAY, nullable=True),
        sa.Column("gift_on_basis", sa.Text(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("consent_version", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('held', 'cleared', 'refused')", name="ck_gift_review_state"),
        sa.CheckConstraint(
            "reason IN ('named_person', 'own_relative', 'clothing_fund_code', 'only_for')",
            name="ck_gift_review_reason",
        ),
        sa.CheckConstraint("(state = 'held') = (answered_at IS NULL)", name="ck_gift_review_answered"),
        sa.CheckConstraint("answered_by IN ('donor', 'treasurer')", name="ck_gift_review_answered_by"),
        sa.CheckConstraint("(charge_id IS NULL) = (gift_on IS NULL)", name="ck_gift_review_charge"),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_gift_review_gift_id"),
        sa.PrimaryKeyConstraint("gift_id", name="pk_gift_review"),
        sa.UniqueConstraint("charge_id", name="uq_gift_review_charge_id"),
        sqlite_strict=True,
    )
