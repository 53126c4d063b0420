"""The laws of designation on the pure rules: whole histories are told to a shelf that only adds up rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from donations.designation import (
    ClothingFund,
    Designation,
    Place,
    Source,
    Stand,
    plan_backfill,
    plan_closing,
    plan_designations,
    plan_release,
    plan_substitution,
)

_AMOUNTS = st.integers(min_value=1, max_value=60_000)
_TARGETS = st.integers(min_value=1, max_value=20_000)
_PICK = st.integers(min_value=0, max_value=10_000)
Happening = tuple[Literal["gift", "open", "spend", "return", "close"], int, int]
HISTORIES = st.lists(
    st.one_of(
        st.tuples(st.just("gift"), _AMOUNTS, st.just(0)),
        st.tuples(st.just("open"), _TARGETS, st.just(0)),
        st.tuples(st.just("spend"), _PICK, _TARGETS),
        st.tuples(st.just("return"), _PICK, _AMOUNTS),
        st.tuples(st.just("close"), _PICK, st.just(0)),
    ),
    max_size=40,
)


@dataclass
class Shelf:
    """Everything that can be summed from rows: nothing here decides anything."""

    held: dict[int, int] = field(default_factory=dict)
    targets: dict[int, int] = field(default_factory=dict)
    spent: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    closed: set[int] = field(default_factory=set)
    rows: list[Designation] = field(default_factory=list)

    def places(self) -> list[Place]:
        """Return where which source's cents stand now."""
        cents: dict[tuple[int, int], int] = defaultdict(int)
        latest: dict[tuple[int, int], int] = {}
        for number, row in enumerate(self.rows):
            cents[row.source_entry_id, row.clothing_fund_id] += row.cents
            if row.cents > 0:
                latest[row.source_entry_id, row.clothing_fund_id] = number
            if row.instead_of is not None:
                cents[row.instead_of, row.clothing_fund_id] -= row.cents
        return [
            Place(source_entry_id=source, clothing_fund_id=fund, cents=there, latest=latest[source, fund])
            for (source, fund), there in cents.items()
            if there
        ]

    def designated(self) -> dict[int, int]:
        """Return the sum of each fund."""
        sums: dict[int, int] = defaultdict(int)
        for row in self.rows:
            sums[row.clothing_fund_id] += 0 if row.reason == "make_whole" else row.cents
        return sums

    def funds(self) -> list[ClothingFund]:
        """Return every fund in queue order; a closed one is neither short nor has it unspent cents."""
        sums = self.designated()
        return [
            ClothingFund(
                id=fund,
                queue_no=fund,
                target_cents=sums[fund] if fund in self.closed else target,
                designated_cents=sums[fund],
                spent_cents=self.spent[fund],
            )
            for fund, target in self.targets.items()
        ]

    def sources(self) -> list[Source]:
        """Return every source with its free cents, in filing order."""
        there: dict[int, int] = defaultdict(int)
        for place in self.places():
            there[place.source_entry_id] += place.cents
        return [Source(entry_id=entry, free_cents=cents - there[entry]) for entry, cents in self.held.items()]

    def settle(self) -> None:
        """Fill, then backfill."""
        self.rows += plan_designations(self.sources(), self.funds())
        short = [fund for fund in self.funds() if fund.short_cents]
        unspent = [
            Stand(fund=fund, places=tuple(place for place in self.places() if place.clothing_fund_id == fund.id))
            for fund in reversed(self.funds())
            if fund.unspent_cents
        ]
        self.rows += plan_backfill(short, unspent)


def _tell(shelf: Shelf, what: str, first: int, second: int) -> None:
    if what == "gift":
        shelf.held[len(shelf.held) + 1] = first
    elif what == "open":
        shelf.targets[len(shelf.targets) + 1] = first
    elif what == "spend" and shelf.targets:
        fund = shelf.funds()[first % len(shelf.targets)]
        shelf.spent[fund.id] += min(second, fund.unspent_cents)
    elif what == "return" and shelf.held:
        _give_back(shelf, list(shelf.held)[first % len(shelf.held)], second)
    elif what == "close" and shelf.targets:
        fund = shelf.funds()[first % len(shelf.targets)]
        shelf.rows += plan_closing(fund, shelf.places())
        shelf.closed.add(fund.id)
    shelf.settle()


def _give_back(shelf: Shelf, entry: int, cents: int) -> None:
    cents = min(cents, shelf.held[entry])
    source = next(source for source in shelf.sources() if source.entry_id == entry)
    release = plan_release(source, cents, shelf.places(), shelf.funds())
    shelf.rows += release.rows
    if release.pinned_cents:
        whole = len(shelf.held) + 1
        shelf.rows += plan_substitution(
            leaving=entry, coming=whole, cents=release.pinned_cents, places=shelf.places(), funds=shelf.funds()
        )
        shelf.held[whole] = release.pinned_cents
    shelf.held[entry] -= cents


def _told(history: Iterable[Happening]) -> Shelf:
    shelf = Shelf()
    for what, first, second in history:
        _tell(shelf, what, first, second)
    return shelf


@given(history=HISTORIES)
def test_p1_no_source_is_designated_beyond_the_cents_it_still_holds(history: list[Happening]) -> None:
    shelf = _told(history)
    assert all(place.cents > 0 for place in shelf.places())
    assert all(0 <= source.free_cents <= shelf.held[source.entry_id] for source in shelf.sources())


@given(history=HISTORIES)
def test_p2_no_fund_is_spent_beyond_its_designation_or_filled_beyond_its_target(history: list[Happening]) -> None:
    shelf = _told(history)
    for fund in shelf.funds():
        assert 0 <= fund.spent_cents <= fund.designated_cents <= shelf.targets[fund.id]
        assert fund.id not in shelf.closed or fund.spent_cents == fund.designated_cents


@given(history=HISTORIES)
def test_p3_no_older_fund_is_short_while_a_younger_one_holds_unspent_cents(history: list[Happening]) -> None:
    funds = _told(history).funds()
    short = [fund.id for fund in funds if fund.short_cents]
    unspent = [fund.id for fund in funds if fund.unspent_cents]
    assert not short or not unspent or min(short) >= max(unspent)


@given(history=HISTORIES)
def test_p4_nothing_is_idle_while_an_open_fund_is_short(history: list[Happening]) -> None:
    shelf = _told(history)
    assert not any(source.free_cents for source in shelf.sources()) or not any(
        fund.short_cents for fund in shelf.funds()
    )


@given(history=HISTORIES, change=st.tuples(st.sampled_from(["return", "close"]), _PICK, _AMOUNTS))
def test_p9_spent_cents_are_never_taken_back_from_a_fund(history: list[Happening], change: Happening) -> None:
    shelf = _told(history)
    before = {fund.id: fund.spent_cents for fund in shelf.funds()}
    _tell(shelf, *change)
    assert all(fund.designated_cents >= before[fund.id] for fund in shelf.funds())


@given(
    gifts=st.lists(_AMOUNTS, max_size=20), targets=st.lists(_TARGETS, max_size=20), cuts=st.lists(_PICK, max_size=5)
)
def test_p5_where_batches_end_changes_no_row(gifts: list[int], targets: list[int], cuts: list[int]) -> None:
    sources = [Source(entry_id=number, free_cents=cents) for number, cents in enumerate(gifts, start=1)]
    whole = plan_designations(sources, Shelf(targets=dict(enumerate(targets, start=1))).funds())
    shelf = Shelf(targets=dict(enumerate(targets, start=1)))
    edges = [0, *sorted(cut % (len(sources) + 1) for cut in cuts), len(sources)]
    for start, end in pairwise(edges):
        shelf.rows += plan_designations(sources[start:end], shelf.funds())
    assert shelf.rows == whole


@given(gifts=st.lists(_AMOUNTS, min_size=1, max_size=10), targets=st.lists(_TARGETS, max_size=10))
def test_every_cent_of_a_gift_is_designated_once_or_idle(gifts: list[int], targets: list[int]) -> None:
    shelf = Shelf(held=dict(enumerate(gifts, start=1)), targets=dict(enumerate(targets, start=1)))
    shelf.rows += plan_designations(shelf.sources(), shelf.funds())
    designated = sum(row.cents for row in shelf.rows)
    assert designated == min(sum(gifts), sum(targets))
    assert designated + sum(source.free_cents for source in shelf.sources()) == sum(gifts)


def test_p10_no_donor_preference_day_or_class_of_amount_can_enter_the_rule() -> None:
    assert [fact.name for fact in fields(Source)] == ["entry_id", "free_cents"]
    assert [fact.name for fact in fields(ClothingFund)] == [
        "id",
        "queue_no",
        "target_cents",
        "designated_cents",
        "spent_cents",
    ]
    assert [fact.name for fact in fields(Place)] == ["source_entry_id", "clothing_fund_id", "cents", "latest"]
