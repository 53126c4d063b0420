"""Donors who asked to be erased, and documents whose words are gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import INSTANT, WHOLE

revision = "0019"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "erasure",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("blind_ids", sa.Text(), nullable=False),
        sa.CheckConstraint("language IN ('en', 'es')", name="ck_erasure_language"),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
        sa.UniqueConstraint("reference", name="uq_erasure_reference"),
        sqlite_strict=True,
    )
    op.create_table(
        "erasure_subject",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("erasure_id", WHOLE, nullable=False),
        sa.Column("look_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint("kind IN ('gift', 'pledge', 'donor')", name="ck_erasure_subject_kind"),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasure.id"], name="fk_erasure_subject_erasure_id"),
        sa.PrimaryKeyConstraint("kind", "subject_id", name="pk_erasure_subject"),
        sqlite_strict=True,
    )
    op.create_index("ix_erasure_subject_look_at", "erasure_subject", ["done_at", "look_at"])
    op.create_index("ix_erasure_subject_erasure_id", "erasure_subject", ["erasure_id"])
    op.create_table(
        "document_erasure",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("erased_in", WHOLE, nullable=False),
        sa.Column("erased_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["number"], ["receipt.number"], name="fk_document_erasure_number"),
        sa.PrimaryKeyConstraint("number", name="pk_document_erasure"),
        sqlite_strict=True,
    )
