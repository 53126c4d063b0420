"""Room: migrations. What the database itself refuses, said once for both engines; `triggers` turns it into SQL.

Every condition is over NEW (and OLD in an update, OLD alone in a removal) and holds in SQLite's and PostgreSQL's SQL
alike. Names and sentences are what an operator sees when something tried to break the book.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Happening = Literal["INSERT", "UPDATE", "DELETE"]


@dataclass(frozen=True, slots=True)
class Rule:
    """Refuse a row of `table` when `refuse_when` is true, with `sentence`."""

    table: str
    happening: Happening
    refuse_when: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Effect:
    """After a row of `table` was inserted and `when` is true, carry out `statement`."""

    table: str
    when: str
    statement: str


APPEND_ONLY: dict[str, tuple[str, ...]] = {
    "book": ("id = NEW.id",),
    "entry": ("id = NEW.id", "source_key = NEW.source_key", "reverses = NEW.reverses"),
    "transfer": ("entry_id = NEW.entry_id AND line = NEW.line",),
    "gift_settlement": (
        "gift_id = NEW.gift_id",
        "charge_id = NEW.charge_id",
        "source_key = NEW.source_key",
        "entry_id = NEW.entry_id",
    ),
    "returned": ("entry_id = NEW.entry_id",),
    "designation": ("id = NEW.id",),
    "clothing_spend": ("entry_id = NEW.entry_id AND clothing_fund_id = NEW.clothing_fund_id",),
    "filing": (
        "position = NEW.position",
        "entry_id = NEW.entry_id",
        "what = NEW.what AND clothing_fund_id = NEW.clothing_fund_id",
    ),
    "period": ("id = NEW.id",),
    "receipt": (
        "series = NEW.series AND year = NEW.year AND n = NEW.n",
        "number = NEW.number",
        "replaces = NEW.replaces",
        "verify_token = NEW.verify_token",
        "NEW.series = 'R' AND NEW.replaces IS NULL AND series = 'R' AND replaces IS NULL AND gift_id = NEW.gift_id",
        (
            "NEW.kind = 'annual_statement' AND NEW.replaces IS NULL AND kind = 'annual_statement'"
            " AND replaces IS NULL AND donor_id = NEW.donor_id AND tax_year = NEW.tax_year"
        ),
    ),
    "receipt_event": ("id = NEW.id",),
    "printed": ("number = NEW.number",),
    "news_month": ("through = NEW.through",),
    "news_item": ("through = NEW.through AND item = NEW.item",),
    "report_publication": ("period = NEW.period AND edition = NEW.edition",),
    "stripe_balance_transaction": ("id = NEW.id",),
    "presented_charge": ("charge_id = NEW.charge_id",),
    "payout_row": ("txn_id = NEW.txn_id",),
    "log_leaf": ("idx = NEW.idx", "subject = NEW.subject", "number = NEW.number"),
    "log_tile": ("level = NEW.level AND n = NEW.n",),
    "log_checkpoint": ("lines = NEW.lines",),
    "log_publication": ("lines = NEW.lines",),
    "audit_act": ("id = NEW.id",),
    "audit_link": ("position = NEW.position", "act_id = NEW.act_id"),
    "donor_merge": ("id = NEW.id", "reference = NEW.reference"),
    "donor_unmerge": ("merge_id = NEW.merge_id",),
    "donors_apart": ("one_id = NEW.one_id AND other_id = NEW.other_id",),
    "imported_file": ("id = NEW.id", "reference = NEW.reference"),
    "bank_line": (
        "id = NEW.id",
        "reference = NEW.reference",
        "account_id = NEW.account_id AND line_key = NEW.line_key",
    ),
    "bank_unmatch": ("id = NEW.id",),
    "partner_event": ("id = NEW.id",),
    "goods_gift": ("gift_id = NEW.gift_id",),
    "goods_item": ("id = NEW.id", "gift_id = NEW.gift_id AND n = NEW.n"),
    "goods_out_line": ("goods_out_id = NEW.goods_out_id AND goods_item_id = NEW.goods_item_id",),
    "document_erasure": ("number = NEW.number",),
}
"""Tables whose rows are never changed or removed, and each key by which a new row could stand on an old one."""

SEALED = ("fund", "account", "fund_account")
"""Tables that only a migration may change: the list of what each fund may do."""

NEVER_REMOVED: dict[str, tuple[str, ...]] = {
    "clothing_fund": ("id = NEW.id", "code = NEW.code", "queue_no = NEW.queue_no"),
    "log_key": ("id = NEW.id",),
    "log_cursor": ("source = NEW.source",),
    "imported_gift": ("id = NEW.id", "reference = NEW.reference", "source = NEW.source AND row_key = NEW.row_key"),
}
"""Tables whose rows may change under the rules below, but are never removed or replaced."""

ERASABLE: dict[str, tuple[str, ...]] = {"frozen_facts": ("number = NEW.number",)}
"""Tables whose rows never change, and are removed under the rules below alone: an erased donor's words."""

NEVER_CHANGED = ("tray", "leaf_nonce", "bank_match", "bank_match_subject")
"""Tables whose rows come and go, but do not change."""

RULES: tuple[Rule, ...] = (
    # However the setting reads, no document loses its words sooner than 3 years after its tax year (IRC 6501(a)).
    Rule(
        "document_erasure",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM receipt JOIN erasure_subject wish ON wish.kind = 'donor'"
        " AND wish.subject_id = receipt.donor_id WHERE receipt.number = NEW.number"
        " AND NEW.erased_in > receipt.tax_year + 3)",
        "a document is erased after its term alone, for a donor who asked",
    ),
    Rule(
        "frozen_facts",
        "DELETE",
        "NOT EXISTS (SELECT 1 FROM document_erasure WHERE number = OLD.number)",
        "frozen facts go only once their erasure is kept",
    ),
    Rule(
        "imported_gift",
        "UPDATE",
        "NEW.id <> OLD.id OR NEW.reference <> OLD.reference OR NEW.file_id <> OLD.file_id"
        " OR NEW.source <> OLD.source OR NEW.row_key <> OLD.row_key OR NEW.donor_id <> OLD.donor_id"
        " OR NEW.amount_cents <> OLD.amount_cents OR NEW.refunded_cents <> OLD.refunded_cents"
        " OR NEW.given_on <> OLD.given_on OR NEW.address_line1 IS NOT NULL OR NEW.address_line2 IS NOT NULL"
        " OR NEW.city IS NOT NULL OR NEW.region IS NOT NULL OR NEW.postal_code IS NOT NULL"
        " OR NEW.country IS NOT NULL OR NOT EXISTS (SELECT 1 FROM erasure_subject wish"
        " WHERE wish.kind = 'donor' AND wish.subject_id = OLD.donor_id)",
        "an imported gift only loses its address, for a donor who asked to be erased",
    ),
    Rule("goods_out", "UPDATE", "OLD.state <> 'drafted'", "goods out that were decided stay as they were decided"),
    Rule(
        "goods_out",
        "UPDATE",
        "NEW.state = 'approved' AND EXISTS (SELECT 1 FROM goods_out_line line"
        " JOIN goods_item ON goods_item.id = line.goods_item_id WHERE line.goods_out_id = NEW.id"
        " AND goods_item.count < line.count + (SELECT COALESCE(SUM(other.count), 0) FROM goods_out_line other"
        " JOIN goods_out gone ON gone.id = other.goods_out_id WHERE other.goods_item_id = line.goods_item_id"
        " AND gone.state = 'approved' AND gone.id <> NEW.id))",
        "more of a gift in kind would leave than came",
    ),
    Rule(
        "bank_match",
        "DELETE",
        "NOT EXISTS (SELECT 1 FROM bank_unmatch WHERE line_id = OLD.line_id AND entry_id = OLD.entry_id"
        " AND unmatched_at >= OLD.matched_at)",
        "a match goes only once its undoing is kept",
    ),
    Rule(
        "bank_match_subject",
        "DELETE",
        "NOT EXISTS (SELECT 1 FROM bank_match JOIN bank_unmatch ON bank_unmatch.line_id = bank_match.line_id"
        " AND bank_unmatch.entry_id = bank_match.entry_id AND bank_unmatch.unmatched_at >= bank_match.matched_at"
        " WHERE bank_match.line_id = OLD.line_id)",
        "what a match settles goes only once its undoing is kept",
    ),
    Rule(
        "log_leaf",
        "INSERT",
        "NEW.idx > 0 AND NOT EXISTS (SELECT 1 FROM log_leaf before WHERE before.idx = NEW.idx - 1)",
        "the lines of the public books follow one another",
    ),
    Rule(
        "log_key",
        "UPDATE",
        "NEW.id <> OLD.id OR NEW.name <> OLD.name OR NEW.public <> OLD.public"
        " OR NEW.first_lines <> OLD.first_lines OR NEW.first_at <> OLD.first_at OR OLD.last_lines IS NOT NULL",
        "of a key of the public books only its last size is told later, once",
    ),
    Rule(
        "log_cursor",
        "UPDATE",
        "NEW.source <> OLD.source OR NEW.after < OLD.after",
        "the clerk never tells of the same twice",
    ),
    Rule(
        "entry",
        "INSERT",
        # A year is locked after its months were closed: its own closing entries are the last of its last day.
        "EXISTS (SELECT 1 FROM period WHERE closed_through >= NEW.effective_on"
        " AND (state = 'locked' OR (NEW.kind <> 'close'"
        " AND id = (SELECT MAX(id) FROM period WHERE state <> 'locked'))))",
        "the period of this day is closed",
    ),
    Rule(
        "entry",
        "INSERT",
        "NEW.reverses IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entry original WHERE original.id = NEW.reverses"
        " AND original.reverses IS NULL AND original.n_transfers = NEW.n_transfers)",
        "a reversal reverses one whole entry, never another reversal",
    ),
    Rule(
        "transfer",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM entry WHERE id = NEW.entry_id AND n_transfers >= NEW.line)",
        "the entry does not announce this line",
    ),
    Rule(
        "transfer",
        "INSERT",
        "NEW.line > 1 AND NOT EXISTS"
        " (SELECT 1 FROM transfer before WHERE before.entry_id = NEW.entry_id AND before.line = NEW.line - 1)",
        "the lines of an entry follow one another",
    ),
    Rule(
        "transfer",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM fund_account permitted JOIN entry ON entry.id = NEW.entry_id"
        " WHERE permitted.fund_id = NEW.fund_id AND permitted.account_id = NEW.debit_id"
        " AND (permitted.may_debit = 1 OR entry.reverses IS NOT NULL))",
        "this fund may not debit this account",
    ),
    Rule(
        "transfer",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM fund_account permitted JOIN entry ON entry.id = NEW.entry_id"
        " WHERE permitted.fund_id = NEW.fund_id AND permitted.account_id = NEW.credit_id"
        " AND (permitted.may_credit = 1 OR entry.reverses IS NOT NULL))",
        "this fund may not credit this account",
    ),
    Rule(
        "transfer",
        "INSERT",
        "EXISTS (SELECT 1 FROM entry WHERE entry.id = NEW.entry_id AND entry.reverses IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM transfer original WHERE original.entry_id = entry.reverses AND original.line = NEW.line"
        " AND original.fund_id = NEW.fund_id AND original.debit_id = NEW.credit_id"
        " AND original.credit_id = NEW.debit_id AND original.cents = NEW.cents))",
        "a reversal mirrors the original line for line",
    ),
    Rule(
        "period",
        "INSERT",
        "EXISTS (SELECT 1 FROM period locked WHERE locked.state = 'locked'"
        " AND locked.closed_through > NEW.closed_through)",
        "a locked period never reopens",
    ),
    Rule(
        "period",
        "INSERT",
        "NEW.state = 'closed' AND EXISTS (SELECT 1 FROM period latest WHERE"
        " latest.id = (SELECT MAX(id) FROM period WHERE state <> 'locked')"
        " AND latest.closed_through > NEW.closed_through)",
        "only reopening moves the closed day back",
    ),
    Rule(
        "period",
        "INSERT",
        "NEW.state = 'reopened' AND (NEW.approver IS NULL OR NEW.approver = NEW.actor)",
        "reopening a period needs the approval of another person",
    ),
    Rule(
        "clothing_fund",
        "INSERT",
        "NEW.designated_cents <> 0 OR NEW.spent_cents <> 0 OR NEW.closed <> 0",
        "a clothing fund begins open and empty",
    ),
    Rule(
        "clothing_fund",
        "UPDATE",
        "NEW.id <> OLD.id OR NEW.code <> OLD.code OR NEW.queue_no <> OLD.queue_no"
        " OR NEW.opened_on <> OLD.opened_on OR NEW.target_cents <> OLD.target_cents",
        "code, place and target of a clothing fund never change",
    ),
    Rule(
        "clothing_fund",
        "UPDATE",
        "NEW.designated_cents <> (SELECT COALESCE(SUM(cents), 0) FROM designation"
        " WHERE clothing_fund_id = NEW.id AND reason <> 'make_whole')",
        "designated cents are the sum of the designations",
    ),
    Rule(
        "clothing_fund",
        "UPDATE",
        "NEW.spent_cents <> (SELECT COALESCE(SUM(cents), 0) FROM clothing_spend WHERE clothing_fund_id = NEW.id)",
        "spent cents are the sum of what was spent",
    ),
    Rule(
        "clothing_fund",
        "UPDATE",
        "NEW.closed <> OLD.closed AND NOT (NEW.closed = 1 AND EXISTS"
        " (SELECT 1 FROM filing WHERE what = 'closed' AND clothing_fund_id = NEW.id))",
        "a clothing fund is closed by its filing, and for good",
    ),
    Rule(
        "designation",
        "INSERT",
        "NEW.reason NOT IN ('release', 'make_whole')"
        " AND EXISTS (SELECT 1 FROM clothing_fund WHERE id = NEW.clothing_fund_id AND closed = 1)",
        "a closed clothing fund takes no new designation",
    ),
)

EFFECTS: tuple[Effect, ...] = (
    Effect(
        "designation",
        "NEW.reason <> 'make_whole'",
        "UPDATE clothing_fund SET designated_cents = (SELECT COALESCE(SUM(cents), 0) FROM designation"
        " WHERE clothing_fund_id = NEW.clothing_fund_id AND reason <> 'make_whole')"
        " WHERE id = NEW.clothing_fund_id",
    ),
    Effect(
        "clothing_spend",
        "1 = 1",
        "UPDATE clothing_fund SET spent_cents = (SELECT COALESCE(SUM(cents), 0) FROM clothing_spend"
        " WHERE clothing_fund_id = NEW.clothing_fund_id) WHERE id = NEW.clothing_fund_id",
    ),
    Effect(
        "filing",
        "NEW.what = 'closed'",
        "UPDATE clothing_fund SET closed = 1 WHERE id = NEW.clothing_fund_id",
    ),
)
"""Cached cents are set to the sum, never counted up: a multi-row insert on PostgreSQL fires these at its end."""

PERIOD_LOCK = 0x616C6D02
"""PostgreSQL: entries take this advisory lock shared, a period's row takes it alone, until their commit."""
