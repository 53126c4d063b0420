"""Gifts that come to the desk, and donors who are one person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import DAY, INSTANT, WHOLE

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_CENTS_MAX = 100_000_000_000
_KINDS = (
    "kind IN ('cheque', 'cash', 'wire', 'payroll', 'employer_match',"
    " 'donor_advised_fund', 'ira_distribution')"
)
_CHEQUE = (
    "kind IN ('donor_advised_fund', 'ira_distribution') OR (kind = 'cheque') = (cheque_number IS NOT NULL)"
)
_THROUGH = (
    "(custodian IS NOT NULL) = (kind = 'ira_distribution')"
    " AND (adviser IS NULL OR kind = 'donor_advised_fund')"
)


def upgrade() -> None:
    """Make the tables."""
    _merges()
    _imports()
    _batches()
    _offline_gifts()


def _merges() -> None:
    op.create_table(
        "donor_merge",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("donor_id", WHOLE, nullable=False),
        sa.Column("into_id", WHOLE, nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("donor_id <> into_id", name="ck_donor_merge_two_rows"),
        sa.CheckConstraint(
            "reason_code IN ('same_person', 'misspelt_name', 'new_name', 'new_email', 'same_organization')",
            name="ck_donor_merge_reason_code",
        ),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name="fk_donor_merge_donor_id"),
        sa.ForeignKeyConstraint(["into_id"], ["donor.id"], name="fk_donor_merge_into_id"),
        sa.PrimaryKeyConstraint("id", name="pk_donor_merge"),
        sa.UniqueConstraint("reference", name="uq_donor_merge_reference"),
        sqlite_strict=True,
    )
    op.create_index("ix_donor_merge_donor_id", "donor_merge", ["donor_id"])
    op.create_index("ix_donor_merge_into_id", "donor_merge", ["into_id"])
    op.create_table(
        "donor_unmerge",
        sa.Column("merge_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["donor_merge.id"], name="fk_donor_unmerge_merge_id"),
        sa.PrimaryKeyConstraint("merge_id", name="pk_donor_unmerge"),
        sqlite_strict=True,
    )
    op.create_table(
        "donor_identity",
        sa.Column("donor_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("leader_id", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name="fk_donor_identity_donor_id"),
        sa.ForeignKeyConstraint(["leader_id"], ["donor.id"], name="fk_donor_identity_leader_id"),
        sa.PrimaryKeyConstraint("donor_id", name="pk_donor_identity"),
        sqlite_strict=True,
    )
    op.create_index("ix_donor_identity_leader_id", "donor_identity", ["leader_id"])
    op.create_table(
        "donors_apart",
        sa.Column("one_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("other_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("one_id < other_id", name="ck_donors_apart_once"),
        sa.ForeignKeyConstraint(["one_id"], ["donor.id"], name="fk_donors_apart_one_id"),
        sa.ForeignKeyConstraint(["other_id"], ["donor.id"], name="fk_donors_apart_other_id"),
        sa.PrimaryKeyConstraint("one_id", "other_id", name="pk_donors_apart"),
        sqlite_strict=True,
    )


def _imports() -> None:
    op.create_table(
        "imported_file",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("taken", WHOLE, nullable=False),
        sa.Column("refused", WHOLE, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imported_file"),
        sa.UniqueConstraint("reference", name="uq_imported_file_reference"),
        sqlite_strict=True,
    )
    op.create_table(
        "imported_gift",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("file_id", WHOLE, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("donor_id", WHOLE, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("refunded_cents", WHOLE, nullable=False),
        sa.Column("given_on", DAY, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in ("address_line1", "address_line2", "city", "region", "postal_code", "country")
        ),
        sa.CheckConstraint(
            f"amount_cents > 0 AND amount_cents <= {_CENTS_MAX}", name="ck_imported_gift_amount"
        ),
        sa.CheckConstraint(
            "refunded_cents >= 0 AND refunded_cents <= amount_cents", name="ck_imported_gift_refunded"
        ),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name="fk_imported_gift_donor_id"),
        sa.ForeignKeyConstraint(["file_id"], ["imported_file.id"], name="fk_imported_gift_file_id"),
        sa.PrimaryKeyConstraint("id", name="pk_imported_gift"),
        sa.UniqueConstraint("reference", name="uq_imported_gift_reference"),
        sqlite_strict=True,
    )
    op.create_index("ix_imported_gift_donor_id", "imported_gift", ["donor_id"])
    op.create_index("ix_imported_gift_file_id", "imported_gift", ["file_id"])
    op.create_index("uq_imported_gift_row", "imported_gift", ["source", "row_key"], unique=True)


def _batches() -> None:
    op.create_table(
        "batch",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("control_count", WHOLE, nullable=False),
        sa.Column("control_cents", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("posted_at", INSTANT, nullable=True),
        sa.CheckConstraint("control_count > 0 AND control_count <= 1000", name="ck_batch_control_count"),
        sa.CheckConstraint("control_cents > 0 AND control_cents <= 100000000000", name="ck_batch_control_cents"),
        sa.CheckConstraint("state IN ('open', 'posted')", name="ck_batch_state"),
        sa.CheckConstraint("(state = 'posted') = (posted_at IS NOT NULL)", name="ck_batch_posted"),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
        sa.UniqueConstraint("reference", name="uq_batch_reference"),
        sqlite_strict=True,
    )
    op.create_index("ix_batch_state", "batch", ["state", "opened_at"])
    op.create_table(
        "batch_line",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("batch_id", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("received_on", DAY, nullable=False),
        sa.Column("cheque_number", sa.Text(), nullable=True),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("postmarked_on", DAY, nullable=True),
        sa.Column("dated_on", DAY, nullable=True),
        sa.Column("custodian", sa.Text(), nullable=True),
        sa.Column("adviser", sa.Text(), nullable=True),
        sa.Column("gift_id", WHOLE, nullable=True),
        sa.CheckConstraint(_KINDS, name="ck_batch_line_kind"),
        sa.CheckConstraint("amount_cents > 0 AND amount_cents <= 100000000000", name="ck_batch_line_amount"),
        sa.CheckConstraint(_CHEQUE, name="ck_batch_line_cheque"),
        sa.CheckConstraint(_THROUGH, name="ck_batch_line_through"),
        sa.CheckConstraint("carrier IN ('us_mail', 'courier', 'by_hand')", name="ck_batch_line_carrier"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_batch_line_batch_id"),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_batch_line_gift_id"),
        sa.PrimaryKeyConstraint("id", name="pk_batch_line"),
        sa.UniqueConstraint("gift_id", name="uq_batch_line_gift_id"),
        sa.UniqueConstraint("reference", name="uq_batch_line_reference"),
        sqlite_strict=True,
    )
    op.create_index("ix_batch_line_batch_id", "batch_line", ["batch_id"], unique=False)
    op.create_index("ix_batch_line_cheque_number", "batch_line", ["cheque_number"], unique=False)


def _offline_gifts() -> None:
    op.create_table(
        "offline_gift",
        sa.Column("gift_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cheque_number", sa.Text(), nullable=True),
        sa.Column("received_on", DAY, nullable=False),
        sa.Column("postmarked_on", DAY, nullable=True),
        sa.Column("dated_on", DAY, nullable=True),
        sa.Column("custodian", sa.Text(), nullable=True),
        sa.Column("adviser", sa.Text(), nullable=True),
        sa.CheckConstraint(_KINDS, name="ck_offline_gift_kind"),
        sa.CheckConstraint(_CHEQUE, name="ck_offline_gift_cheque"),
        sa.CheckConstraint(_THROUGH, name="ck_offline_gift_through"),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_offline_gift_gift_id"),
        sa.PrimaryKeyConstraint("gift_id", name="pk_offline_gift"),
        sqlite_strict=True,
    )
    op.create_index("ix_offline_gift_cheque_number", "offline_gift", ["cheque_number"], unique=False)
