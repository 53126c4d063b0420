"""Room: tables. Money (docs/explanation/money.md): one row of `transfer` is one fund, one debit, one credit.

Append-only triggers and direction triggers are in `donations/migrations`; what can be said as a constraint is
said here. Nothing in these tables is free text, and nothing is about a person.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from donations.money import CENTS_MAX
from donations.tables.metadata import STRICT, Day, Instant, Whole, metadata

book = Table(
    "book",
    metadata,
    Column("id", Whole, primary_key=True, autoincrement=False),
    Column("origin", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("fiscal_year_start", Text, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
    CheckConstraint("currency = 'usd'", name="currency"),
    CheckConstraint("mode IN ('simulated', 'test', 'live')", name="mode"),
    **STRICT,
)

fund = Table(
    "fund",
    metadata,
    Column("id", Whole, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("restricted", Whole, nullable=False),
    CheckConstraint(
        "(name = 'children' AND restricted = 1) OR (name = 'operations' AND restricted = 0)", name="known"
    ),
    **STRICT,
)

account = Table(
    "account",
    metadata,
    Column("id", Whole, primary_key=True, autoincrement=False),
    Column("number", Whole, nullable=False, unique=True),
    Column("path", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    CheckConstraint("kind IN ('asset', 'liability', 'net_asset', 'income', 'expense')", name="kind"),
    **STRICT,
)

fund_account = Table(
    "fund_account",
    metadata,
    Column("fund_id", Whole, ForeignKey("fund.id"), primary_key=True, autoincrement=False),
    Column("account_id", Whole, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("may_debit", Whole, nullable=False),
    Column("may_credit", Whole, nullable=False),
    CheckConstraint("may_debit IN (0, 1) AND may_credit IN (0, 1)", name="flags"),
    **STRICT,
)

entry = Table(
    "entry",
    metadata,
    Column("id", Whole, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("source_key", Text, nullable=False, unique=True),
    Column("happened_at", Instant, nullable=False),
    Column("effective_on", Day, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("reverses", Whole, ForeignKey("entry.id"), unique=True),
    Column("n_transfers", Whole, nullable=False),
    Column("actor", Text, nullable=False),
    Column("note_code", Text),
    CheckConstraint("n_transfers > 0", name="n_transfers"),
    # The last line an entry announces must be there at commit: with "each line after its predecessor"
    # (migrations/triggers) an incomplete entry cannot be committed on either engine.
    ForeignKeyConstraint(
        ["id", "n_transfers"],
        ["transfer.entry_id", "transfer.line"],
        name="fk_entry_complete",
        deferrable=True,
        initially="DEFERRED",
        use_alter=True,
    ),
    Index("ix_entry_effective_on", "effective_on"),
    **STRICT,
)

MOVES_BANK = "debit_id IN (1010, 1020) OR credit_id IN (1010, 1020)"
"""Of `transfer`: it moves one of the two bank accounts. Said in these very words, a query uses the index."""

transfer = Table(
    "transfer",
    metadata,
    Column("entry_id", Whole, ForeignKey("entry.id"), primary_key=True, autoincrement=False),
    Column("line", Whole, primary_key=True, autoincrement=False),
    Column("fund_id", Whole, nullable=False),
    Column("debit_id", Whole, nullable=False),
    Column("credit_id", Whole, nullable=False),
    Column("cents", Whole, nullable=False),
    ForeignKeyConstraint(["fund_id", "debit_id"], ["fund_account.fund_id", "fund_account.account_id"]),
    ForeignKeyConstraint(["fund_id", "credit_id"], ["fund_account.fund_id", "fund_account.account_id"]),
    CheckConstraint(f"cents > 0 AND cents <= {CENTS_MAX}", name="cents"),
    CheckConstraint("debit_id <> credit_id", name="two_accounts"),
    CheckConstraint("line > 0", name="line"),
    # Few transfers move a bank account (payouts, deposits, bills): the bank is compared without reading the rest.
    Index("ix_transfer_bank", "entry_id", sqlite_where=text(MOVES_BANK), postgresql_where=text(MOVES_BANK)),
    **STRICT,
)

returned = Table(
    "returned",
    metadata,
    Column("entry_id", Whole, ForeignKey("entry.id"), primary_key=True, autoincrement=False),
    Column("gift_id", Whole, ForeignKey("gift.id"), nullable=False, index=True),
    Column("children_cents", Whole, nullable=False),
    Column("operations_cents", Whole, nullable=False),
    Column("kind", Text, nullable=False),
    # Its own day where that was closed already: its entry then stands on the first open day.
    Column("happened_on", Day),
    CheckConstraint("kind IN ('refund', 'dispute', 'late_return', 'correction')", name="kind"),
    CheckConstraint("children_cents <> 0 OR operations_cents <> 0", name="not_nothing"),
    **STRICT,
)

clothing_fund = Table(
    "clothing_fund",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("queue_no", Whole, nullable=False, unique=True),
    Column("opened_on", Day, nullable=False),
    Column("target_cents", Whole, nullable=False),
    Column("designated_cents", Whole, nullable=False, server_default="0"),
    Column("spent_cents", Whole, nullable=False, server_default="0"),
    Column("closed", Whole, nullable=False, server_default="0"),
    CheckConstraint(
        "0 <= spent_cents AND spent_cents <= designated_cents AND designated_cents <= target_cents",
        name="cents",
    ),
    CheckConstraint(f"target_cents > 0 AND target_cents <= {CENTS_MAX}", name="target"),
    CheckConstraint("closed IN (0, 1)", name="closed"),
    # The clerk looks only at funds still short: the cost of a tick must not grow with the funds long since full.
    Index(
        "ix_clothing_fund_short",
        "queue_no",
        sqlite_where=text("designated_cents < target_cents AND closed = 0"),
        postgresql_where=text("designated_cents < target_cents AND closed = 0"),
    ),
    # Backfill begins at the youngest fund with cents that may still move.
    Index(
        "ix_clothing_fund_unspent",
        "queue_no",
        sqlite_where=text("designated_cents > spent_cents"),
        postgresql_where=text("designated_cents > spent_cents"),
    ),
    **STRICT,
)

designation = Table(
    "designation",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("source_entry_id", Whole, ForeignKey("entry.id"), nullable=False, index=True),
    Column("instead_of", Whole, ForeignKey("entry.id")),
    Column("clothing_fund_id", Whole, ForeignKey("clothing_fund.id"), nullable=False, index=True),
    Column("cents", Whole, nullable=False),
    Column("reason", Text, nullable=False),
    Column("effective_on", Day, nullable=False),
    CheckConstraint("reason IN ('fill', 'release', 'backfill', 'make_whole')", name="reason"),
    CheckConstraint(f"cents <> 0 AND abs(cents) <= {CENTS_MAX}", name="cents"),
    CheckConstraint("(reason = 'make_whole') = (instead_of IS NOT NULL)", name="instead_of"),
    CheckConstraint("instead_of IS NULL OR cents > 0", name="make_whole_positive"),
    Index(
        "ix_designation_instead_of",
        "instead_of",
        sqlite_where=text("instead_of IS NOT NULL"),
        postgresql_where=text("instead_of IS NOT NULL"),
    ),
    **STRICT,
)

clothing_spend = Table(
    "clothing_spend",
    metadata,
    Column("entry_id", Whole, ForeignKey("entry.id"), primary_key=True, autoincrement=False),
    Column("clothing_fund_id", Whole, ForeignKey("clothing_fund.id"), primary_key=True, autoincrement=False),
    Column("cents", Whole, nullable=False),
    CheckConstraint(f"cents <> 0 AND abs(cents) <= {CENTS_MAX}", name="cents"),
    **STRICT,
)

tray = Table(
    "tray",
    metadata,
    Column("entry_id", Whole, ForeignKey("entry.id"), primary_key=True, autoincrement=False),
    **STRICT,
)

filing = Table(
    "filing",
    metadata,
    Column("position", Whole, primary_key=True, autoincrement=False),
    Column("what", Text, nullable=False),
    Column("entry_id", Whole, ForeignKey("entry.id"), unique=True),
    Column("clothing_fund_id", Whole, ForeignKey("clothing_fund.id")),
    CheckConstraint("what IN ('gift', 'return', 'make_whole', 'purchase', 'opened', 'closed')", name="what"),
    CheckConstraint("(what IN ('opened', 'closed')) = (clothing_fund_id IS NOT NULL)", name="clothing_fund"),
    CheckConstraint("(what IN ('opened', 'closed')) = (entry_id IS NULL)", name="entry"),
    CheckConstraint("position > 0", name="position"),
    UniqueConstraint("what", "clothing_fund_id"),
    **STRICT,
)

# What of each filed source no clothing fund holds, kept by the clerk so that the oldest idle cents are found
# without reading the whole book. It decides nothing: I9 compares it with the book.
idle_source = Table(
    "idle_source",
    metadata,
    Column("position", Whole, ForeignKey("filing.position"), primary_key=True, autoincrement=False),
    Column("entry_id", Whole, ForeignKey("entry.id"), nullable=False, unique=True),
    Column("cents", Whole, nullable=False),
    CheckConstraint(f"cents > 0 AND cents <= {CENTS_MAX}", name="cents"),
    **STRICT,
)

period = Table(
    "period",
    metadata,
    Column("id", Whole, primary_key=True),
    Column("closed_through", Day, nullable=False),
    Column("state", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("approver", Text),
    Column("recorded_at", Instant, nullable=False),
    CheckConstraint("state IN ('closed', 'reopened', 'locked')", name="state"),
    **STRICT,
)

stripe_balance_transaction = Table(
    "stripe_balance_transaction",
    metadata,
    Column("id", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("reporting_category", Text, nullable=False),
    Column("amount_cents", Whole, nullable=False),
    Column("fee_cents", Whole, nullable=False),
    Column("currency", Text, nullable=False),
    Column("source_id", Text),
    Column("created_at", Instant, nullable=False),
    Column("available_on", Instant, nullable=False),
    **STRICT,
)

payout_row = Table(
    "payout_row",
    metadata,
    Column("txn_id", Text, ForeignKey("stripe_balance_transaction.id"), primary_key=True),
    Column("payout_id", Text, nullable=False, index=True),
    **STRICT,
)

bank_assertion = Table(
    "bank_assertion",
    metadata,
    Column("account_id", Whole, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("on", Day, primary_key=True),
    Column("cents", Whole, nullable=False),
    Column("statement_ref", Text, nullable=False),
    **STRICT,
)
