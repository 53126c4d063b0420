"""Room: money. Integer US cents, parsed by one ASCII pattern and printed without a locale."""

from __future__ import annotations

import re
from collections.abc import Sequence

CENTS_MAX = 10**11
"""No single amount in the book is larger (one billion dollars); the database checks the same bound."""

_DOLLARS = re.compile(r"([0-9]{1,6})(?:\.([0-9]{2}))?", re.ASCII)


def parse_dollars(text: str) -> int | None:
    """Return the cents of "130" or "130.00", or None for any other spelling; nothing is trimmed or guessed."""
    found = _DOLLARS.fullmatch(text)
    if found is None:
        return None
    return int(found[1]) * 100 + int(found[2] or "0")


def format_dollars(cents: int) -> str:
    """Return "$1,234.50" for 123450 and "-$0.05" for -5, the same in every locale."""
    sign = "-" if cents < 0 else ""
    dollars, rest = divmod(abs(cents), 100)
    return f"{sign}${dollars:,}.{rest:02d}"


def format_decimal(cents: int) -> str:
    """Return "1234.50" for 123450: the decimal string of exports and `receipt.json`."""
    sign = "-" if cents < 0 else ""
    dollars, rest = divmod(abs(cents), 100)
    return f"{sign}{dollars}.{rest:02d}"


def offer_fee_cover(amount_cents: int, *, basis_points: int, fixed_cents: int) -> int:
    """Return the smallest cover F with F ≥ round_half_up((amount + F) × basis_points / 10,000) + fixed_cents.

    An offer only: the fee that is booked is the one Stripe took (docs: money, "The 100% promise").
    """
    cover = fixed_cents
    while cover < _round_half_up((amount_cents + cover) * basis_points, 10_000) + fixed_cents:
        cover = _round_half_up((amount_cents + cover) * basis_points, 10_000) + fixed_cents
    return cover


def split_by_largest_remainder(cents: int, weights: Sequence[int]) -> list[int]:
    """Split cents in proportion to the weights; the parts always add up to the whole, ties go to the first."""
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative and not all zero")
    parts = [cents * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(cents * weights[i] % total), i))
    for index in by_remainder[: cents - sum(parts)]:
        parts[index] += 1
    return parts


def _round_half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
