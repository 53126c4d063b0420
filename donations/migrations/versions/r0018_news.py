"""What donors are told of their gifts, month by month, and who wishes it by mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import DAY, INSTANT, WHOLE

revision = "0018"
down_revision = "0011"
branch_labels = None
depends_on = None

CENTS_MAX = 100_000_000_000


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "news_month",
        sa.Column("through", DAY, nullable=False),
        sa.Column("since", DAY, nullable=False),
        sa.Column("filled_step", WHOLE, nullable=True),
        sa.Column("filled_count", WHOLE, nullable=True),
        sa.Column("designated_cents", WHOLE, nullable=True),
        sa.Column("clothed_count", WHOLE, nullable=True),
        sa.Column("spent_cents", WHOLE, nullable=True),
        sa.Column("front_position", WHOLE, nullable=False),
        sa.Column("front_cents", WHOLE, nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
        sa.CheckConstraint("since <= through", name="ck_news_month_since"),
        sa.CheckConstraint(
            "filled_step >= 0 AND filled_count >= filled_step AND (filled_step IS NULL) = (designated_cents IS NULL)", name="ck_news_month_counts"
        ),
        sa.CheckConstraint(
            f"designated_cents BETWEEN 0 AND {CENTS_MAX} AND spent_cents BETWEEN 0 AND {CENTS_MAX}",
            name="ck_news_month_cents",
        ),
        sa.CheckConstraint(
            "(filled_count IS NULL) = (designated_cents IS NULL) AND (clothed_count IS NULL) = (spent_cents IS NULL)",
            name="ck_news_month_sides",
        ),
        sa.CheckConstraint(
            "front_position >= 0 AND front_cents >= 0", name="ck_news_month_front"
        ),
        sa.PrimaryKeyConstraint("through", name="pk_news_month"),
        sqlite_strict=True,
    )
    op.create_table(
        "news_item",
        sa.Column("through", DAY, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.CheckConstraint("item IN ('outfit', 'shoes', 'socks', 'underwear', 'coat')", name="ck_news_item_item"),
        sa.ForeignKeyConstraint(["through"], ["news_month.through"], name="fk_news_item_through"),
        sa.PrimaryKeyConstraint("through", "item", name="pk_news_item"),
        sqlite_strict=True,
    )
    op.create_table(
        "news_wish",
        sa.Column("promise", sa.Text(), nullable=False),
        sa.Column("wished_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= wished_at", name="ck_news_wish_ended"),
        sa.PrimaryKeyConstraint("promise", name="pk_news_wish"),
        sqlite_strict=True,
    )
