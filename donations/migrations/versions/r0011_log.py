"""The public log: lines, the hashes of full tiles, checkpoints, keys; and what opens a line."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import DAY, INSTANT, WHOLE

revision = "0011"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "log_leaf",
        sa.Column("idx", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("children_cents", WHOLE, nullable=False),
        sa.Column("operations_cents", WHOLE, nullable=False),
        sa.Column("ref", WHOLE, nullable=True),
        sa.Column("gift_id", WHOLE, nullable=True),
        sa.Column("part", WHOLE, nullable=False),
        sa.Column("parts", WHOLE, nullable=False),
        sa.Column("appended_on", DAY, nullable=False),
        sa.CheckConstraint(
            "abs(children_cents) <= 100000000000 AND abs(operations_cents) <= 100000000000 AND (kind = 'balance' OR (children_cents >= 0 AND operations_cents >= 0))",
            name="ck_log_leaf_cents",
        ),
        sa.CheckConstraint("idx >= 0", name="ck_log_leaf_idx"),
        sa.CheckConstraint("part >= 1 AND part <= parts", name="ck_log_leaf_part"),
        sa.CheckConstraint("ref IS NULL OR ref < idx", name="ck_log_leaf_ref"),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_log_leaf_gift_id"),
        sa.ForeignKeyConstraint(["number"], ["receipt.number"], name="fk_log_leaf_number"),
        sa.ForeignKeyConstraint(["ref"], ["log_leaf.idx"], name="fk_log_leaf_ref"),
        sa.PrimaryKeyConstraint("idx", name="pk_log_leaf"),
        sa.UniqueConstraint("number", name="uq_log_leaf_number"),
        sa.UniqueConstraint("subject", name="uq_log_leaf_subject"),
        sqlite_strict=True,
    )
    op.create_index("ix_log_leaf_gift_id", "log_leaf", ["gift_id"])
    op.create_index(
        "ix_log_leaf_parts",
        "log_leaf",
        ["idx"],
        sqlite_where=sa.text("kind = 'gift' AND parts > 1"),
        postgresql_where=sa.text("kind = 'gift' AND parts > 1"),
    )
    op.create_table(
        "leaf_nonce",
        sa.Column("idx", WHOLE, autoincrement=False, nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["idx"], ["log_leaf.idx"], name="fk_leaf_nonce_idx"),
        sa.PrimaryKeyConstraint("idx", name="pk_leaf_nonce"),
        sqlite_strict=True,
    )
    op.create_table(
        "log_tile",
        sa.Column("level", WHOLE, autoincrement=False, nullable=False),
        sa.Column("n", WHOLE, autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(hashes) = 8192", name="ck_log_tile_full"),
        sa.PrimaryKeyConstraint("level", "n", name="pk_log_tile"),
        sqlite_strict=True,
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("lines", WHOLE, autoincrement=False, nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("signed", sa.Text(), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=False),
        sa.CheckConstraint("lines > 0", name="ck_log_checkpoint_lines"),
        sa.PrimaryKeyConstraint("lines", name="pk_log_checkpoint"),
        sqlite_strict=True,
    )
    op.create_table(
        "log_publication",
        sa.Column("lines", WHOLE, autoincrement=False, nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["lines"], ["log_checkpoint.lines"], name="fk_log_publication_lines"),
        sa.PrimaryKeyConstraint("lines", name="pk_log_publication"),
        sqlite_strict=True,
    )
    op.create_table(
        "log_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("first_lines", WHOLE, nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_lines", WHOLE, nullable=True),
        sa.CheckConstraint("length(id) = 8", name="ck_log_key_id"),
        sa.PrimaryKeyConstraint("id", name="pk_log_key"),
        sqlite_strict=True,
    )
    op.create_table(
        "log_cursor",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("after", WHOLE, nullable=False),
        sa.CheckConstraint(
            "source IN ('filing', 'receipt', 'event', 'reversal')", name="ck_log_cursor_source"
        ),
        sa.PrimaryKeyConstraint("source", name="pk_log_cursor"),
        sqlite_strict=True,
    )
