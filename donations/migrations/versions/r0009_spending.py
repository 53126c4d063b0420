"""Clothing bought: drafts, approvals, and whose clothing funds' cents were spent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import DAY, INSTANT, WHOLE

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CENTS_MAX = 100_000_000_000


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "purchase",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("receipt_number", sa.Text(), nullable=False),
        sa.Column("bought_on", DAY, nullable=False),
        sa.Column("cents", WHOLE, nullable=False),
        sa.Column("paid_from", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        sa.Column("drafted_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("entry_id", WHOLE, nullable=True),
        sa.Column("paid_entry_id", WHOLE, nullable=True),
        sa.CheckConstraint(f"cents > 0 AND cents <= {CENTS_MAX}", name="ck_purchase_cents"),
        sa.CheckConstraint("paid_from IN ('bank', 'account')", name="ck_purchase_paid_from"),
        sa.CheckConstraint("state IN ('drafted', 'approved', 'declined', 'returned')", name="ck_purchase_state"),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> drafted_by OR drafted_by = 'command'", name="ck_purchase_two_people"
        ),
        sa.CheckConstraint("(state = 'drafted') = (decided_at IS NULL)", name="ck_purchase_decided"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_purchase_entry_id"),
        sa.ForeignKeyConstraint(["paid_entry_id"], ["entry.id"], name="fk_purchase_paid_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_purchase"),
        sa.UniqueConstraint("reference", name="uq_purchase_reference"),
        sa.UniqueConstraint("entry_id", name="uq_purchase_entry_id"),
        sa.UniqueConstraint("paid_entry_id", name="uq_purchase_paid_entry_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_purchase_receipt_number", "purchase", ["receipt_number"])
    op.create_index("ix_purchase_state", "purchase", ["state", "drafted_at"])
    op.create_table(
        "purchase_line",
        sa.Column("purchase_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("clothing_fund_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("cents", WHOLE, nullable=False),
        sa.CheckConstraint(f"cents > 0 AND cents <= {CENTS_MAX}", name="ck_purchase_line_cents"),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name="fk_purchase_line_purchase_id"),
        sa.ForeignKeyConstraint(["clothing_fund_id"], ["clothing_fund.id"], name="fk_purchase_line_clothing_fund_id"),
        sa.PrimaryKeyConstraint("purchase_id", "clothing_fund_id", name="pk_purchase_line"),
        sqlite_strict=True,
    )
    op.create_index("ix_purchase_line_clothing_fund_id", "purchase_line", ["clothing_fund_id"])
    op.create_table(
        "purchase_item",
        sa.Column("purchase_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("clothing_fund_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("count", WHOLE, nullable=False),
        sa.CheckConstraint(
            "item IN ('outfit', 'shoes', 'socks', 'underwear', 'coat')", name="ck_purchase_item_item"
        ),
        sa.CheckConstraint("count > 0 AND count <= 5", name="ck_purchase_item_count"),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchase.id"], name="fk_purchase_item_purchase_id"),
        sa.ForeignKeyConstraint(["clothing_fund_id"], ["clothing_fund.id"], name="fk_purchase_item_clothing_fund_id"),
        sa.PrimaryKeyConstraint("purchase_id", "clothing_fund_id", "item", name="pk_purchase_item"),
        sqlite_strict=True,
    )
