"""Who may enter the treasury, what needs two people, and the log of every act."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import INSTANT, WHOLE

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _people()
    _keys()
    _links()
    _approvals()
    _audit()


def _people() -> None:
    op.create_table(
        "staff",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("is_active", WHOLE, nullable=False),
        sa.Column("invited_at", INSTANT, nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("joined_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.CheckConstraint("is_active IN (0, 1)", name="ck_staff_is_active"),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("email", name="uq_staff_email"),
        sa.UniqueConstraint("handle", name="uq_staff_handle"),
        sa.UniqueConstraint("reference", name="uq_staff_reference"),
        sqlite_strict=True,
    )
    op.create_table(
        "staff_role",
        sa.Column("staff_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "role IN ('purchaser', 'treasurer', 'approver', 'auditor', 'admin')", name="ck_staff_role_role"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_role_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", "role", name="pk_staff_role"),
        sqlite_strict=True,
    )
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("stepped_up_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("way", sa.Text(), nullable=False),
        sa.CheckConstraint("way IN ('key', 'code')", name="ck_staff_session_way"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_session_staff_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_staff_session"),
        sqlite_strict=True,
    )
    op.create_index("ix_staff_session_staff_id", "staff_session", ["staff_id"])


def _keys() -> None:
    op.create_table(
        "staff_passkey",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", WHOLE, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("registered_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_passkey_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_passkey"),
        sa.UniqueConstraint("credential_id", name="uq_staff_passkey_credential_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_staff_passkey_staff_id", "staff_passkey", ["staff_id"])
    op.create_table(
        "staff_codes",
        sa.Column("staff_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("used_step", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_codes_staff_id"),
        sa.PrimaryKeyConstraint("staff_id", name="pk_staff_codes"),
        sqlite_strict=True,
    )
    op.create_table(
        "staff_recovery_code",
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_recovery_code_staff_id"),
        sa.PrimaryKeyConstraint("code_hash", name="pk_staff_recovery_code"),
        sqlite_strict=True,
    )
    op.create_index("ix_staff_recovery_code_staff_id", "staff_recovery_code", ["staff_id"])
    op.create_table(
        "spent_challenge",
        sa.Column("challenge_hash", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name="pk_spent_challenge"),
        sqlite_strict=True,
    )
    op.create_index("ix_spent_challenge_at", "spent_challenge", ["at"])


def _links() -> None:
    op.create_table(
        "staff_link",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("staff_id", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.CheckConstraint("kind IN ('invitation', 'entry')", name="ck_staff_link_kind"),
        sa.CheckConstraint("kind = 'invitation' OR device IS NOT NULL", name="ck_staff_link_device"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_link_staff_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_link"),
        sa.UniqueConstraint("token_hash", name="uq_staff_link_token_hash"),
        sqlite_strict=True,
    )
    op.create_index("ix_staff_link_staff_id", "staff_link", ["staff_id"])
    op.create_table(
        "staff_try",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("door IN ('key', 'link', 'code')", name="ck_staff_try_door"),
        sa.PrimaryKeyConstraint("id", name="pk_staff_try"),
        sqlite_strict=True,
    )
    op.create_index("ix_staff_try_who", "staff_try", ["door", "who", "at"])
    op.create_index("ix_staff_try_at", "staff_try", ["at"])


def _approvals() -> None:
    op.create_table(
        "approval",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("requested_by", WHOLE, nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", WHOLE, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'declined', 'withdrawn', 'done', 'failed')", name="ck_approval_state"
        ),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> requested_by", name="ck_approval_two_people"),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'declined') OR decided_by IS NOT NULL", name="ck_approval_decided"
        ),
        sa.ForeignKeyConstraint(["requested_by"], ["staff.id"], name="fk_approval_requested_by"),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name="fk_approval_decided_by"),
        sa.PrimaryKeyConstraint("id", name="pk_approval"),
        sa.UniqueConstraint("reference", name="uq_approval_reference"),
        sqlite_strict=True,
    )
    op.create_index("ix_approval_waiting", "approval", ["state", "requested_at"])


def _audit() -> None:
    op.create_table(
        "audit_act",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_act"),
        sqlite_strict=True,
    )
    op.create_index("ix_audit_act_subject", "audit_act", ["subject"])
    op.create_table(
        "audit_link",
        sa.Column("position", WHOLE, autoincrement=False, nullable=False),
        sa.Column("act_id", WHOLE, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("position > 0", name="ck_audit_link_position"),
        sa.ForeignKeyConstraint(["act_id"], ["audit_act.id"], name="fk_audit_link_act_id"),
        sa.PrimaryKeyConstraint("position", name="pk_audit_link"),
        sa.UniqueConstraint("act_id", name="uq_audit_link_act_id"),
        sqlite_strict=True,
    )
