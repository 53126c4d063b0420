"""Clothing bought: drafts, approvals, whose clothing funds' cents were spent. Goods in kind: what came and went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import DAY, INSTANT, WHOLE

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CENTS_MAX, COUNT_MAX = 100_000_000_000, 1_000_000


def upgrade() -> None:
    """Make the tables."""
    _make_purchases()
    _make_goods()


def _make_purchases() -> None:
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


def _make_goods() -> None:
    op.create_table(
        "goods_gift",
        sa.Column("gift_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('goods', 'securities')", name="ck_goods_gift_kind"),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_goods_gift_gift_id"),
        sa.PrimaryKeyConstraint("gift_id", name="pk_goods_gift"),
        sqlite_strict=True,
    )
    op.create_table(
        "goods_item",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("gift_id", WHOLE, nullable=False),
        sa.Column("n", WHOLE, nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("count", WHOLE, nullable=False),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("value_cents", WHOLE, nullable=False),
        sa.CheckConstraint("n > 0", name="ck_goods_item_n"),
        sa.CheckConstraint(f"count > 0 AND count <= {COUNT_MAX}", name="ck_goods_item_count"),
        sa.CheckConstraint("condition IN ('new', 'good_used', 'worn')", name="ck_goods_item_condition"),
        sa.CheckConstraint(f"value_cents > 0 AND value_cents <= {CENTS_MAX}", name="ck_goods_item_value"),
        sa.ForeignKeyConstraint(["gift_id"], ["goods_gift.gift_id"], name="fk_goods_item_gift_id"),
        sa.PrimaryKeyConstraint("id", name="pk_goods_item"),
        sa.UniqueConstraint("gift_id", "n", name="uq_goods_item_gift_id_n"),
        sqlite_strict=True,
    )
    op.create_table(
        "goods_out",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("out_on", DAY, nullable=False),
        sa.Column("proceeds_cents", WHOLE, nullable=False),
        sa.Column("commission_cents", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("drafted_by", sa.Text(), nullable=False),
        sa.Column("drafted_at", INSTANT, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("entry_id", WHOLE, nullable=True),
        sa.CheckConstraint("how IN ('given', 'discarded', 'sold')", name="ck_goods_out_how"),
        sa.CheckConstraint("state IN ('drafted', 'approved', 'declined')", name="ck_goods_out_state"),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> drafted_by OR drafted_by = 'command'", name="ck_goods_out_two_people"
        ),
        sa.CheckConstraint("(state = 'drafted') = (decided_at IS NULL)", name="ck_goods_out_decided"),
        sa.CheckConstraint("(state = 'approved') = (entry_id IS NOT NULL)", name="ck_goods_out_booked"),
        sa.CheckConstraint("(how = 'sold') = (proceeds_cents > 0)", name="ck_goods_out_proceeds"),
        sa.CheckConstraint(
            f"proceeds_cents >= 0 AND proceeds_cents <= {CENTS_MAX}", name="ck_goods_out_proceeds_range"
        ),
        sa.CheckConstraint(
            "commission_cents >= 0 AND commission_cents <= proceeds_cents", name="ck_goods_out_commission"
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_goods_out_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_goods_out"),
        sa.UniqueConstraint("reference", name="uq_goods_out_reference"),
        sa.UniqueConstraint("entry_id", name="uq_goods_out_entry_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_goods_out_state", "goods_out", ["state", "drafted_at"])
    op.create_table(
        "goods_out_line",
        sa.Column("goods_out_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("goods_item_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("count", WHOLE, nullable=False),
        sa.CheckConstraint(f"count > 0 AND count <= {COUNT_MAX}", name="ck_goods_out_line_count"),
        sa.ForeignKeyConstraint(["goods_out_id"], ["goods_out.id"], name="fk_goods_out_line_goods_out_id"),
        sa.ForeignKeyConstraint(["goods_item_id"], ["goods_item.id"], name="fk_goods_out_line_goods_item_id"),
        sa.PrimaryKeyConstraint("goods_out_id", "goods_item_id", name="pk_goods_out_line"),
        sqlite_strict=True,
    )
    op.create_index("ix_goods_out_line_goods_item_id", "goods_out_line", ["goods_item_id"])
