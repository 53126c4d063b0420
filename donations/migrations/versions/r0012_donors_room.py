"""The donor's own room: verified addresses, links, sign-ins, wishes about gifts and pledges."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import INSTANT, WHOLE

revision = "0012"
down_revision = "0015"
branch_labels = None
depends_on = None

CENTS_MAX = 100_000_000_000


def upgrade() -> None:
    """Make the tables."""
    _make_visits()
    _make_wishes()


def _make_visits() -> None:
    op.create_table(
        "donor_account",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_donor_account"),
        sqlite_strict=True,
    )
    op.create_table(
        "donor_address",
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("verified_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["donor_account.id"], name="fk_donor_address_account_id"),
        sa.PrimaryKeyConstraint("email_key", name="pk_donor_address"),
        sqlite_strict=True,
    )
    op.create_index("ix_donor_address_account_id", "donor_address", ["account_id"])
    op.create_table(
        "donor_link",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.CheckConstraint("(account_id IS NULL) = (kind = 'enter')", name="ck_donor_link_account"),
        sa.CheckConstraint("kind IN ('enter', 'address')", name="ck_donor_link_kind"),
        sa.ForeignKeyConstraint(["account_id"], ["donor_account.id"], name="fk_donor_link_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_donor_link"),
        sa.UniqueConstraint("token_hash", name="uq_donor_link_token_hash"),
        sqlite_strict=True,
    )
    op.create_index("ix_donor_link_network", "donor_link", ["network", "made_at"])
    op.create_index("ix_donor_link_person", "donor_link", ["person", "made_at"])
    op.create_index("ix_donor_link_made_at", "donor_link", ["made_at"])
    op.create_table(
        "donor_session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", WHOLE, nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["donor_account.id"], name="fk_donor_session_account_id"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_donor_session"),
        sqlite_strict=True,
    )
    op.create_index("ix_donor_session_account_id", "donor_session", ["account_id"])


def _make_wishes() -> None:
    op.create_table(
        "gift_naming",
        sa.Column("gift_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("is_named", WHOLE, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("is_named IN (0, 1)", name="ck_gift_naming_is_named"),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_gift_naming_gift_id"),
        sa.PrimaryKeyConstraint("gift_id", name="pk_gift_naming"),
        sqlite_strict=True,
    )
    op.create_table(
        "pledge_change",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("pledge_id", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=True),
        sa.Column("fee_cover_cents", WHOLE, nullable=True),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint("kind IN ('amount', 'day', 'pause', 'resume')", name="ck_pledge_change_kind"),
        sa.CheckConstraint("state IN ('asked', 'done', 'overtaken')", name="ck_pledge_change_state"),
        sa.CheckConstraint(
            "(kind = 'amount') = (amount_cents IS NOT NULL) AND (kind = 'amount') = (fee_cover_cents IS NOT NULL)",
            name="ck_pledge_change_cents",
        ),
        sa.CheckConstraint(f"amount_cents > 0 AND amount_cents <= {CENTS_MAX}", name="ck_pledge_change_amount"),
        sa.CheckConstraint(
            f"fee_cover_cents >= 0 AND fee_cover_cents <= {CENTS_MAX}", name="ck_pledge_change_fee_cover"
        ),
        sa.CheckConstraint("(kind IN ('day', 'pause')) = (until IS NOT NULL)", name="ck_pledge_change_until"),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name="fk_pledge_change_pledge_id"),
        sa.PrimaryKeyConstraint("id", name="pk_pledge_change"),
        sa.UniqueConstraint("reference", name="uq_pledge_change_reference"),
        sqlite_strict=True,
    )
    op.create_index("ix_pledge_change_pledge_id", "pledge_change", ["pledge_id"])
