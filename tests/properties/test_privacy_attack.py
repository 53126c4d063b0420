"""Brute force against the mask: a reader who knows every gift and every publication learns no small number.

Small worlds (k = 3, a set costs 2, three quarters) are listed in full: every way clothing funds may be opened and
spent on. Worlds that publish the same are one to the reader; what differs inside such a class stays secret.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

import pytest

from donations.privacy import Masked, Milestone, Rule, Tally, mask

SMALL_K, SET = 3, 2
QUARTERS = tuple((date(2026, 3 * q + 1, 1), date(2026, 3 * q + 3, 28)) for q in range(3))
OPENED_MOST = 10
NAMES = ("filled", "waiting", "clothed")
Told = dict[str, tuple[Milestone, ...]]
Seen = tuple[object, ...]
Possible = dict[tuple[str, int, Seen], set[int]]


@dataclass(frozen=True)
class World:
    """The truth at the end of each quarter, and what was told of it, newest last."""

    truths: tuple[dict[str, int], ...]
    transcript: tuple[tuple[tuple[str, int | None, date | None], ...], ...]
    told: Told
    months: frozenset[int] = frozenset()
    """Points in time of which donors are told, as `settle_month` does; at the others a report is published."""


def _rule() -> Rule:
    rule = Rule(k=11, set_cents=SET)
    object.__setattr__(rule, "k", SMALL_K)  # Eleven would make the worlds too many to list.
    return rule


def _designated_when(world: World, name: str) -> int:
    return world.told[name][-1].cents.get("cents", 0) if world.told[name] else 0


def _publish(world: World, quarter: int, truth: dict[str, int]) -> World:
    """Mask one quarter as `reporting` does: filled funds first, then what they would disclose."""
    begins_on, on = QUARTERS[quarter]
    plain = Tally(name="", begins_on=begins_on, on=on, opened_on=date(2026, 1, 1), count=0, cents={}, touched=None)
    before, spent_before = _designated_when(world, "filled"), _designated_when(world, "clothed")
    filled = _masked(
        world,
        replace(
            plain,
            name="filled",
            count=truth["filled"],
            cents={"cents": truth["designated"]},
            touched=-(-truth["designated"] // SET) - before // SET if truth["designated"] > before else 0,
            room_cents=truth["gifts"] - before,
        ),
    )
    last_filled = filled.stands["filled"].value
    waiting = _masked(
        world, replace(plain, name="waiting", count=truth["waiting"], companion_told=filled.told is not None)
    )
    clothed = _masked(
        world,
        replace(
            plain,
            name="clothed",
            count=truth["clothed"],
            cents={"cents": truth["clothed"] * SET},
            touched=truth["clothed"] - spent_before // SET,
            room_cents=truth["gifts"] - spent_before,
            beside=last_filled,
        ),
    )
    if quarter in world.months:
        news = {"filled": filled, "clothed": clothed}
        return _remember(world, truth, {name: one for name, one in news.items() if one.told is not None})
    return _remember(world, truth, {"filled": filled, "waiting": waiting, "clothed": clothed})


def _masked(world: World, tally: Tally) -> Masked:
    return mask(tally, world.told[tally.name], rule=_rule())


def _remember(world: World, truth: dict[str, int], masked: dict[str, Masked]) -> World:
    cells = tuple(
        (name, cell.value, cell.until)
        for one in masked.values()
        for group in (one.stands, one.steps)
        for name, cell in sorted(group.items())
    )
    told = {
        name: (*world.told[name], one.told) if one.told is not None else world.told[name]
        for name, one in masked.items()
    }
    told = {**world.told, **told}
    return replace(world, truths=(*world.truths, truth), transcript=(*world.transcript, cells), told=told)


def _worlds(gifts: tuple[int, ...], months: frozenset[int]) -> Iterator[World]:
    start = World(truths=(), transcript=(), told=dict.fromkeys(NAMES, ()), months=months)
    yield from _grow(start, gifts, opened=0, clothed=0)


def _grow(world: World, gifts: tuple[int, ...], *, opened: int, clothed: int) -> Iterator[World]:
    quarter = len(world.truths)
    if quarter == len(gifts):
        yield world
        return
    given = sum(gifts[: quarter + 1])
    for total in range(opened, OPENED_MOST + 1):
        designated = min(given, total * SET)
        filled = designated // SET
        for spent_on in range(clothed, filled + 1):
            truth = {
                "gifts": given,
                "designated": designated,
                "filled": filled,
                "waiting": total - filled,
                "clothed": spent_on,
            }
            yield from _grow(_publish(world, quarter, truth), gifts, opened=total, clothed=spent_on)


def _last_told(world: World, name: str, quarter: int) -> int:
    before = [m.count for m in world.told[name] if m.on < QUARTERS[quarter][1]]
    return before[-1] if before else 0


def _is_told(world: World, name: str, quarter: int) -> bool:
    return any(m.on == QUARTERS[quarter][1] for m in world.told[name])


def _step(world: World, name: str, quarter: int) -> int:
    return world.truths[quarter][name] - _last_told(world, name, quarter)


def _is_far_from_the_rim(world: World, name: str, quarter: int) -> bool:
    """Leave out what a reader would learn only from the smallness of the listed worlds."""
    around = world.truths[quarter]["filled"] + _last_told(world, name, quarter) + SMALL_K
    return name != "waiting" or around <= OPENED_MOST


def _told_before(world: World, name: str, quarter: int) -> Seen:
    """Return every milestone before the quarter: with the gifts and the public rule, what a reader already knows.

    Between reports the cents of the filled funds are known too, where reports tell what waits: a fund that is told to
    be partly filled is filled by the next gift, and gifts are public. Of clothed children nothing follows from gifts,
    so there the reader is granted no cents.
    """
    on, with_cents = QUARTERS[quarter][1], bool(world.months) and name == "filled"
    return tuple(
        (one, m.on, m.count, m.cents.get("cents") if with_cents else None)
        for one in NAMES
        for m in world.told[one]
        if m.on < on
    )


def _classes(
    gifts: tuple[int, ...], months: frozenset[int] = frozenset()
) -> tuple[Possible, Possible, set[tuple[str, int, Seen, Seen]]]:
    """Return what each hidden step can be: to a reader of everything, and to a reader of the milestones alone."""
    to_reader: Possible = defaultdict(set)
    without_silence: Possible = defaultdict(set)
    hidden: set[tuple[str, int, Seen, Seen]] = set()
    for world in _worlds(gifts, months):
        for name, quarter in product(NAMES, range(len(gifts))):
            before, step = _told_before(world, name, quarter), _step(world, name, quarter)
            to_reader[name, quarter, world.transcript].add(step)
            without_silence[name, quarter, before].add(step)
            if not _is_told(world, name, quarter) and _is_far_from_the_rim(world, name, quarter):
                hidden.add((name, quarter, world.transcript, before))
    return to_reader, without_silence, hidden


GIFTS = [(7, 6, 1), (3, 2, 7), (11, 1, 1), (6, 6, 0), (2, 2, 2), (6, 0, 7), (1, 12, 0)]


@pytest.mark.parametrize("gifts", GIFTS)
def test_no_combination_of_published_numbers_pins_a_hidden_count(gifts: tuple[int, ...]) -> None:
    to_reader, without_silence, hidden = _classes(gifts)
    assert hidden
    for name, quarter, transcript, before in hidden:
        small = {step for step in without_silence[name, quarter, before] if 0 < step < SMALL_K}
        learnt = to_reader[name, quarter, transcript]
        assert learnt == {0} or len(learnt) >= min(2, len(without_silence[name, quarter, before]))
        # What waits is a part of what is open: its ceiling may follow, its number never.
        assert name == "waiting" or learnt == {0} or learnt >= small


@pytest.mark.parametrize("months", [{0}, {1}, {0, 1}, {0, 1, 2}])
@pytest.mark.parametrize("gifts", [(7, 6, 1), (6, 6, 0), (6, 0, 7)])
def test_all_notes_of_all_donors_beside_all_reports_pin_no_hidden_count(
    gifts: tuple[int, ...], months: set[int]
) -> None:
    """Every note follows from the told sums and the gifts, so whoever knows these knows all notes there are."""
    to_reader, without_silence, hidden = _classes(gifts, frozenset(months))
    assert hidden
    for name, quarter, transcript, before in hidden:
        if name == "waiting":
            continue
        small = {step for step in without_silence[name, quarter, before] if 0 < step < SMALL_K}
        learnt = to_reader[name, quarter, transcript]
        assert learnt == {0} or len(learnt) >= min(2, len(without_silence[name, quarter, before]))
        assert learnt == {0} or learnt >= small
