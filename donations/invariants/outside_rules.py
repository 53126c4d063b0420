"""Room: invariants. Of documents and of Stripe: numbers without gaps, and one book that says what the other says."""

from __future__ import annotations

from donations.invariants.invariant import SIDES, Invariant

BACK_BY_RECEIPT = """back AS (
    SELECT number, SUM(CASE WHEN in_year < net THEN in_year ELSE net END) AS cents FROM (
        SELECT receipt.number, returned.kind, SUM(returned.children_cents + returned.operations_cents) AS net,
            SUM(CASE WHEN
                CAST(substr(CAST(COALESCE(undone_return.happened_on, undone.effective_on, returned.happened_on,
                    entry.effective_on) AS TEXT), 1, 4) AS INTEGER)
                <= receipt.tax_year THEN returned.children_cents + returned.operations_cents ELSE 0 END) AS in_year
        FROM returned JOIN filing ON filing.entry_id = returned.entry_id
        JOIN entry ON entry.id = returned.entry_id
        LEFT JOIN entry undone ON undone.id = entry.reverses
        LEFT JOIN returned undone_return ON undone_return.entry_id = undone.id
        JOIN receipt ON receipt.gift_id = returned.gift_id AND receipt.series = 'R'
        GROUP BY receipt.number, returned.kind) AS by_way
    GROUP BY number)"""
"""What went back of each receipt's gift within its tax year and did not come again: a failed refund counts in the
year of the refund it undoes."""
STANDING = """standing AS (
    SELECT number, SUM(CASE kind WHEN 'void' THEN 1 ELSE 0 END) AS voids,
        SUM(CASE kind WHEN 'hold' THEN 1 WHEN 'unhold' THEN -1 ELSE 0 END) AS holds
    FROM receipt_event GROUP BY number)"""

OUTSIDE_RULES: tuple[Invariant, ...] = (
    Invariant(
        id="I11",
        name="document numbers run 1..n in every series and year",
        query="""
            SELECT series, year, COUNT(*) AS found, MIN(n) AS first, MAX(n) AS last FROM receipt
            GROUP BY series, year HAVING COUNT(*) <> MAX(n) OR MIN(n) <> 1""",
    ),
    Invariant(
        id="I11",
        name="a gift's receipt was numbered at the clerk's desk, in its turn",
        query="""
            SELECT receipt.number FROM receipt
            LEFT JOIN gift_settlement ON gift_settlement.gift_id = receipt.gift_id
            LEFT JOIN filing ON filing.entry_id = gift_settlement.entry_id AND filing.what = 'gift'
            WHERE receipt.series = 'R' AND filing.position IS NULL""",
    ),
    Invariant(
        id="I11",
        name="every number has its frozen facts, and every gift of the book its entry in the tray or in the order",
        query="""
            SELECT receipt.number AS missing, 'frozen facts' AS what FROM receipt
            LEFT JOIN frozen_facts ON frozen_facts.number = receipt.number WHERE frozen_facts.number IS NULL
                AND NOT EXISTS (SELECT 1 FROM document_erasure WHERE document_erasure.number = receipt.number)
            UNION ALL SELECT gift_settlement.source_key, 'filing' FROM gift_settlement
            LEFT JOIN filing ON filing.entry_id = gift_settlement.entry_id
            LEFT JOIN tray ON tray.entry_id = gift_settlement.entry_id
            WHERE filing.position IS NULL AND tray.entry_id IS NULL""",
    ),
    Invariant(
        id="I11",
        name="no valid receipt for a gift fully returned in its own tax year",
        given=(BACK_BY_RECEIPT, STANDING),
        query="""
            SELECT receipt.number, back.cents AS returned_cents FROM back
            JOIN receipt ON receipt.number = back.number
            JOIN gift ON gift.id = receipt.gift_id AND gift.amount_cents + gift.fee_cover_cents <= back.cents
            LEFT JOIN standing ON standing.number = receipt.number
            WHERE COALESCE(standing.voids, 0) = 0 AND COALESCE(standing.holds, 0) <= 0
              AND NOT EXISTS (SELECT 1 FROM receipt newer WHERE newer.replaces = receipt.number)""",
    ),
    Invariant(
        id="I11",
        name="a receipt that stands tells what of its gift was kept in its tax year",
        given=(BACK_BY_RECEIPT, STANDING),
        query="""
            SELECT receipt.number, receipt.amount_cents, back.cents AS returned_cents FROM receipt
            JOIN gift ON gift.id = receipt.gift_id
            LEFT JOIN back ON back.number = receipt.number
            LEFT JOIN standing ON standing.number = receipt.number
            WHERE receipt.kind = 'gift_receipt' AND COALESCE(standing.voids, 0) = 0
              AND COALESCE(standing.holds, 0) <= 0
              AND receipt.amount_cents <> gift.amount_cents + gift.fee_cover_cents - COALESCE(back.cents, 0)
              AND NOT EXISTS (SELECT 1 FROM receipt newer WHERE newer.replaces = receipt.number)
              AND NOT EXISTS (SELECT 1 FROM document_request asked
                WHERE asked.gift_id = receipt.gift_id AND asked.kind = 'follow_up')""",
        is_hard=False,
    ),
    Invariant(
        id="I11",
        name="no document is void twice, held twice, or released without a hold",
        query="""
            SELECT number, COUNT(*) AS events FROM receipt_event GROUP BY number
            HAVING SUM(CASE kind WHEN 'void' THEN 1 ELSE 0 END) > 1
                OR SUM(CASE kind WHEN 'hold' THEN 1 WHEN 'unhold' THEN -1 ELSE 0 END) NOT IN (0, 1)""",
    ),
    Invariant(
        id="I12",
        name="Stripe and we agree: each balance transaction moved exactly its net",
        given=(
            """told AS (
                SELECT id, amount_cents - fee_cents AS net, 0 AS booked FROM stripe_balance_transaction
                UNION ALL SELECT substr(entry.source_key, 6), 0,
                    CASE WHEN transfer.debit_id = 1030 THEN transfer.cents ELSE -transfer.cents END
                FROM entry JOIN transfer ON transfer.entry_id = entry.id
                WHERE entry.source_key LIKE 'btxn/%' AND (transfer.debit_id = 1030 OR transfer.credit_id = 1030)
                UNION ALL SELECT charge.id, 0,
                    CASE WHEN transfer.debit_id = 1030 THEN transfer.cents ELSE -transfer.cents END
                FROM stripe_balance_transaction charge
                JOIN entry ON entry.source_key = 'charge/' || charge.source_id
                JOIN transfer ON transfer.entry_id = entry.id
                WHERE charge.type IN ('charge', 'payment')
                  AND (transfer.debit_id = 1030 OR transfer.credit_id = 1030))""",
        ),
        query="""
            SELECT id, SUM(net) AS net_cents, SUM(booked) AS booked_cents FROM told
            GROUP BY id HAVING SUM(net) <> SUM(booked)""",
        is_hard=False,
    ),
)

STUCK = Invariant(
    id="I13",
    name="clearing accounts drain",
    given=(
        SIDES,
        "there AS (SELECT SUM(:sign * side.cents) AS cents FROM side WHERE side.account_id = :account)",
        """lately AS (SELECT COALESCE(SUM(:sign * side.cents), 0) AS cents FROM side
            JOIN entry ON entry.id = side.entry_id
            WHERE side.account_id = :account AND :sign * side.cents > 0 AND entry.effective_on > :since)""",
    ),
    query="""
        SELECT account.path, there.cents - lately.cents AS old_cents FROM there, lately
        JOIN account ON account.id = :account WHERE there.cents > lately.cents""",
    is_hard=False,
)
"""Cents that have stood in a clearing account since before a day, whatever came and went after it."""

CLEARING = ((1040, 1, 7), (1045, 1, 14), (1032, 1, 90), (2020, -1, 30))
"""Account, the sign of what stands there, and after how many days it should have drained."""
