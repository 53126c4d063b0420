"""Room: designation. What the rules are told, and the rows they plan; cents everywhere."""

from __future__ import annotations

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
    """An open clothing fund at its place in the queue: 0 ≤ spent ≤ designated ≤ target, in cents."""

    id: int
    queue_no: int
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A clothing fund with unspent cents, and whose cents stand there."""

    fund: ClothingFund
    places: tuple[Place, ...]
