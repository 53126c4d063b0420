"""Room: postings. What a charge becomes (docs/reference/entries.md).

The children's fund is credited the whole gift, whatever the fee: the fee is another entry, of operations.
"""

from __future__ import annotations

from datetime import date, datetime

from donations.postings.entries import NewEntry, lines, signed_line

_STRIPE = "assets:stripe"
_SUSPENSE = "liabilities:suspense"


def settled_gift(
    *, charge_id: str, gift_cents: int, fee_cover_cents: int, happened_at: datetime, effective_on: date
) -> NewEntry:
    """Book a charge that keeps a promise: the gift to the children, a voluntary fee cover to operations."""
    return NewEntry(
        kind="gift",
        source_key=f"charge/{charge_id}",
        happened_at=happened_at,
        effective_on=effective_on,
        actor="stripe",
        transfers=lines(
            ("children", _STRIPE, "income:gifts", gift_cents),
            ("operations", _STRIPE, "income:fee-cover", fee_cover_cents),
        ),
        is_decided_once=True,
    )


def stripe_fee(*, txn_id: str, fee_cents: int, happened_at: datetime, effective_on: date) -> NewEntry | None:
    """Book the fee Stripe took for a charge, on operations alone; None where it took none, < 0 where it gave back."""
    if fee_cents == 0:
        return None
    return NewEntry(
        kind="fee",
        source_key=f"btxn/{txn_id}",
        happened_at=happened_at,
        effective_on=effective_on,
        actor="stripe",
        transfers=lines(signed_line("operations", "expense:processing-fees", _STRIPE, fee_cents)),
    )


def unclaimed_charge(*, charge_id: str, cents: int, happened_at: datetime, effective_on: date) -> NewEntry:
    """Book a charge that keeps no promise: real money, waiting in suspense; no receipt, no designation."""
    return NewEntry(
        kind="suspense",
        source_key=f"charge/{charge_id}",
        happened_at=happened_at,
        effective_on=effective_on,
        actor="stripe",
        transfers=lines(("children", _STRIPE, _SUSPENSE, cents)),
        is_decided_once=True,
    )


def held_gift(
    *, charge_id: str, gift_cents: int, fee_cover_cents: int, happened_at: datetime, effective_on: date
) -> NewEntry:
    """Book the charge of a gift that waits for its donor's own words: each fund holds its own part in suspense.

    So no cent ever has to change funds, wherever the money is by the time of the answer.
    """
    return NewEntry(
        kind="suspense",
        source_key=f"charge/{charge_id}",
        happened_at=happened_at,
        effective_on=effective_on,
        actor="stripe",
        transfers=lines(
            ("children", _STRIPE, _SUSPENSE, gift_cents),
            ("operations", _STRIPE, _SUSPENSE, fee_cover_cents),
        ),
        is_decided_once=True,
    )


def released_gift(  # noqa: PLR0913  # Every amount and name is read from the donor's decision.
    *,
    charge_id: str,
    gift_cents: int,
    fee_cover_cents: int,
    happened_at: datetime,
    effective_on: date,
    actor: str,
) -> NewEntry:
    """Book a held gift whose donor agreed to the pool as the gift it was; the cash stays where it is."""
    return NewEntry(
        kind="gift",
        source_key=f"suspense/charge/{charge_id}/resolved/1",
        happened_at=happened_at,
        effective_on=effective_on,
        actor=actor,
        transfers=lines(
            ("children", _SUSPENSE, "income:gifts", gift_cents),
            ("operations", _SUSPENSE, "income:fee-cover", fee_cover_cents),
        ),
    )


def claimed_suspense(  # noqa: PLR0913  # Every amount and name is read from the treasurer's decision.
    *,
    suspense_key: str,
    n: int,
    gift_cents: int,
    fee_cover_cents: int,
    place: str,
    happened_at: datetime,
    effective_on: date,
    actor: str,
) -> NewEntry:
    """Book what waited in suspense as the gift it was; a fee cover moves to operations from where the cents are."""
    return NewEntry(
        kind="gift",
        source_key=f"suspense/{suspense_key}/resolved/{n}",
        happened_at=happened_at,
        effective_on=effective_on,
        actor=actor,
        transfers=lines(
            ("children", _SUSPENSE, "income:gifts", gift_cents),
            ("children", _SUSPENSE, place, fee_cover_cents),
            ("operations", place, "income:fee-cover", fee_cover_cents),
        ),
    )


def operations_gift(*, charge_id: str, cents: int, happened_at: datetime, effective_on: date) -> NewEntry:
    """Book an underwriter's gift to operations; it is never designated."""
    return NewEntry(
        kind="operations_gift",
        source_key=f"charge/{charge_id}",
        happened_at=happened_at,
        effective_on=effective_on,
        actor="stripe",
        transfers=lines(("operations", _STRIPE, "income:gifts", cents)),
        is_decided_once=True,
    )
