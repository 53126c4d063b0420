"""What the bank says: lines of statements, and the entry each of them is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import DAY, INSTANT, WHOLE

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CENTS_MAX = 100_000_000_000
ACTS = (
    "act IN ('payout', 'payout_back', 'deposit', 'booked', 'sweep', 'charge', 'suspense', 'sent_back',"
    " 'returned_cheque', 'interest', 'funding')"
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "bank_line",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("line_key", sa.Text(), nullable=False),
        sa.Column("booked_on", DAY, nullable=False),
        sa.Column("cents", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.CheckConstraint(f"cents <> 0 AND abs(cents) <= {CENTS_MAX}", name="ck_bank_line_cents"),
        sa.CheckConstraint("length(line_key) BETWEEN 1 AND 64", name="ck_bank_line_line_key"),
        sa.CheckConstraint("length(words) <= 80", name="ck_bank_line_words"),
        sa.CheckConstraint("kind IN ('charge', 'interest', 'cheque', 'other')", name="ck_bank_line_kind"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_bank_line_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bank_line"),
        sa.UniqueConstraint("reference", name="uq_bank_line_reference"),
        sa.UniqueConstraint("account_id", "line_key", name="uq_bank_line_account_id_line_key"),
        sqlite_strict=True,
    )
    op.create_index("ix_bank_line_booked_on", "bank_line", ["booked_on"])
    op.create_table(
        "bank_match",
        sa.Column("line_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("entry_id", WHOLE, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("matched_at", INSTANT, nullable=False),
        sa.CheckConstraint(ACTS, name="ck_bank_match_act"),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name="fk_bank_match_line_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_bank_match_account_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_bank_match_entry_id"),
        sa.PrimaryKeyConstraint("line_id", name="pk_bank_match"),
        sa.UniqueConstraint("account_id", "entry_id", name="uq_bank_match_account_id_entry_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "bank_match_subject",
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("line_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["bank_match.line_id"], name="fk_bank_match_subject_line_id"),
        sa.PrimaryKeyConstraint("act", "subject", name="pk_bank_match_subject"),
        sqlite_strict=True,
    )
    op.create_index("ix_bank_match_subject_line_id", "bank_match_subject", ["line_id"])
    op.create_table(
        "bank_unmatch",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("line_id", WHOLE, nullable=False),
        sa.Column("entry_id", WHOLE, nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("unmatched_at", INSTANT, nullable=False),
        sa.CheckConstraint(ACTS, name="ck_bank_unmatch_act"),
        sa.CheckConstraint(
            "reason_code IN ('wrong_kind', 'wrong_subject', 'wrong_line')", name="ck_bank_unmatch_reason_code"
        ),
        sa.CheckConstraint("asked_by <> approved_by", name="ck_bank_unmatch_two_people"),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name="fk_bank_unmatch_line_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_bank_unmatch_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bank_unmatch"),
        sqlite_strict=True,
    )
    op.create_index("ix_bank_unmatch_line_id", "bank_unmatch", ["line_id"])
