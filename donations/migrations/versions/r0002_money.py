"""The book: funds, accounts, entries, transfers, clothing funds and the one order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from donations.migrations.types import DAY, INSTANT, WHOLE

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "account",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('asset', 'liability', 'net_asset', 'income', 'expense')", name="ck_account_kind"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("number", name="uq_account_number"),
        sa.UniqueConstraint("path", name="uq_account_path"),
        sqlite_strict=True,
    )
    op.create_table(
        "book",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("fiscal_year_start", sa.Text(), nullable=False),
        sa.CheckConstraint("currency = 'usd'", name="ck_book_currency"),
        sa.CheckConstraint("mode IN ('simulated', 'test', 'live')", name="ck_book_mode"),
        sa.CheckConstraint("id = 1", name="ck_book_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_book"),
        sqlite_strict=True,
    )
    op.create_table(
        "clothing_fund",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("queue_no", WHOLE, nullable=False),
        sa.Column("opened_on", DAY, nullable=False),
        sa.Column("target_cents", WHOLE, nullable=False),
        sa.Column("designated_cents", WHOLE, server_default="0", nullable=False),
        sa.Column("spent_cents", WHOLE, server_default="0", nullable=False),
        sa.Column("closed", WHOLE, server_default="0", nullable=False),
        sa.CheckConstraint(
            "0 <= spent_cents AND spent_cents <= designated_cents AND designated_cents <= target_cents",
            name="ck_clothing_fund_cents",
        ),
        sa.CheckConstraint("closed IN (0, 1)", name="ck_clothing_fund_closed"),
        sa.CheckConstraint("target_cents > 0 AND target_cents <= 100000000000", name="ck_clothing_fund_target"),
        sa.PrimaryKeyConstraint("id", name="pk_clothing_fund"),
        sa.UniqueConstraint("code", name="uq_clothing_fund_code"),
        sa.UniqueConstraint("queue_no", name="uq_clothing_fund_queue_no"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_clothing_fund_short",
        "clothing_fund",
        ["queue_no"],
        unique=False,
        sqlite_where=sa.text("designated_cents < target_cents AND closed = 0"),
        postgresql_where=sa.text("designated_cents < target_cents AND closed = 0"),
    )
    op.create_index(
        "ix_clothing_fund_unspent",
        "clothing_fund",
        ["queue_no"],
        unique=False,
        sqlite_where=sa.text("designated_cents > spent_cents"),
        postgresql_where=sa.text("designated_cents > spent_cents"),
    )
    op.create_table(
        "entry",
        sa.Column("id", WHOLE, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("effective_on", DAY, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("reverses", WHOLE, nullable=True),
        sa.Column("n_transfers", WHOLE, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("note_code", sa.Text(), nullable=True),
        sa.CheckConstraint("n_transfers > 0", name="ck_entry_n_transfers"),
        *_complete(),
        sa.ForeignKeyConstraint(["reverses"], ["entry.id"], name="fk_entry_reverses"),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.UniqueConstraint("reverses", name="uq_entry_reverses"),
        sa.UniqueConstraint("source_key", name="uq_entry_source_key"),
        sqlite_strict=True,
    )
    op.create_index("ix_entry_effective_on", "entry", ["effective_on"], unique=False)
    op.create_table(
        "fund",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("restricted", WHOLE, nullable=False),
        sa.CheckConstraint(
            "(name = 'children' AND restricted = 1) OR (name = 'operations' AND restricted = 0)", name="ck_fund_known"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_fund"),
        sa.UniqueConstraint("name", name="uq_fund_name"),
        sqlite_strict=True,
    )
    op.create_table(
        "period",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("closed_through", DAY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("approver", sa.Text(), nullable=True),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('closed', 'reopened', 'locked')", name="ck_period_state"),
        sa.PrimaryKeyConstraint("id", name="pk_period"),
        sqlite_strict=True,
    )
    op.create_table(
        "stripe_balance_transaction",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("reporting_category", sa.Text(), nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("fee_cents", WHOLE, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("available_on", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stripe_balance_transaction"),
        sqlite_strict=True,
    )
    op.create_table(
        "bank_assertion",
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("on", DAY, nullable=False),
        sa.Column("cents", WHOLE, nullable=False),
        sa.Column("statement_ref", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_bank_assertion_account_id"),
        sa.PrimaryKeyConstraint("account_id", "on", name="pk_bank_assertion"),
        sqlite_strict=True,
    )
    op.create_table(
        "clothing_spend",
        sa.Column("entry_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("clothing_fund_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("cents", WHOLE, nullable=False),
        sa.CheckConstraint("cents <> 0 AND abs(cents) <= 100000000000", name="ck_clothing_spend_cents"),
        sa.ForeignKeyConstraint(
            ["clothing_fund_id"], ["clothing_fund.id"], name="fk_clothing_spend_clothing_fund_id"
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_clothing_spend_entry_id"),
        sa.PrimaryKeyConstraint("entry_id", "clothing_fund_id", name="pk_clothing_spend"),
        sqlite_strict=True,
    )
    op.create_table(
        "designation",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("source_entry_id", WHOLE, nullable=False),
        sa.Column("instead_of", WHOLE, nullable=True),
        sa.Column("clothing_fund_id", WHOLE, nullable=False),
        sa.Column("cents", WHOLE, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("effective_on", DAY, nullable=False),
        sa.CheckConstraint("(reason = 'make_whole') = (instead_of IS NOT NULL)", name="ck_designation_instead_of"),
        sa.CheckConstraint("reason IN ('fill', 'release', 'backfill', 'make_whole')", name="ck_designation_reason"),
        sa.CheckConstraint("cents <> 0 AND abs(cents) <= 100000000000", name="ck_designation_cents"),
        sa.CheckConstraint("instead_of IS NULL OR cents > 0", name="ck_designation_make_whole_positive"),
        sa.ForeignKeyConstraint(["clothing_fund_id"], ["clothing_fund.id"], name="fk_designation_clothing_fund_id"),
        sa.ForeignKeyConstraint(["instead_of"], ["entry.id"], name="fk_designation_instead_of"),
        sa.ForeignKeyConstraint(["source_entry_id"], ["entry.id"], name="fk_designation_source_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_designation"),
        sqlite_strict=True,
    )
    op.create_index("ix_designation_clothing_fund_id", "designation", ["clothing_fund_id"], unique=False)
    op.create_index("ix_designation_source_entry_id", "designation", ["source_entry_id"], unique=False)
    op.create_index(
        "ix_designation_instead_of",
        "designation",
        ["instead_of"],
        unique=False,
        sqlite_where=sa.text("instead_of IS NOT NULL"),
        postgresql_where=sa.text("instead_of IS NOT NULL"),
    )
    op.create_table(
        "filing",
        sa.Column("position", WHOLE, autoincrement=False, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("entry_id", WHOLE, nullable=True),
        sa.Column("clothing_fund_id", WHOLE, nullable=True),
        sa.CheckConstraint(
            "(what IN ('opened', 'closed')) = (clothing_fund_id IS NOT NULL)", name="ck_filing_clothing_fund"
        ),
        sa.CheckConstraint("(what IN ('opened', 'closed')) = (entry_id IS NULL)", name="ck_filing_entry"),
        sa.CheckConstraint(
            "what IN ('gift', 'return', 'make_whole', 'purchase', 'opened', 'closed')", name="ck_filing_what"
        ),
        sa.CheckConstraint("position > 0", name="ck_filing_position"),
        sa.ForeignKeyConstraint(["clothing_fund_id"], ["clothing_fund.id"], name="fk_filing_clothing_fund_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_filing_entry_id"),
        sa.PrimaryKeyConstraint("position", name="pk_filing"),
        sa.UniqueConstraint("entry_id", name="uq_filing_entry_id"),
        sa.UniqueConstraint("what", "clothing_fund_id", name="uq_filing_what_clothing_fund_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "fund_account",
        sa.Column("fund_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("account_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("may_debit", WHOLE, nullable=False),
        sa.Column("may_credit", WHOLE, nullable=False),
        sa.CheckConstraint("may_debit IN (0, 1) AND may_credit IN (0, 1)", name="ck_fund_account_flags"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_fund_account_account_id"),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name="fk_fund_account_fund_id"),
        sa.PrimaryKeyConstraint("fund_id", "account_id", name="pk_fund_account"),
        sqlite_strict=True,
    )
    op.create_table(
        "gift_settlement",
        sa.Column("gift_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("charge_id", sa.Text(), nullable=True),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("entry_id", WHOLE, nullable=False),
        sa.Column("donor_id", WHOLE, nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("gift_on", DAY, nullable=False),
        sa.Column("gift_on_basis", sa.Text(), nullable=False),
        sa.Column("charged_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "gift_on_basis IN ('charged', 'settled', 'postmark', 'received', 'post_dated', 'payroll',"
            " 'handed_over')",
            name="ck_gift_settlement_basis",
        ),
        sa.CheckConstraint(
            "method IN ('card', 'ach', 'other', 'cheque', 'cash', 'wire', 'payroll',"
            " 'donor_advised_fund', 'ira_distribution', 'in_kind', 'stock')",
            name="ck_gift_settlement_method",
        ),
        sa.CheckConstraint(
            "donor_id IS NOT NULL OR method IN ('cheque', 'cash')", name="ck_gift_settlement_donor"
        ),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name="fk_gift_settlement_donor_id"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_gift_settlement_entry_id"),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_gift_settlement_gift_id"),
        sa.PrimaryKeyConstraint("gift_id", name="pk_gift_settlement"),
        sa.UniqueConstraint("charge_id", name="uq_gift_settlement_charge_id"),
        sa.UniqueConstraint("entry_id", name="uq_gift_settlement_entry_id"),
        sa.UniqueConstraint("source_key", name="uq_gift_settlement_source_key"),
        sqlite_strict=True,
    )
    op.create_index("ix_gift_settlement_donor_id", "gift_settlement", ["donor_id"], unique=False)
    op.create_index("ix_gift_settlement_gift_on", "gift_settlement", ["gift_on"], unique=False)
    op.create_table(
        "payout_row",
        sa.Column("txn_id", sa.Text(), nullable=False),
        sa.Column("payout_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["txn_id"], ["stripe_balance_transaction.id"], name="fk_payout_row_txn_id"),
        sa.PrimaryKeyConstraint("txn_id", name="pk_payout_row"),
        sqlite_strict=True,
    )
    op.create_index("ix_payout_row_payout_id", "payout_row", ["payout_id"], unique=False)
    op.create_table(
        "returned",
        sa.Column("entry_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("gift_id", WHOLE, nullable=False),
        sa.Column("children_cents", WHOLE, nullable=False),
        sa.Column("operations_cents", WHOLE, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_on", DAY, nullable=True),
        sa.CheckConstraint("kind IN ('refund', 'dispute', 'late_return', 'correction')", name="ck_returned_kind"),
        sa.CheckConstraint("children_cents <> 0 OR operations_cents <> 0", name="ck_returned_not_nothing"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_returned_entry_id"),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_returned_gift_id"),
        sa.PrimaryKeyConstraint("entry_id", name="pk_returned"),
        sqlite_strict=True,
    )
    op.create_index("ix_returned_gift_id", "returned", ["gift_id"], unique=False)
    op.create_table(
        "tray",
        sa.Column("entry_id", WHOLE, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_tray_entry_id"),
        sa.PrimaryKeyConstraint("entry_id", name="pk_tray"),
        sqlite_strict=True,
    )
    op.create_table(
        "transfer",
        sa.Column("entry_id", WHOLE, autoincrement=False, nullable=False),
        sa.Column("line", WHOLE, autoincrement=False, nullable=False),
        sa.Column("fund_id", WHOLE, nullable=False),
        sa.Column("debit_id", WHOLE, nullable=False),
        sa.Column("credit_id", WHOLE, nullable=False),
        sa.Column("cents", WHOLE, nullable=False),
        sa.CheckConstraint("cents > 0 AND cents <= 100000000000", name="ck_transfer_cents"),
        sa.CheckConstraint("debit_id <> credit_id", name="ck_transfer_two_accounts"),
        sa.CheckConstraint("line > 0", name="ck_transfer_line"),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_transfer_entry_id"),
        sa.ForeignKeyConstraint(
            ["fund_id", "credit_id"],
            ["fund_account.fund_id", "fund_account.account_id"],
            name="fk_transfer_fund_id_credit_id",
        ),
        sa.ForeignKeyConstraint(
            ["fund_id", "debit_id"],
            ["fund_account.fund_id", "fund_account.account_id"],
            name="fk_transfer_fund_id_debit_id",
        ),
        sa.PrimaryKeyConstraint("entry_id", "line", name="pk_transfer"),
        sqlite_strict=True,
    )
    moves_bank = "debit_id IN (1010, 1020) OR credit_id IN (1010, 1020)"
    op.create_index(
        "ix_transfer_bank",
        "transfer",
        ["entry_id"],
        unique=False,
        sqlite_where=sa.text(moves_bank),
        postgresql_where=sa.text(moves_bank),
    )
    if not _is_sqlite():
        op.create_foreign_key(
            "fk_entry_complete",
            "entry",
            "transfer",
            ["id", "n_transfers"],
            ["entry_id", "line"],
            deferrable=True,
            initially="DEFERRED",
        )


def _is_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"


def _complete() -> list[sa.ForeignKeyConstraint]:
    """Return the constraint by which an incomplete entry cannot be committed; SQLite takes it only inline."""
    if not _is_sqlite():
        return []
    return [
        sa.ForeignKeyConstraint(
            ["id", "n_transfers"],
            ["transfer.entry_id", "transfer.line"],
            name="fk_entry_complete",
            deferrable=True,
            initially="DEFERRED",
        )
    ]
