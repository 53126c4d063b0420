"""Promises, donors, events in, messages out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import INSTANT, WHOLE

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "attempt",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("form_token_hash", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('checkout', 'portal', 'code')", name="ck_attempt_kind"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.UniqueConstraint("form_token_hash", "kind", name="uq_attempt_form_token_hash_kind"),
        sqlite_strict=True,
    )
    op.create_table(
        "decline",
        sa.Column("charge_id", sa.Text(), nullable=False),
        sa.Column("form_token_hash", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("charge_id", name="pk_decline"),
        sqlite_strict=True,
    )
    op.create_index("ix_decline_form", "decline", ["form_token_hash"], unique=False)
    for counted in ("attempt", "decline"):
        for who in ("address", "device", "person"):
            op.create_index(f"ix_{counted}_{who}", counted, [who, "at"], unique=False)
        op.create_index(f"ix_{counted}_at", counted, ["at"], unique=False)
    op.create_table(
        "mail_code",
        sa.Column("form_token_hash", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("form_token_hash", name="pk_mail_code"),
        sqlite_strict=True,
    )
    op.create_table(
        "donor",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_donor"),
        sa.UniqueConstraint("email_key", "name_key", name="uq_donor_email_key_name_key"),
        sa.UniqueConstraint("reference", name="uq_donor_reference"),
        sqlite_strict=True,
    )
    op.create_table(
        "pledge",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("fee_cover_cents", WHOLE, nullable=False),
        sa.Column("preference_code", sa.Text(), nullable=True),
        sa.Column("anonymous", WHOLE, nullable=False),
        sa.Column("control_statement_version", sa.Text(), nullable=False),
        sa.Column("appeal", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("form_token_hash", sa.Text(), nullable=False),
        sa.Column("thanks_token_hash", sa.Text(), nullable=False),
        sa.Column("promised_at", INSTANT, nullable=False),
        sa.Column("subscription_id", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("cancel_at", INSTANT, nullable=True),
        sa.Column("paused_until", INSTANT, nullable=True),
        sa.Column("is_paused", WHOLE, server_default="0", nullable=False),
        sa.Column("period_end", INSTANT, nullable=True),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.CheckConstraint("origin IN ('web', 'command')", name="ck_pledge_origin"),
        sa.CheckConstraint("preference_code IN ('coats', 'shoes', 'school_wear')", name="ck_pledge_preference"),
        sa.CheckConstraint("amount_cents > 0 AND amount_cents <= 100000000000", name="ck_pledge_amount"),
        sa.CheckConstraint("anonymous IN (0, 1)", name="ck_pledge_anonymous"),
        sa.CheckConstraint("fee_cover_cents >= 0 AND fee_cover_cents <= 100000000000", name="ck_pledge_fee_cover"),
        sa.PrimaryKeyConstraint("id", name="pk_pledge"),
        sa.UniqueConstraint("form_token_hash", name="uq_pledge_form_token_hash"),
        sa.UniqueConstraint("reference", name="uq_pledge_reference"),
        sa.UniqueConstraint("subscription_id", name="uq_pledge_subscription_id"),
        sa.UniqueConstraint("thanks_token_hash", name="uq_pledge_thanks_token_hash"),
        sqlite_strict=True,
    )
    op.create_index("ix_pledge_customer_id", "pledge", ["customer_id"], unique=False)
    op.create_table(
        "pledge_contact",
        sa.Column("pledge_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("address_line1", sa.Text(), nullable=True),
        sa.Column("address_line2", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name="fk_pledge_contact_pledge_id"),
        sa.PrimaryKeyConstraint("pledge_id", name="pk_pledge_contact"),
        sqlite_strict=True,
    )
    op.create_table(
        "gift",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("pledge_id", WHOLE, nullable=True),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("fee_cover_cents", WHOLE, nullable=False),
        sa.Column("preference_code", sa.Text(), nullable=True),
        sa.Column("anonymous", WHOLE, nullable=False),
        sa.Column("control_statement_version", sa.Text(), nullable=False),
        sa.Column("appeal", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("form_token_hash", sa.Text(), nullable=True),
        sa.Column("thanks_token_hash", sa.Text(), nullable=True),
        sa.Column("promised_at", INSTANT, nullable=False),
        sa.CheckConstraint("origin IN ('web', 'command', 'desk')", name="ck_gift_origin"),
        sa.CheckConstraint(
            "(form_token_hash IS NULL) = (pledge_id IS NOT NULL OR origin = 'desk')", name="ck_gift_promised_once"
        ),
        sa.CheckConstraint("(thanks_token_hash IS NULL) = (origin = 'desk')", name="ck_gift_thanked_once"),
        sa.CheckConstraint("preference_code IN ('coats', 'shoes', 'school_wear')", name="ck_gift_preference"),
        sa.CheckConstraint("amount_cents > 0 AND amount_cents <= 100000000000", name="ck_gift_amount"),
        sa.CheckConstraint("anonymous IN (0, 1)", name="ck_gift_anonymous"),
        sa.CheckConstraint("fee_cover_cents >= 0 AND fee_cover_cents <= 100000000000", name="ck_gift_fee_cover"),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name="fk_gift_pledge_id"),
        sa.PrimaryKeyConstraint("id", name="pk_gift"),
        sa.UniqueConstraint("form_token_hash", name="uq_gift_form_token_hash"),
        sa.UniqueConstraint("reference", name="uq_gift_reference"),
        sa.UniqueConstraint("thanks_token_hash", name="uq_gift_thanks_token_hash"),
        sqlite_strict=True,
    )
    op.create_index("ix_gift_pledge_id", "gift", ["pledge_id"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("api_version", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("lease_generation", WHOLE, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("last_refusal", sa.Text(), nullable=True),
        sa.CheckConstraint("origin IN ('webhook', 'sweep', 'thanks')", name="ck_inbox_origin"),
        sa.CheckConstraint("state IN ('waiting', 'leased', 'done', 'parked')", name="ck_inbox_state"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("event_id", name="uq_inbox_event_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_inbox_due", "inbox", ["state", "due_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("lease_generation", WHOLE, nullable=False),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("last_refusal", sa.Text(), nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'leased', 'done', 'parked')", name="ck_outbox_state"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sqlite_strict=True,
    )
    op.create_index("ix_outbox_due", "outbox", ["state", "due_at"], unique=False)
    op.create_table(
        "checkout_attempt",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("gift_id", WHOLE, nullable=True),
        sa.Column("pledge_id", WHOLE, nullable=True),
        sa.Column("attempt", WHOLE, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("checkout_id", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('open', 'processing', 'paid', 'failed', 'expired')", name="ck_checkout_attempt_outcome"
        ),
        sa.CheckConstraint("(gift_id IS NULL) <> (pledge_id IS NULL)", name="ck_checkout_attempt_one_promise"),
        sa.CheckConstraint("attempt > 0", name="ck_checkout_attempt_attempt"),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_checkout_attempt_gift_id"),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name="fk_checkout_attempt_pledge_id"),
        sa.PrimaryKeyConstraint("id", name="pk_checkout_attempt"),
        sa.UniqueConstraint("checkout_id", name="uq_checkout_attempt_checkout_id"),
        sa.UniqueConstraint("gift_id", "attempt", name="uq_checkout_attempt_gift_id_attempt"),
        sa.UniqueConstraint("pledge_id", "attempt", name="uq_checkout_attempt_pledge_id_attempt"),
        sqlite_strict=True,
    )
    op.create_table(
        "contact",
        sa.Column("gift_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("address_line1", sa.Text(), nullable=True),
        sa.Column("address_line2", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_contact_gift_id"),
        sa.PrimaryKeyConstraint("gift_id", name="pk_contact"),
        sqlite_strict=True,
    )
