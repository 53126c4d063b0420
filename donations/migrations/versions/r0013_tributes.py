"""Tributes, their cards, and who wants no more of these."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import INSTANT, WHOLE

revision = "0013"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "tribute",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("gift_id", WHOLE, nullable=True),
        sa.Column("pledge_id", WHOLE, nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("notify_name", sa.Text(), nullable=True),
        sa.Column("notify_email", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("address_key", sa.Text(), nullable=True),
        sa.Column("held_reason", sa.Text(), nullable=True),
        sa.Column("card", sa.Text(), nullable=True),
        sa.Column("card_at", INSTANT, nullable=True),
        sa.CheckConstraint("(gift_id IS NULL) <> (pledge_id IS NULL)", name="ck_tribute_one_promise"),
        sa.CheckConstraint("kind IN ('honour', 'memory')", name="ck_tribute_kind"),
        sa.CheckConstraint("notify_email IS NULL OR address_key IS NOT NULL", name="ck_tribute_address"),
        sa.CheckConstraint(
            "held_reason IN ('named_person', 'own_relative', 'clothing_fund_code', 'only_for')",
            name="ck_tribute_held_reason",
        ),
        sa.CheckConstraint(
            "card IN ('sent', 'unwanted', 'too_many', 'gone_back', 'erased', 'never_given')", name="ck_tribute_card"
        ),
        sa.CheckConstraint("(card IS NULL) = (card_at IS NULL)", name="ck_tribute_card_at"),
        sa.CheckConstraint(
            "card IS NULL OR (notify_name IS NULL AND notify_email IS NULL AND message IS NULL)",
            name="ck_tribute_forgotten",
        ),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_tribute_gift_id"),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name="fk_tribute_pledge_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tribute"),
        sa.UniqueConstraint("gift_id", name="uq_tribute_gift_id"),
        sa.UniqueConstraint("pledge_id", name="uq_tribute_pledge_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_tribute_address_key", "tribute", ["address_key"])
    op.create_table(
        "no_more_cards",
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("address_key", name="pk_no_more_cards"),
        sqlite_strict=True,
    )
