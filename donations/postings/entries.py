"""Room: postings. The shape of an entry: one happening, told in transfers that cannot be unbalanced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from donations.money import CENTS_MAX
from donations.postings.chart import CHART, FundName

_PATHS = frozenset(account.path for account in CHART)


class When(TypedDict):
    """When a happening happened: its true instant (UTC), and its day in the book's zone."""

    happened_at: datetime
    effective_on: date


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """One fund, one account debited, one credited, whole cents > 0; raises ValueError for anything else."""

    fund: FundName
    debit: str
    credit: str
    cents: int

    def __post_init__(self) -> None:
        if not 0 < self.cents <= CENTS_MAX:
            raise ValueError(f"a transfer moves between 1 and {CENTS_MAX} cents, not {self.cents}")
        if self.debit == self.credit or not {self.debit, self.credit} <= _PATHS:
            raise ValueError(f"a transfer moves between two accounts of the chart, not {self.debit} / {self.credit}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """One happening, not yet booked. `source_key` names the fact itself, never the event that told of it."""

    kind: str
    source_key: str
    happened_at: datetime
    effective_on: date
    actor: str
    transfers: tuple[NewTransfer, ...]
    reverses: int | None = None
    note_code: str | None = None
    is_decided_once: bool = False
    """We chose the accounts from our own state: met again, the booked choice stands if the places moved alike."""

    def __post_init__(self) -> None:
        if not self.transfers:
            raise ValueError(f"{self.source_key} moves nothing; such a happening is no entry")
        if self.happened_at.tzinfo is None:
            raise ValueError("an instant needs its offset from UTC")


def lines(*wanted: tuple[FundName, str, str, int]) -> tuple[NewTransfer, ...]:
    """Return transfers of (fund, debit, credit, cents), leaving out those of 0 cents."""
    return tuple(NewTransfer(*line) for line in wanted if line[3] != 0)


def signed_line(fund: FundName, debit: str, credit: str, cents: int) -> tuple[FundName, str, str, int]:
    """Return the line, with its sides swapped if the cents are negative."""
    return (fund, debit, credit, cents) if cents >= 0 else (fund, credit, debit, -cents)


def reversal(  # noqa: PLR0913  # What is reversed has two names, and a happening has a time and an actor.
    *,
    entry_id: int,
    source_key: str,
    transfers: tuple[NewTransfer, ...],
    happened_at: datetime,
    effective_on: date,
    actor: str,
) -> NewEntry:
    """Return the exact mirror of a booked entry, all its lines with debit and credit swapped."""
    return NewEntry(
        kind="reversal",
        source_key=f"reverse/{source_key}",
        happened_at=happened_at,
        effective_on=effective_on,
        actor=actor,
        transfers=tuple(NewTransfer(t.fund, t.credit, t.debit, t.cents) for t in transfers),
        reverses=entry_id,
    )
