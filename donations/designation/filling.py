"""Room: designation. Cents go to the fund that has waited longest: fill, and backfill where one fell short."""

from __future__ import annotations

from collections.abc import Iterable

from donations.designation.facts import ClothingFund, Designation, Source, Stand


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


def plan_backfill(short: Iterable[ClothingFund], unspent: Iterable[Stand]) -> list[Designation]:
    """Move unspent cents from the youngest fund to the oldest short one until no older fund is short before it.

    `short` begins with the oldest, `unspent` with the youngest; neither is read further than needed. Idle cents come
    first: `plan_designations` has already run. Within a fund the latest designated source moves; each move is two
    rows of reason `backfill`, so that the source moves along.
    """
    rows: list[Designation] = []
    gaps = _Gaps(short)
    for stand in unspent:
        left = stand.fund.unspent_cents
        for place in sorted(stand.places, key=lambda place: -place.latest):
            here = min(left, place.cents)
            left -= here
            while here > 0:
                older, cents = gaps.take(here, before=stand.fund.queue_no)
                if older is None:
                    return rows
                rows += _move(place.source_entry_id, stand.fund.id, older, cents)
                here -= cents
    return rows


class _Gaps:
    """What older funds still wait for, the oldest first."""

    def __init__(self, short: Iterable[ClothingFund]) -> None:
        self._queue = iter(short)
        self._fund = next(self._queue, None)
        self._cents = 0 if self._fund is None else self._fund.short_cents

    def take(self, most: int, *, before: int) -> tuple[int | None, int]:
        """Return the oldest short fund that queues before this place, and how much of `most` it takes."""
        while self._fund is not None and self._cents == 0:
            self._fund = next(self._queue, None)
            self._cents = 0 if self._fund is None else self._fund.short_cents
        if self._fund is None or self._fund.queue_no >= before:
            return None, 0
        cents = min(most, self._cents)
        self._cents -= cents
        return self._fund.id, cents


def _move(source: int, younger: int, older: int, cents: int) -> tuple[Designation, Designation]:
    return (
        Designation(source_entry_id=source, clothing_fund_id=younger, cents=-cents, reason="backfill"),
        Designation(source_entry_id=source, clothing_fund_id=older, cents=cents, reason="backfill"),
    )
