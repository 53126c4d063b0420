"""Room: invariants. Of clothing funds: conservation, truthful sums, first come, first served.

Judged on filed entries: what lies in the tray is the clerk's next work.
"""

from __future__ import annotations

from donations.invariants.invariant import CASH, SIDES, Invariant

_SOURCES = (
    """source_row AS (
        SELECT transfer.entry_id,
            CASE WHEN transfer.credit_id IN (1050, 3100, 3900, 4010, 4030, 4050) THEN transfer.cents ELSE 0 END
            - CASE WHEN transfer.debit_id IN (1050, 3100, 3900, 4010, 4030, 4050) THEN transfer.cents ELSE 0 END
            AS held,
            0 AS tied
        FROM filing JOIN transfer ON transfer.entry_id = filing.entry_id AND transfer.fund_id = 1
        WHERE filing.what = 'gift' OR (filing.what = 'make_whole'
            AND NOT EXISTS (SELECT 1 FROM entry undone WHERE undone.reverses = filing.entry_id)
            AND NOT EXISTS (SELECT 1 FROM entry undoing WHERE undoing.id = filing.entry_id AND reverses IS NOT NULL))
        UNION ALL SELECT gift_settlement.entry_id, -returned.children_cents, 0
        FROM returned JOIN gift_settlement ON gift_settlement.gift_id = returned.gift_id
        WHERE EXISTS (SELECT 1 FROM filing WHERE filing.entry_id = returned.entry_id)
        UNION ALL SELECT source_entry_id, 0, cents FROM designation
        UNION ALL SELECT instead_of, 0, -cents FROM designation WHERE instead_of IS NOT NULL)""",
    "source AS (SELECT entry_id, SUM(held) AS held, SUM(tied) AS tied FROM source_row GROUP BY entry_id)",
)
"""What each filed source holds, and what of it clothing funds hold; a gift that went back holds less. Goods are no
money: a gift in kind credits 4030 and debits 1050, so it holds nothing until it is sold.

Summed, not joined: a join of two sums is quadratic on either engine once the book is large (measured).
"""

CLOTHING_RULES: tuple[Invariant, ...] = (
    Invariant(
        id="I8",
        name="no source is designated beyond what it holds, and nothing else is a source",
        given=_SOURCES,
        query="""
            SELECT entry_id, held, tied FROM source WHERE tied < 0 OR tied > held""",
    ),
    Invariant(
        id="I8",
        name="nothing is idle while an open clothing fund is short",
        given=_SOURCES,
        query="""
            SELECT SUM(held - tied) AS idle_cents FROM source
            WHERE EXISTS (SELECT 1 FROM clothing_fund WHERE closed = 0 AND designated_cents < target_cents)
            HAVING SUM(held - tied) > 0""",
    ),
    Invariant(
        id="I8",
        name="conservation: what all sources hold, less what was spent, is the children's cash",
        given=(
            SIDES,
            CASH,
            *_SOURCES,
            "holding AS (SELECT COALESCE(SUM(held), 0) AS cents FROM source)",
            "spent AS (SELECT COALESCE(SUM(cents), 0) AS cents FROM clothing_spend)",
        ),
        query="""
            SELECT holding.cents AS held_cents, spent.cents AS spent_cents, cash.cents AS cash_cents
            FROM holding, spent, cash WHERE holding.cents - spent.cents <> cash.cents""",
    ),
    Invariant(
        id="I8",
        name="operations makes no more of a gift whole than went back of it",
        given=(
            """whole AS (
                SELECT returned.gift_id, transfer.cents FROM returned
                JOIN entry cause ON cause.id = returned.entry_id
                JOIN entry ON entry.source_key = 'make-whole/' || cause.source_key
                JOIN transfer ON transfer.entry_id = entry.id AND transfer.fund_id = 1
                WHERE NOT EXISTS (SELECT 1 FROM entry undone WHERE undone.reverses = entry.id))""",
            """told AS (
                SELECT gift_id, cents AS whole, 0 AS back FROM whole
                UNION ALL SELECT gift_id, 0, children_cents FROM returned
                WHERE EXISTS (SELECT 1 FROM filing WHERE filing.entry_id = returned.entry_id))""",
        ),
        query="""
            SELECT gift_id, SUM(whole) AS made_whole_cents, SUM(back) AS returned_cents FROM told
            GROUP BY gift_id HAVING SUM(whole) > SUM(back)""",
    ),
    Invariant(
        id="I8",
        name="every make-whole is of a fact that is filed",
        query="""
            SELECT entry.source_key FROM filing JOIN entry ON entry.id = filing.entry_id
            LEFT JOIN entry original ON original.id = entry.reverses
            LEFT JOIN entry cause ON cause.source_key = substr(COALESCE(original.source_key, entry.source_key), 12)
            LEFT JOIN filing cause_filed ON cause_filed.entry_id = cause.id AND cause_filed.what = 'return'
            WHERE filing.what = 'make_whole' AND cause_filed.position IS NULL""",
    ),
    Invariant(
        id="I9",
        name="the idle pool is what each source holds and no clothing fund does",
        given=(
            *_SOURCES,
            """pool AS (
                SELECT entry_id, held - tied AS truth, 0 AS kept FROM source
                UNION ALL SELECT entry_id, 0, cents FROM idle_source)""",
        ),
        query="""
            SELECT entry_id, SUM(kept) AS kept_cents, SUM(truth) AS true_cents FROM pool
            GROUP BY entry_id HAVING SUM(kept) <> SUM(truth)""",
    ),
    Invariant(
        id="I9",
        name="the sums kept beside clothing funds and purchases tell the truth",
        given=(
            """told AS (
                SELECT 'designated to the fund' AS what, id, designated_cents AS kept, 0 AS truth FROM clothing_fund
                UNION ALL SELECT 'designated to the fund', clothing_fund_id, 0, cents FROM designation
                WHERE reason <> 'make_whole'
                UNION ALL SELECT 'spent of the fund', id, spent_cents, 0 FROM clothing_fund
                UNION ALL SELECT 'spent of the fund', clothing_fund_id, 0, cents FROM clothing_spend
                UNION ALL SELECT 'bought', entry_id, cents, 0 FROM clothing_spend
                UNION ALL SELECT 'bought', transfer.entry_id, 0,
                    CASE WHEN transfer.debit_id = 5010 THEN transfer.cents ELSE -transfer.cents END
                FROM transfer JOIN entry ON entry.id = transfer.entry_id AND entry.kind <> 'close'
                WHERE transfer.fund_id = 1 AND (transfer.debit_id = 5010 OR transfer.credit_id = 5010))""",
        ),
        query="""
            SELECT what, id, SUM(kept) AS kept_cents, SUM(truth) AS true_cents FROM told
            GROUP BY what, id HAVING SUM(kept) <> SUM(truth)""",
    ),
    Invariant(
        id="I18",
        name="goods on hand are worth what the book says, and no more of any left than came",
        given=(
            """gone AS (
                SELECT goods_out_line.goods_item_id AS id, CAST(SUM(goods_out_line.count) AS BIGINT) AS count
                FROM goods_out_line
                JOIN goods_out ON goods_out.id = goods_out_line.goods_out_id WHERE goods_out.state = 'approved'
                GROUP BY goods_out_line.goods_item_id)""",
            """hand AS (
                SELECT COALESCE(SUM(goods_item.value_cents
                    - goods_item.value_cents * COALESCE(gone.count, 0) / goods_item.count), 0) AS cents
                FROM goods_item LEFT JOIN gone ON gone.id = goods_item.id
                JOIN gift_settlement ON gift_settlement.gift_id = goods_item.gift_id
                WHERE NOT EXISTS (SELECT 1 FROM entry undone WHERE undone.reverses = gift_settlement.entry_id))""",
            """booked AS (
                SELECT COALESCE(SUM(
                    CASE WHEN transfer.debit_id = 1050 THEN transfer.cents ELSE -transfer.cents END), 0) AS cents
                FROM transfer JOIN entry ON entry.id = transfer.entry_id AND entry.kind <> 'opening'
                WHERE transfer.debit_id = 1050 OR transfer.credit_id = 1050)""",
        ),
        query="""
            SELECT 'value' AS what, hand.cents AS hand_cents, booked.cents AS booked_cents FROM hand, booked
            WHERE hand.cents <> booked.cents
            UNION ALL SELECT 'count', goods_item.count, gone.count FROM gone
            JOIN goods_item ON goods_item.id = gone.id WHERE gone.count > goods_item.count""",
    ),
    Invariant(
        id="I10",
        name="first come, first served: no older clothing fund is short while a younger one holds unspent cents",
        query="""
            SELECT younger.id, younger.queue_no, younger.designated_cents, younger.spent_cents
            FROM clothing_fund younger
            WHERE younger.designated_cents > younger.spent_cents AND younger.queue_no >
                (SELECT MIN(queue_no) FROM clothing_fund WHERE closed = 0 AND designated_cents < target_cents)""",
    ),
    Invariant(
        id="P2",
        name="a closed clothing fund holds nothing unspent",
        query="""
            SELECT id, designated_cents, spent_cents FROM clothing_fund
            WHERE closed = 1 AND designated_cents <> spent_cents""",
    ),
)
