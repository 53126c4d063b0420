"""Room: invariants. Of the ledger: balance, completeness, permission, the promise, time."""

from __future__ import annotations

from donations.invariants.invariant import CASH, SIDES, Invariant

LEDGER_RULES: tuple[Invariant, ...] = (
    Invariant(
        id="I1",
        name="each fund sums to 0",
        given=(SIDES,),
        query="SELECT fund_id, SUM(cents) AS cents FROM side GROUP BY fund_id HAVING SUM(cents) <> 0",
    ),
    Invariant(
        id="I2",
        name="every entry has all its transfers",
        query="""
            SELECT entry.source_key, entry.n_transfers, COUNT(transfer.line) AS found
            FROM entry LEFT JOIN transfer ON transfer.entry_id = entry.id
            GROUP BY entry.id, entry.source_key, entry.n_transfers
            HAVING COUNT(transfer.line) <> entry.n_transfers OR MAX(transfer.line) <> entry.n_transfers""",
    ),
    Invariant(
        id="I3",
        name="what operations made whole cancels between the funds",
        given=(SIDES,),
        query="SELECT SUM(cents) AS cents FROM side WHERE account_id = 3900 HAVING SUM(cents) <> 0",
    ),
    Invariant(
        id="I4",
        name="only permitted accounts and directions",
        query="""
            SELECT entry.source_key, transfer.line, transfer.fund_id, transfer.debit_id, transfer.credit_id
            FROM transfer
            JOIN entry ON entry.id = transfer.entry_id
            LEFT JOIN fund_account debit
              ON debit.fund_id = transfer.fund_id AND debit.account_id = transfer.debit_id
            LEFT JOIN fund_account credit
              ON credit.fund_id = transfer.fund_id AND credit.account_id = transfer.credit_id
            WHERE debit.fund_id IS NULL OR credit.fund_id IS NULL
               OR ((debit.may_debit = 0 OR credit.may_credit = 0) AND entry.reverses IS NULL)""",
    ),
    Invariant(
        id="I5",
        name="the promise: no fee in the children's fund",
        query="""
            SELECT entry_id, line, debit_id, credit_id, cents FROM transfer
            WHERE fund_id = 1 AND (debit_id IN (5110, 5120, 5130) OR credit_id IN (5110, 5120, 5130))""",
    ),
    Invariant(
        id="I6",
        name="operations is solvent: its cash covers its suspense",
        given=(SIDES,),
        query="""
            SELECT SUM(cents) AS cents FROM side
            WHERE fund_id = 2 AND account_id IN (1010, 1020, 1030, 1040, 1045, 2020) HAVING SUM(cents) < 0""",
        is_hard=False,
    ),
    Invariant(
        id="I7",
        name="the children's cash covers what is designated and not yet spent",
        given=(
            SIDES,
            CASH,
            "promised AS (SELECT COALESCE(SUM(designated_cents - spent_cents), 0) AS cents FROM clothing_fund)",
        ),
        query="""
            SELECT cash.cents AS cash_cents, promised.cents AS promised_cents FROM cash, promised
            WHERE cash.cents < promised.cents""",
    ),
    Invariant(
        id="I14",
        name="the bank agrees: what it says a day ends with is its opening balance and every line of it",
        given=(SIDES,),
        query="""
            SELECT bank_assertion.account_id, bank_assertion."on", bank_assertion.cents AS bank_cents,
                COALESCE((SELECT SUM(side.cents) FROM entry JOIN side ON side.entry_id = entry.id
                    WHERE entry.kind = 'opening' AND side.account_id = bank_assertion.account_id
                      AND entry.effective_on <= bank_assertion."on"), 0)
                + COALESCE((SELECT SUM(bank_line.cents) FROM bank_line
                    WHERE bank_line.account_id = bank_assertion.account_id
                      AND bank_line.booked_on <= bank_assertion."on"), 0) AS told_cents
            FROM bank_assertion
            WHERE bank_assertion.cents <>
                COALESCE((SELECT SUM(side.cents) FROM entry JOIN side ON side.entry_id = entry.id
                    WHERE entry.kind = 'opening' AND side.account_id = bank_assertion.account_id
                      AND entry.effective_on <= bank_assertion."on"), 0)
                + COALESCE((SELECT SUM(bank_line.cents) FROM bank_line
                    WHERE bank_line.account_id = bank_assertion.account_id
                      AND bank_line.booked_on <= bank_assertion."on"), 0)""",
        is_hard=False,
    ),
    Invariant(
        id="I14",
        name="a line of the bank and the entry it is move the same cents of that account",
        given=(SIDES,),
        query="""
            SELECT bank_line.reference, bank_line.cents AS bank_cents, SUM(side.cents) AS book_cents
            FROM bank_match JOIN bank_line ON bank_line.id = bank_match.line_id
            JOIN side ON side.entry_id = bank_match.entry_id AND side.account_id = bank_match.account_id
            GROUP BY bank_line.reference, bank_line.cents HAVING SUM(side.cents) <> bank_line.cents""",
        is_hard=False,
    ),
    Invariant(
        id="I17",
        name="nothing is booked into a closed period; a reversal is the exact mirror of what it reverses",
        query="""
            SELECT entry.source_key, 'closed period' AS fault FROM entry
            WHERE EXISTS (SELECT 1 FROM period WHERE entry.effective_on <= period.closed_through
                AND period.recorded_at < entry.recorded_at AND (period.state = 'locked' OR (entry.kind <> 'close'
                    AND period.id = (SELECT MAX(known.id) FROM period known
                        WHERE known.state <> 'locked' AND known.recorded_at < entry.recorded_at))))
            UNION ALL
            SELECT entry.source_key, 'not a mirror' FROM entry JOIN entry original ON original.id = entry.reverses
            WHERE original.reverses IS NOT NULL OR original.n_transfers <> entry.n_transfers
               OR EXISTS (SELECT 1 FROM transfer WHERE transfer.entry_id = entry.id AND NOT EXISTS
                  (SELECT 1 FROM transfer twin WHERE twin.entry_id = original.id AND twin.line = transfer.line
                     AND twin.fund_id = transfer.fund_id AND twin.debit_id = transfer.credit_id
                     AND twin.credit_id = transfer.debit_id AND twin.cents = transfer.cents))""",
    ),
)
