"""Room: postings. Money that goes back to its giver, by refund, dispute or bank, and what of it comes again.

Fees are of operations alone, as read from the same row of Stripe's book.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from donations.postings.chart import FundName
from donations.postings.entries import NewEntry, NewTransfer, lines, signed_line
from donations.postings.splitting import Parts

_STRIPE = "assets:stripe"
_DISPUTED = "assets:stripe:disputed"
_SUSPENSE = "liabilities:suspense"
_FEES = "expense:processing-fees"
_DISPUTE_FEES = "expense:dispute-fees"

ReturnWay = Literal["refund", "dispute", "late_return"]

_KINDS = {"refund": "refund", "dispute": "dispute_withdrawn", "late_return": "late_return"}
_ACCOUNTS = {"refund": "income:refunds", "dispute": _DISPUTED, "late_return": "income:chargebacks"}
_LOSSES = {"refund": "income:refunds", "dispute": "income:chargebacks", "late_return": "income:chargebacks"}
_FEE_ACCOUNTS = {"refund": _FEES, "dispute": _DISPUTE_FEES, "late_return": _FEES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One row of Stripe's book that moved money of a charge: by which way, its fee, and when."""

    txn_id: str
    way: ReturnWay
    fee_cents: int
    happened_at: datetime
    effective_on: date


def money_back(leg: Leg, parts: Parts) -> NewEntry:
    """Book cents of a gift that went back, split between the funds; a dispute's wait until it is decided."""
    account = _ACCOUNTS[leg.way]
    return _entry(
        leg,
        _KINDS[leg.way],
        ("children", account, _STRIPE, parts.children),
        ("operations", account, _STRIPE, parts.operations),
    )


def money_again(leg: Leg, parts: Parts, *, is_lost: bool = False, left_over_cents: int = 0) -> NewEntry:
    """Book cents of a gift that came again: `is_lost` if they had been given up, what nobody awaits in suspense."""
    account = _LOSSES[leg.way] if is_lost else _ACCOUNTS[leg.way]
    return _entry(
        leg,
        "dispute_reinstated" if leg.way == "dispute" else "returned_again",
        ("children", _STRIPE, account, parts.children),
        ("operations", _STRIPE, account, parts.operations),
        ("operations", _STRIPE, _SUSPENSE, left_over_cents),
    )


def failed_refund(leg: Leg, *, entry_id: int, transfers: tuple[NewTransfer, ...]) -> NewEntry:
    """Book a refund that failed after all: the exact mirror of the entry by which it had gone back."""
    return NewEntry(
        kind="refund_failed",
        source_key=f"btxn/{leg.txn_id}",
        happened_at=leg.happened_at,
        effective_on=leg.effective_on,
        actor="stripe",
        transfers=tuple(NewTransfer(each.fund, each.credit, each.debit, each.cents) for each in transfers),
        reverses=entry_id,
    )


def lost_dispute(dispute_id: str, standing: Parts, *, happened_at: datetime, effective_on: date) -> NewEntry:
    """Book what still stood withdrawn when a dispute was lost; no cash moves."""
    return NewEntry(
        kind="dispute_lost",
        source_key=f"dispute/{dispute_id}/lost",
        happened_at=happened_at,
        effective_on=effective_on,
        actor="stripe",
        transfers=lines(
            ("children", "income:chargebacks", _DISPUTED, standing.children),
            ("operations", "income:chargebacks", _DISPUTED, standing.operations),
        ),
    )


def suspense_back(leg: Leg, parts: Parts, *, beyond_cents: int = 0) -> NewEntry:
    """Book suspense money that went back (cents > 0) or came again (< 0); what never was there operations loses."""
    return _entry(
        leg,
        "suspense_returned",
        signed_line("children", _SUSPENSE, _STRIPE, parts.children),
        signed_line("operations", _SUSPENSE, _STRIPE, parts.operations),
        signed_line("operations", _LOSSES[leg.way], _STRIPE, beyond_cents),
    )


def _entry(leg: Leg, kind: str, *wanted: tuple[FundName, str, str, int]) -> NewEntry:
    fee = signed_line("operations", _FEE_ACCOUNTS[leg.way], _STRIPE, leg.fee_cents)
    return NewEntry(
        kind=kind,
        source_key=f"btxn/{leg.txn_id}",
        happened_at=leg.happened_at,
        effective_on=leg.effective_on,
        actor="stripe",
        transfers=lines(*wanted, fee),
        is_decided_once=True,
    )
