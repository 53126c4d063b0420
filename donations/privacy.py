"""Room: privacy. Silence about children: what is counted is published only in steps that disclose no small number.

Every published number about the children's side is the reading of a *milestone* (a day on which the figures were
published) or the difference of two of them. So nothing can be pinned by subtraction that the steps themselves do not
pin, and a step is 0 or at least k (docs: transparency, "Silence about children"; rules S1 to S12 of the books).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass
from datetime import date, timedelta
from typing import Final, Literal

K_MIN: Final = 11
"""S1: the smallest count that may be told; a setting may raise it, never lower it."""

Reason = Literal["few", "together", "unpublished"]
_SEAL: Final = object()
_SHARE_LOW, _SHARE_HIGH = 5, 95


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCell:
    """A number about the children's side that may be told, or None and why; made by `mask` and `not_told` alone."""

    value: int | None
    reason: Reason | None
    since: date | None
    """First day of a sum over time; None where the figure stands at a day."""
    until: date | None
    """The day the figure belongs to: the last milestone, which may be before the end of the period asked for."""
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        """Refuse a cell that did not pass the mask."""
        if seal is not _SEAL:
            raise TypeError("a published cell is made by privacy.mask alone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How silent the house is: counts below `k` are not told, and `set_cents` of money stands for one of them."""

    k: int
    set_cents: int

    def __post_init__(self) -> None:
        """Refuse a rule weaker than S1."""
        if self.k < K_MIN or self.set_cents <= 0:
            raise ValueError(f"k is at least {K_MIN}, and a set costs money")


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """What was published about one count and its money, as it stood at the end of the day `on`."""

    on: date
    count: int
    cents: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The unmasked truth at the end of a period: a count of clothing funds and the money that discloses it (S4)."""

    name: str
    begins_on: date
    """First day of the period asked for."""
    on: date
    opened_on: date
    """The day of the first money in the book; the first step ever told begins there or with its period."""
    count: int
    cents: Mapping[str, int]
    touched: int | None
    """Different clothing funds the money touched since the last milestone; None for a count without money."""
    room_cents: int = 0
    """Public money (gifts, told to the cent) that could have touched clothing funds since the last milestone."""
    beside: int | None = None
    """The count last told of which this one is a part; what is left over is a count too (S3)."""
    companion_told: bool = True
    """Whether the figure that this one would disclose is itself told for this day (S3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A tally behind its mask: cells by name (the count under the tally's name) and the milestone told, if any."""

    stands: Mapping[str, PublishedCell]
    steps: Mapping[str, PublishedCell]
    told: Milestone | None
    """The milestone of exactly this day; None when the day is passed over and merges with the next (S7)."""


def mask(tally: Tally, history: Sequence[Milestone], *, rule: Rule) -> Masked:
    """Return what may be told of a tally, given everything that was told before.

    A milestone once told is never told differently; a correction shows in the next step (S12).
    """
    earlier = sorted((m for m in history if m.on <= tally.on), key=lambda m: m.on)
    told = next((m for m in earlier if m.on == tally.on), None)
    if told is None and len(earlier) == len(history) and _may_be_told(tally, earlier, rule):
        told = Milestone(on=tally.on, count=tally.count, cents=dict(tally.cents))
        earlier.append(told)
    reason: Reason = "few" if tally.companion_told else "together"
    return Masked(stands=_stands(tally, earlier, reason), steps=_steps(tally, earlier, reason), told=told)


def not_told(reason: Reason) -> PublishedCell:
    """Return a cell that says nothing but why."""
    return PublishedCell(value=None, reason=reason, since=None, until=None, seal=_SEAL)


def rest_of(whole_cents: int, told: PublishedCell) -> PublishedCell:
    """Return what is left of a sum everybody knows after a part that is told; hidden exactly where the part is."""
    rest = None if told.value is None else whole_cents - told.value
    return PublishedCell(value=rest, reason=told.reason, since=told.since, until=told.until, seal=_SEAL)


def share_words(part: int, whole: int) -> str:
    """Return a share in whole per cent, its ends blurred to "under 5 %" and "over 95 %" (S10)."""
    if whole <= 0:
        return "–"
    if part * 100 < whole * _SHARE_LOW:
        return f"under {_SHARE_LOW} %"
    if part * 100 > whole * _SHARE_HIGH:
        return f"over {_SHARE_HIGH} %"
    return f"{(200 * part + whole) // (2 * whole)} %"


def _may_be_told(tally: Tally, earlier: Sequence[Milestone], rule: Rule) -> bool:
    if not tally.companion_told or any(_is_small(d, rule.k) for d in _differences(tally, earlier)):
        return False
    return tally.touched is None or _step_is_safe(tally, tally.touched, _last(earlier, tally), rule)


def _differences(tally: Tally, earlier: Sequence[Milestone]) -> list[int]:
    """Return what a reader gets by subtracting nothing (S2), what was told (S8), and the part from its whole (S3)."""
    known = [0, *(m.count for m in earlier)]
    return [tally.count - other for other in (known if tally.beside is None else [*known, tally.beside])]


def _step_is_safe(tally: Tally, touched: int, last: Milestone, rule: Rule) -> bool:
    """Return whether a step tells nothing small, and whether *not* telling it would tell nothing small either.

    Where the money the public can see is enough for fewer than k sets, silence must not depend on the truth: else
    "hidden" would mean "not none", and the money would say how many.
    """
    room = -(-tally.room_cents // rule.set_cents)
    is_still = touched == 0 and tally.count == last.count and dict(tally.cents) == dict(last.cents)
    if _is_small(room, rule.k):
        return False
    return is_still or (touched >= rule.k and abs(tally.count - last.count) >= rule.k)


def _is_small(number: int, k: int) -> bool:
    return 0 < abs(number) < k


def _last(earlier: Sequence[Milestone], tally: Tally) -> Milestone:
    if earlier:
        return earlier[-1]
    origin = min(tally.begins_on, tally.opened_on) - timedelta(days=1)
    return Milestone(on=origin, count=0, cents=dict.fromkeys(tally.cents, 0))


def _readings(milestone: Milestone, name: str) -> dict[str, int]:
    return {name: milestone.count, **milestone.cents}


def _stands(tally: Tally, earlier: Sequence[Milestone], reason: Reason) -> dict[str, PublishedCell]:
    if not earlier:
        return dict.fromkeys([tally.name, *tally.cents], not_told(reason))
    return {
        name: PublishedCell(value=value, reason=None, since=None, until=earlier[-1].on, seal=_SEAL)
        for name, value in _readings(earlier[-1], tally.name).items()
    }


def _steps(tally: Tally, earlier: Sequence[Milestone], reason: Reason) -> dict[str, PublishedCell]:
    before = [m for m in earlier if m.on < tally.begins_on]
    if len(before) == len(earlier):
        return dict.fromkeys([tally.name, *tally.cents], not_told(reason))
    start, end = _last(before, tally), earlier[-1]
    then = _readings(start, tally.name)
    return {
        name: PublishedCell(
            value=value - then.get(name, 0),
            reason=None,
            since=start.on + timedelta(days=1),
            until=end.on,
            seal=_SEAL,
        )
        for name, value in _readings(end, tally.name).items()
    }
