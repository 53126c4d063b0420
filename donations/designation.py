"""Room: designation. The charity's own tying of cents to clothing funds, as pure rules (docs: money, "Designation").

First come, first served, whoever gave: no donor, preference, day or class of amount enters any function here.
Order is given by the order of the arguments: sources as they were filed, funds as they queue.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Reason = Literal["fill", "release", "backfill", "make_whole"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Children's cents of one filed entry that no clothing fund holds yet."""

    entry_id: int
    free_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClothingFund:
    """An open clothing fund: 0 ≤ spent ≤ designated ≤ target, in cents."""

    id: int
    target_cents: int
    designated_cents: int = 0
    spent_cents: int = 0

    @property
    def short_cents(self) -> int:
        """Return what the fund still waits for."""
        return self.target_cents - self.designated_cents

    @property
    def unspent_cents(self) -> int:
        """Return what stands there and may still be moved."""
        return self.designated_cents - self.spent_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Cents of one source in one clothing fund; `latest` orders places by their last positive row."""

    source_entry_id: int
    clothing_fund_id: int
    cents: int
    latest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Designation:
    """One row to be written; cents < 0 takes back. `instead_of` is set exactly for `make_whole`."""

    source_entry_id: int
    clothing_fund_id: int
    cents: int
    reason: Reason
    instead_of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What an undo takes back, and the cents that are spent already and so must be made whole."""

    rows: tuple[Designation, ...]
    pinned_cents: int


def plan_designations(sources: Iterable[Source], funds: Iterable[ClothingFund]) -> list[Designation]:
    """Fill the oldest short fund from the oldest free cents, the overflow going to the next fund.

    What remains of the sources waits in the idle pool: it gets no row. Neither argument is read further than needed.
    """
    rows: list[Designation] = []
    queue = ((fund.id, fund.short_cents) for fund in funds if fund.short_cents > 0)
    fund_id, short = next(queue, (0, 0))
    for source in sources:
        free = source.free_cents
        while free > 0 and short > 0:
            cents = min(free, short)
            rows.append(
                Designation(source_entry_id=source.entry_id, clothing_fund_id=fund_id, cents=cents, reason="fill")
            )
            free, short = free - cents, short - cents
            if short == 0:
                fund_id, short = next(queue, (0, 0))
        if short == 0:
            break
    return rows


def plan_release(source: Source, cents: int, places: Sequence[Place], funds: Sequence[ClothingFund]) -> Release:
    """Undo `cents` of a source: its idle cents, then its unspent ones, youngest fund first; the rest is pinned."""
    rows: list[Designation] = []
    held = {place.clothing_fund_id: place.cents for place in places if place.source_entry_id == source.entry_id}
    left = cents - min(cents, source.free_cents)
    for fund in reversed(funds):
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
    for fund in reversed(funds):
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


def plan_backfill(places: Sequence[Place], funds: Sequence[ClothingFund]) -> list[Designation]:
    """Move unspent cents from the youngest fund to the oldest short one until no older fund is short before it.

    Idle cents come first: `plan_designations` has already run. Within a fund the latest designated source moves;
    each move is two rows of reason `backfill`, so that the source moves along.
    """
    board = _Board(places, funds)
    rows: list[Designation] = []
    while (move := board.next_move()) is not None:
        rows += board.make(*move)
    return rows


class _Board:
    """The funds and places as they stand while moves are planned."""

    def __init__(self, places: Sequence[Place], funds: Sequence[ClothingFund]) -> None:
        self._rank = {fund.id: rank for rank, fund in enumerate(funds)}
        self._short = {fund.id: fund.short_cents for fund in funds}
        self._unspent = {fund.id: fund.unspent_cents for fund in funds}
        self._held: dict[int, dict[int, int]] = {fund.id: {} for fund in funds}
        for place in sorted(places, key=lambda place: place.latest):
            self._held[place.clothing_fund_id][place.source_entry_id] = place.cents

    def next_move(self) -> tuple[int, int, int, int] | None:
        """Return (from fund, to fund, source, cents), or None when first come is first served."""
        older = next((fund for fund in self._rank if self._short[fund] > 0), None)
        younger = next((fund for fund in reversed(self._rank) if self._unspent[fund] > 0), None)
        if older is None or younger is None or self._rank[older] >= self._rank[younger]:
            return None
        source = next(source for source, cents in reversed(self._held[younger].items()) if cents > 0)
        cents = min(self._short[older], self._unspent[younger], self._held[younger][source])
        return younger, older, source, cents

    def make(self, younger: int, older: int, source: int, cents: int) -> tuple[Designation, Designation]:
        """Make the move and return its two rows; the source becomes the latest of the older fund."""
        for fund, change in ((younger, -cents), (older, cents)):
            self._short[fund] -= change
            self._unspent[fund] += change
        self._held[younger][source] -= cents
        self._held[older][source] = self._held[older].pop(source, 0) + cents
        return (
            Designation(source_entry_id=source, clothing_fund_id=younger, cents=-cents, reason="backfill"),
            Designation(source_entry_id=source, clothing_fund_id=older, cents=cents, reason="backfill"),
        )
