"""Room: invariants. Of clothing funds: conservation, truthful sums, first come, first served.

Judged on filed entries: what lies in the tray is the clerk's next work.
"""

from __future__ import annotations

from donations.invariants.invariant import CASH, SIDES, Invariant

_SOURCES = (
    SIDES,
    """tied_row AS (
        SELECT source_entry_id AS entry_id, cents FROM designation
        UNION ALL SELECT instead_of, -cents FROM designation WHERE instead_of IS NOT NULL)""",
    "tied AS (SELECT entry_id, SUM(cents) AS cents FROM tied_row GROUP BY entry_id)",
    """brought AS (
        SELECT side.entry_id, -SUM(side.cents) AS cents FROM side
        JOIN filing ON filing.entry_id = side.entry_id AND filing.what IN ('gift', 'make_whole')
        WHERE side.fund_id = 1 AND side.account_id IN (3100, 3900, 4010)
          AND NOT EXISTS (SELECT 1 FROM entry undoing WHERE undoing.id = side.entry_id AND reverses IS NOT NULL)
          AND (EXISTS (SELECT 1 FROM gift_settlement WHERE gift_settlement.entry_id = side.entry_id)
            OR NOT EXISTS (SELECT 1 FROM entry undone WHERE undone.reverses = side.entry_id))
        GROUP BY side.entry_id)""",
    """went_back AS (
        SELECT gift_settlement.entry_id, SUM(returned.children_cents) AS cents
        FROM returned JOIN gift_settlement ON gift_settlement.gift_id = returned.gift_id
        WHERE returned.entry_id NOT IN (SELECT entry_id FROM tray)
        GROUP BY gift_settlement.entry_id)""",
    """source AS (
        SELECT brought.entry_id, brought.cents - COALESCE(went_back.cents, 0) AS held,
            COALESCE(tied.cents, 0) AS tied
        FROM brought LEFT JOIN went_back ON went_back.entry_id = brought.entry_id
        LEFT JOIN tied ON tied.entry_id = brought.entry_id)""",
)
"""What each filed source holds, and what of it clothing funds hold; a gift that went back holds less."""

CLOTHING_RULES: tuple[Invariant, ...] = (
    Invariant(
        id="I8",
        name="no source is designated beyond what it holds, and nothing else is a source",
        given=_SOURCES,
        query="""
            SELECT entry_id, held, tied FROM source WHERE tied < 0 OR tied > held
            UNION ALL SELECT entry_id, 0, cents FROM tied
            WHERE cents <> 0 AND entry_id NOT IN (SELECT entry_id FROM source)""",
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
            *_SOURCES,
            CASH,
            "holding AS (SELECT COALESCE(SUM(held), 0) AS cents FROM source)",
            "spent AS (SELECT COALESCE(SUM(cents), 0) AS cents FROM clothing_spend)",
        ),
        query="""
            SELECT holding.cents AS held_cents, spent.cents AS spent_cents, cash.cents AS cash_cents
            FROM holding, spent, cash WHERE holding.cents - spent.cents <> cash.cents""",
    ),
    Invariant(
        id="I9",
        name="the sums kept beside clothing funds and purchases tell the truth",
        given=(
            SIDES,
            """designated AS (SELECT clothing_fund_id, SUM(cents) AS cents FROM designation
                WHERE reason <> 'make_whole' GROUP BY clothing_fund_id)""",
            "spent AS (SELECT clothing_fund_id, SUM(cents) AS cents FROM clothing_spend GROUP BY clothing_fund_id)",
            """bought AS (SELECT entry_id, SUM(cents) AS cents FROM side
                WHERE fund_id = 1 AND account_id = 5010
                  AND entry_id NOT IN (SELECT id FROM entry WHERE kind = 'close') GROUP BY entry_id)""",
            "told AS (SELECT entry_id, SUM(cents) AS cents FROM clothing_spend GROUP BY entry_id)",
        ),
        query="""
            SELECT 'clothing fund' AS what, clothing_fund.id AS id, clothing_fund.designated_cents AS kept_cents,
                COALESCE(designated.cents, 0) AS true_cents
            FROM clothing_fund LEFT JOIN designated ON designated.clothing_fund_id = clothing_fund.id
            WHERE clothing_fund.designated_cents <> COALESCE(designated.cents, 0)
            UNION ALL SELECT 'clothing fund spent', clothing_fund.id, clothing_fund.spent_cents,
                COALESCE(spent.cents, 0)
            FROM clothing_fund LEFT JOIN spent ON spent.clothing_fund_id = clothing_fund.id
            WHERE clothing_fund.spent_cents <> COALESCE(spent.cents, 0)
            UNION ALL SELECT 'purchase', bought.entry_id, COALESCE(told.cents, 0), bought.cents
            FROM bought LEFT JOIN told ON told.entry_id = bought.entry_id
            WHERE COALESCE(told.cents, 0) <> bought.cents
            UNION ALL SELECT 'purchase', told.entry_id, told.cents, 0 FROM told
            WHERE told.entry_id NOT IN (SELECT entry_id FROM bought)""",
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
