from __future__ import annotations

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


def _funds(*states: tuple[int, int]) -> list[ClothingFund]:
    """Return funds of $130 numbered from 1, each with (designated, spent) cents."""
    return [
        ClothingFund(id=number, queue_no=number, target_cents=13_000, designated_cents=designated, spent_cents=spent)
        for number, (designated, spent) in enumerate(states, start=1)
    ]


def _short(rows: list[Designation] | tuple[Designation, ...]) -> list[tuple[int, int, int]]:
    return [(row.source_entry_id, row.clothing_fund_id, row.cents) for row in rows]


def test_the_overflow_of_a_gift_goes_to_the_next_fund() -> None:
    gifts = [Source(entry_id=1, free_cents=20_000), Source(entry_id=2, free_cents=10_000)]
    rows = plan_designations(gifts, _funds((0, 0), (0, 0), (0, 0)))
    assert _short(rows) == [(1, 1, 13_000), (1, 2, 7_000), (2, 2, 6_000), (2, 3, 4_000)]
    assert {row.reason for row in rows} == {"fill"}


def test_what_no_fund_needs_waits_in_the_idle_pool() -> None:
    assert _short(plan_designations([Source(entry_id=1, free_cents=30_000)], _funds((13_000, 0), (12_000, 0)))) == [
        (1, 2, 1_000)
    ]
    assert plan_designations([Source(entry_id=1, free_cents=30_000)], []) == []


def test_a_fund_opened_later_is_filled_from_the_oldest_idle_cents() -> None:
    idle = [Source(entry_id=4, free_cents=100), Source(entry_id=9, free_cents=20_000)]
    assert _short(plan_designations(idle, _funds((13_000, 13_000), (0, 0)))) == [(4, 2, 100), (9, 2, 12_900)]


def test_sources_beyond_the_last_short_fund_are_not_even_read() -> None:
    def sources() -> list[Source]:
        return [Source(entry_id=number, free_cents=13_000) for number in range(1, 10)]

    reading = iter(sources())
    plan_designations(reading, _funds((0, 0)))
    assert next(reading).entry_id == 2


def test_a_return_takes_idle_cents_first_then_the_youngest_fund_and_never_spent_ones() -> None:
    places = [
        Place(source_entry_id=1, clothing_fund_id=1, cents=13_000, latest=1),
        Place(source_entry_id=1, clothing_fund_id=2, cents=5_000, latest=2),
        Place(source_entry_id=2, clothing_fund_id=2, cents=8_000, latest=3),
    ]
    funds = _funds((13_000, 13_000), (13_000, 1_000))
    release = plan_release(Source(entry_id=1, free_cents=500), 20_000, places, funds)
    assert _short(release.rows) == [(1, 2, -5_000)]
    assert release.pinned_cents == 14_500


def test_a_return_empties_the_youngest_fund_before_it_touches_an_older_one() -> None:
    places = [
        Place(source_entry_id=1, clothing_fund_id=1, cents=9_000, latest=1),
        Place(source_entry_id=1, clothing_fund_id=2, cents=4_000, latest=2),
    ]
    release = plan_release(Source(entry_id=1, free_cents=0), 5_000, places, _funds((13_000, 0), (4_000, 0)))
    assert _short(release.rows) == [(1, 2, -4_000), (1, 1, -1_000)]
    assert release.pinned_cents == 0


def test_spent_cents_change_their_source_to_the_make_whole_entry_youngest_fund_first() -> None:
    places = [
        Place(source_entry_id=1, clothing_fund_id=1, cents=9_000, latest=1),
        Place(source_entry_id=1, clothing_fund_id=2, cents=4_000, latest=2),
    ]
    rows = plan_substitution(
        leaving=1, coming=7, cents=6_000, places=places, funds=_funds((13_000, 13_000), (4_000, 4_000))
    )
    assert _short(rows) == [(7, 2, 4_000), (7, 1, 2_000)]
    assert {(row.instead_of, row.reason) for row in rows} == {(1, "make_whole")}


def test_an_older_short_fund_is_backfilled_from_the_youngest_by_its_latest_source() -> None:
    places = [
        Place(source_entry_id=2, clothing_fund_id=2, cents=13_000, latest=2),
        Place(source_entry_id=3, clothing_fund_id=3, cents=6_000, latest=3),
        Place(source_entry_id=4, clothing_fund_id=3, cents=5_000, latest=4),
    ]
    first, second, third = _funds((5_000, 0), (13_000, 0), (11_000, 4_000))
    stands = [
        Stand(fund=fund, places=tuple(place for place in places if place.clothing_fund_id == fund.id))
        for fund in (third, second, first)
    ]
    rows = plan_backfill([first, third], stands)
    assert _short(rows) == [
        (4, 3, -5_000),
        (4, 1, 5_000),
        (3, 3, -2_000),
        (3, 1, 2_000),
        (2, 2, -1_000),
        (2, 1, 1_000),
    ]
    assert {row.reason for row in rows} == {"backfill"}


def test_a_closing_fund_lets_go_of_unspent_cents_latest_source_first() -> None:
    places = [
        Place(source_entry_id=2, clothing_fund_id=1, cents=8_000, latest=5),
        Place(source_entry_id=3, clothing_fund_id=1, cents=5_000, latest=2),
        Place(source_entry_id=3, clothing_fund_id=2, cents=5_000, latest=9),
    ]
    fund = ClothingFund(id=1, queue_no=1, target_cents=13_000, designated_cents=13_000, spent_cents=4_000)
    assert _short(plan_closing(fund, places)) == [(2, 1, -8_000), (3, 1, -1_000)]
