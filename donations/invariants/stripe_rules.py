"""Room: invariants. Of Stripe: clearing accounts that drain, each dispute's and each payout's."""

from __future__ import annotations

from donations.invariants.invariant import SIDES, Invariant

STRIPE_RULES: tuple[Invariant, ...] = (
    Invariant(
        id="I13",
        name="a lost dispute leaves nothing disputed: what was withdrawn came back or is a loss",
        given=(
            SIDES,
            """standing AS (
                SELECT dispute.id, side.fund_id, SUM(side.cents) AS cents FROM dispute
                JOIN stripe_balance_transaction mirrored ON mirrored.source_id = dispute.id
                JOIN entry ON entry.source_key = 'btxn/' || mirrored.id
                JOIN side ON side.entry_id = entry.id AND side.account_id = 1032
                WHERE dispute.status = 'lost'
                  AND NOT EXISTS (SELECT 1 FROM entry lost
                      WHERE lost.source_key = 'dispute/' || dispute.id || '/lost')
                GROUP BY dispute.id, side.fund_id)""",
        ),
        query="SELECT id, fund_id, cents FROM standing WHERE cents <> 0",
        is_hard=False,
    ),
    Invariant(
        id="I13",
        name="the rows of a payout sum to it",
        query="""
            SELECT payout.id, payout.amount_cents, SUM(mirrored.amount_cents - mirrored.fee_cents) AS row_cents
            FROM payout JOIN payout_row ON payout_row.payout_id = payout.id
            JOIN stripe_balance_transaction mirrored ON mirrored.id = payout_row.txn_id
            GROUP BY payout.id, payout.amount_cents
            HAVING SUM(mirrored.amount_cents - mirrored.fee_cents) <> payout.amount_cents""",
        is_hard=False,
    ),
)
