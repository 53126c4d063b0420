"""Room: designation. Cents leave: released where unspent, taken over where spent, let go where a fund closes."""

from __future__ import annotations

from collections.abc import Sequence

from donations.designation.facts import ClothingFund, Designation, Place, Release, Source


def plan_release(source: Source, cents: int, places: Sequence[Place], funds: Sequence[ClothingFund]) -> Release:
    """Undo `cents` of a source: its idle cents, then its unspent ones, youngest fund first; the rest is pinned."""
    rows: list[Designation] = []
    held = {place.clothing_fund_id: place.cents for place in places if place.source_entry_id == source.entry_id}
    left = cents - min(cents, source.free_cents)
    for fund in sorted(funds, key=lambda fund: -fund.queue_no):
        taken = min(left, held.get(fund.id, 0), fund.unspent_cents)
        if taken > 0:
            rows.append(
                Designation(source_entry_id=source.entry_id, clothing_fund_id=fund.id, cents=-taken, reason="release")
            )
            left -= taken
    return Release(rows=tuple(rows), pinned_cents=left)


def plan_substitution(
    *, leaving: int, coming: int, cents: int, places: Sequence[Place], funds: Sequence[ClothingFund]
) -> list[Designation]:
    """Let source `coming` take the place of `cents` of source `leaving`, youngest fund first (make whole, and back).

    The funds' sums do not change. Cents that `leaving` has nowhere designated get no row.
    """
    rows: list[Designation] = []
    held = {place.clothing_fund_id: place.cents for place in places if place.source_entry_id == leaving}
    for fund in sorted(funds, key=lambda fund: -fund.queue_no):
        taken = min(cents, held.get(fund.id, 0))
        if taken > 0:
            rows.append(
                Designation(
                    source_entry_id=coming,
                    clothing_fund_id=fund.id,
                    cents=taken,
                    reason="make_whole",
                    instead_of=leaving,
                )
            )
            cents -= taken
    return rows


def plan_closing(fund: ClothingFund, places: Sequence[Place]) -> list[Designation]:
    """Release all unspent cents of a fund that closes, latest designated source first."""
    rows: list[Designation] = []
    left = fund.unspent_cents
    for place in sorted(places, key=lambda place: -place.latest):
        taken = min(left, place.cents) if place.clothing_fund_id == fund.id else 0
        if taken > 0:
            rows.append(
                Designation(
                    source_entry_id=place.source_entry_id, clothing_fund_id=fund.id, cents=-taken, reason="release"
                )
            )
            left -= taken
    return rows
