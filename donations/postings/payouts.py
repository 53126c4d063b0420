"""Room: postings. Payouts, and rows of Stripe's book that hang on no charge.

A payout leaves as a whole from operations' share; once its rows are known, the children's share changes places with
operations', so each fund's Stripe balance and money in transit is its own.
"""

from __future__ import annotations

from datetime import date, datetime

from donations.postings.chart import FundName
from donations.postings.entries import NewEntry, lines, signed_line

_STRIPE = "assets:stripe"
_TRANSIT = "assets:in-transit"
_FEES = "expense:processing-fees"

_Line = tuple[FundName, str, str, int]


def payout_leaves(
    *, txn_id: str, cents: int, fee_cents: int, happened_at: datetime, effective_on: date
) -> NewEntry | None:
    """Book the payout's own row: cents on their way to the bank, < 0 when Stripe takes them from there."""
    return _row(
        "payout", txn_id, happened_at, effective_on, ("operations", _TRANSIT, _STRIPE, cents), _fee(fee_cents)
    )


def payout_shares(
    *, payout_id: str, children_cents: int, happened_at: datetime, effective_on: date
) -> NewEntry | None:
    """Give the children their share of a payout, which left as operations'; None where they have none in it."""
    if children_cents == 0:
        return None
    return NewEntry(
        kind="payout_shares",
        source_key=f"payout/{payout_id}/shares",
        happened_at=happened_at,
        effective_on=effective_on,
        actor="stripe",
        transfers=lines(
            signed_line("children", _TRANSIT, _STRIPE, children_cents),
            signed_line("operations", _STRIPE, _TRANSIT, children_cents),
        ),
        is_decided_once=True,
    )


def payout_returns(  # noqa: PLR0913  # Two shares, a fee and a time, each as read.
    *,
    txn_id: str,
    children_cents: int,
    operations_cents: int,
    fee_cents: int,
    happened_at: datetime,
    effective_on: date,
) -> NewEntry | None:
    """Book a payout that failed or was cancelled: each fund's share is in the Stripe balance again."""
    return _row(
        "payout_failed",
        txn_id,
        happened_at,
        effective_on,
        ("children", _STRIPE, _TRANSIT, children_cents),
        ("operations", _STRIPE, _TRANSIT, operations_cents),
        _fee(fee_cents),
    )


def other_fee(*, txn_id: str, net_cents: int, happened_at: datetime, effective_on: date) -> NewEntry | None:
    """Book a fee of Stripe's that hangs on no charge (net < 0), or one given back."""
    return _row("stripe_fee", txn_id, happened_at, effective_on, ("operations", _FEES, _STRIPE, -net_cents))


def reserve(*, txn_id: str, net_cents: int, happened_at: datetime, effective_on: date) -> NewEntry | None:
    """Book what Stripe holds back as a reserve (net < 0), or lets go of."""
    held: _Line = ("operations", "assets:stripe:reserved", _STRIPE, -net_cents)
    return _row("reserve", txn_id, happened_at, effective_on, held)


def unknown_row(*, txn_id: str, net_cents: int, happened_at: datetime, effective_on: date) -> NewEntry | None:
    """Book a row of a kind we do not know: it waits in operations' suspense, never in the children's fund."""
    waiting: _Line = ("operations", _STRIPE, "liabilities:suspense", net_cents)
    return _row("unknown_row", txn_id, happened_at, effective_on, waiting)


def _fee(cents: int) -> _Line:
    return ("operations", _FEES, _STRIPE, cents)


def _row(kind: str, txn_id: str, happened_at: datetime, effective_on: date, *wanted: _Line) -> NewEntry | None:
    """Return the entry of a row of Stripe's book, each line's sides as its sign says; None if nothing moved."""
    moved = lines(*(signed_line(*line) for line in wanted))
    if not moved:
        return None
    return NewEntry(
        kind=kind,
        source_key=f"btxn/{txn_id}",
        happened_at=happened_at,
        effective_on=effective_on,
        actor="stripe",
        transfers=moved,
        is_decided_once=True,
    )
