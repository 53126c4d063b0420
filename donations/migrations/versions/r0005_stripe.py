"""What Stripe says of refunds, disputes and payouts, what we asked of it, alarms, and the sweep's watermarks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import DAY, INSTANT, WHOLE

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "idle_source",
        sa.Column("position", WHOLE, autoincrement=False, nullable=False),
        sa.Column("entry_id", WHOLE, nullable=False),
        sa.Column("cents", WHOLE, nullable=False),
        sa.CheckConstraint("cents > 0 AND cents <= 100000000000", name="ck_idle_source_cents"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_idle_source_entry_id"),
        sa.ForeignKeyConstraint(["position"], ["filing.position"], name="fk_idle_source_position"),
        sa.PrimaryKeyConstraint("position", name="pk_idle_source"),
        sa.UniqueConstraint("entry_id", name="uq_idle_source_entry_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "refund_request",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("charge_id", sa.Text(), nullable=False),
        sa.Column("gift_id", WHOLE, nullable=True),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("attempt", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=True),
        sa.CheckConstraint("amount_cents > 0 AND amount_cents <= 100000000000", name="ck_refund_request_amount"),
        sa.CheckConstraint(
            "reason IN ('duplicate', 'fraudulent', 'requested_by_customer')", name="ck_refund_request_reason"
        ),
        sa.CheckConstraint("attempt > 0", name="ck_refund_request_attempt"),
        sa.CheckConstraint("state IN ('asked', 'made', 'refused')", name="ck_refund_request_state"),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_refund_request_gift_id"),
        sa.PrimaryKeyConstraint("id", name="pk_refund_request"),
        sa.UniqueConstraint("reference", name="uq_refund_request_reference"),
        sa.UniqueConstraint("refund_id", name="uq_refund_request_refund_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_refund_request_charge_id", "refund_request", ["charge_id"], unique=False)
    op.create_table(
        "refund",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("charge_id", sa.Text(), nullable=True),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_refund"),
        sqlite_strict=True,
    )
    op.create_index("ix_refund_charge_id", "refund", ["charge_id"], unique=False)
    op.create_table(
        "dispute",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("charge_id", sa.Text(), nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("is_refundable", WHOLE, nullable=False),
        sa.Column("evidence_due_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("is_refundable IN (0, 1)", name="ck_dispute_is_refundable"),
        sa.PrimaryKeyConstraint("id", name="pk_dispute"),
        sqlite_strict=True,
    )
    op.create_index("ix_dispute_charge_id", "dispute", ["charge_id"], unique=False)
    op.create_table(
        "presented_charge",
        sa.Column("charge_id", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("minor_units", WHOLE, nullable=False),
        sa.Column("told_amount", WHOLE, nullable=False),
        sa.Column("cents", WHOLE, nullable=False),
        sa.Column("exchanged_on", DAY, nullable=False),
        sa.CheckConstraint(
            "currency <> 'USD' AND length(currency) = 3", name="ck_presented_charge_currency"
        ),
        sa.CheckConstraint("minor_units > 0 AND told_amount > 0", name="ck_presented_charge_amounts"),
        sa.CheckConstraint("cents > 0 AND cents <= 100000000000", name="ck_presented_charge_cents"),
        sa.PrimaryKeyConstraint("charge_id", name="pk_presented_charge"),
        sqlite_strict=True,
    )
    op.create_table(
        "payout",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("is_automatic", WHOLE, nullable=False),
        sa.Column("reconciliation_status", sa.Text(), nullable=False),
        sa.Column("arrival_on", DAY, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("txn_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_payout"),
        sqlite_strict=True,
    )
    op.create_table(
        "alarm",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("cleared_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_alarm"),
        sqlite_strict=True,
    )
    op.create_table(
        "watermark",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("swept_to", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("stream", name="pk_watermark"),
        sqlite_strict=True,
    )
    op.create_table(
        "healed_gap",
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("healed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("object_id", name="pk_healed_gap"),
        sqlite_strict=True,
    )
