"""Numbered documents, their frozen facts and their printed bytes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import DAY, INSTANT, WHOLE

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "report_publication",
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("edition", WHOLE, autoincrement=False, nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.CheckConstraint("edition > 0", name="ck_report_publication_edition"),
        sa.PrimaryKeyConstraint("period", "edition", name="pk_report_publication"),
        sqlite_strict=True,
    )
    op.create_table(
        "document_request",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("donor_id", WHOLE, nullable=False),
        sa.Column("year", WHOLE, nullable=False),
        sa.Column("gift_id", WHOLE, nullable=True),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.CheckConstraint("(kind = 'annual_statement') = (gift_id IS NULL)", name="ck_document_request_gift"),
        sa.CheckConstraint(
            "kind IN ('annual_statement', 'gift_receipt', 'follow_up')", name="ck_document_request_kind"
        ),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name="fk_document_request_donor_id"),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_document_request_gift_id"),
        sa.PrimaryKeyConstraint("id", name="pk_document_request"),
        sa.UniqueConstraint("kind", "gift_id", name="uq_document_request_kind_gift_id"),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_document_request_statement",
        "document_request",
        ["donor_id", "year"],
        unique=True,
        sqlite_where=sa.text("gift_id IS NULL"),
        postgresql_where=sa.text("gift_id IS NULL"),
    )
    op.create_table(
        "receipt",
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", WHOLE, autoincrement=False, nullable=False),
        sa.Column("n", WHOLE, autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("gift_id", WHOLE, nullable=True),
        sa.Column("donor_id", WHOLE, nullable=False),
        sa.Column("tax_year", WHOLE, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("issued_on", DAY, nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("facts_sha256", sa.Text(), nullable=False),
        sa.Column("verify_token", sa.Text(), nullable=False),
        sa.CheckConstraint("series <> 'R' OR gift_id IS NOT NULL", name="ck_receipt_gift"),
        sa.CheckConstraint("series IN ('R', 'S', 'N', 'L')", name="ck_receipt_series"),
        sa.CheckConstraint("n > 0", name="ck_receipt_n"),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name="fk_receipt_donor_id"),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_receipt_gift_id"),
        sa.ForeignKeyConstraint(["replaces"], ["receipt.number"], name="fk_receipt_replaces"),
        sa.PrimaryKeyConstraint("series", "year", "n", name="pk_receipt"),
        sa.UniqueConstraint("number", name="uq_receipt_number"),
        sa.UniqueConstraint("replaces", name="uq_receipt_replaces"),
        sa.UniqueConstraint("verify_token", name="uq_receipt_verify_token"),
        sqlite_strict=True,
    )
    op.create_index("ix_receipt_donor_id", "receipt", ["donor_id"], unique=False)
    op.create_index(
        "uq_receipt_root_of_gift",
        "receipt",
        ["gift_id"],
        unique=True,
        sqlite_where=sa.text("series = 'R' AND replaces IS NULL"),
        postgresql_where=sa.text("series = 'R' AND replaces IS NULL"),
    )
    op.create_index(
        "uq_receipt_root_statement",
        "receipt",
        ["donor_id", "tax_year"],
        unique=True,
        sqlite_where=sa.text("kind = 'annual_statement' AND replaces IS NULL"),
        postgresql_where=sa.text("kind = 'annual_statement' AND replaces IS NULL"),
    )
    op.create_index("ix_receipt_gift_id", "receipt", ["gift_id"], unique=False)
    op.create_table(
        "frozen_facts",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["receipt.number"], name="fk_frozen_facts_number"),
        sa.PrimaryKeyConstraint("number", name="pk_frozen_facts"),
        sqlite_strict=True,
    )
    op.create_table(
        "printed",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("unsigned_sha256", sa.Text(), nullable=False),
        sa.Column("appended", sa.LargeBinary(), nullable=True),
        sa.Column("seal", sa.Text(), nullable=True),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("printed_at", INSTANT, nullable=False),
        sa.CheckConstraint("(appended IS NULL) = (seal IS NULL)", name="ck_printed_seal"),
        sa.ForeignKeyConstraint(["number"], ["receipt.number"], name="fk_printed_number"),
        sa.PrimaryKeyConstraint("number", name="pk_printed"),
        sqlite_strict=True,
    )
    op.create_table(
        "receipt_event",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('void', 'hold', 'unhold', 'replaced')", name="ck_receipt_event_kind"),
        sa.ForeignKeyConstraint(["number"], ["receipt.number"], name="fk_receipt_event_number"),
        sa.PrimaryKeyConstraint("id", name="pk_receipt_event"),
        sqlite_strict=True,
    )
    op.create_index("ix_receipt_event_number", "receipt_event", ["number"], unique=False)
    op.create_table(
        "receipt_link",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["number"], ["receipt.number"], name="fk_receipt_link_number"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_receipt_link"),
        sqlite_strict=True,
    )
    op.create_index("ix_receipt_link_number", "receipt_link", ["number"], unique=False)
