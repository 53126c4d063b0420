"""Money goes back or comes again, filed in its turn: released, made whole, undone, backfilled; documents follow."""

from __future__ import annotations

from functools import partial

from donations.database import Database
from donations.filing import close_clothing_fund, list_clothing_funds, read_idle_sources
from tests.clerk_room import NOON, Giving, open_funds, picture, settle_all, spend, tick
from tests.returning_room import bring_again, bring_clothing_back, broken, fail_refund, give_back, order, rows


def _cents(book: Database) -> list[int]:
    with book.read() as session:
        return [line.designated_cents for line in list_clothing_funds(session)]


def _buy(book: Database, code: str, cents: int) -> None:
    book.write(partial(spend, code=code, cents=cents, reference=f"{code}-{cents}"))


def test_a_refund_of_unspent_cents_empties_the_fund_and_the_youngest_fund_fills_it_again(book: Database) -> None:
    open_funds(book, funds=3)
    settle_all(book, *(Giving(cents=13_000) for _ in range(3)))
    tick(book)
    give_back(book, 1, 13_000)
    tick(book)
    assert rows(book)[3:] == [
        ("charge/ch_1", 1, -13_000, "release", None),
        ("charge/ch_3", 3, -13_000, "backfill", None),
        ("charge/ch_3", 1, 13_000, "backfill", None),
    ]
    assert _cents(book) == [13_000, 13_000, 0]
    assert order(book)[-1] == ("return", "btxn/re_1")
    assert broken(book) == []


def test_a_refund_takes_idle_cents_first_and_idle_cents_fill_before_younger_funds_give(book: Database) -> None:
    open_funds(book, funds=2)
    settle_all(book, *(Giving(cents=cents) for cents in (13_000, 15_000, 1_500)))
    tick(book)
    give_back(book, 2, 1_000, key="re_1")
    give_back(book, 1, 2_500, key="re_2")
    tick(book)
    assert rows(book)[2:] == [
        ("charge/ch_1", 1, -2_500, "release", None),
        ("charge/ch_2", 1, 1_000, "fill", None),
        ("charge/ch_3", 1, 1_500, "fill", None),
    ]
    assert _cents(book) == [13_000, 13_000]
    assert broken(book) == []


def test_a_refund_of_spent_cents_is_made_whole_by_operations_and_the_fund_keeps_them(book: Database) -> None:
    first, _ = open_funds(book, funds=2)
    settle_all(book, Giving(cents=20_000))
    tick(book)
    _buy(book, first.code, 13_000)
    give_back(book, 1, 20_000)
    tick(book)
    assert rows(book)[2:] == [
        ("charge/ch_1", 2, -7_000, "release", None),
        ("make-whole/btxn/re_1", 1, 13_000, "make_whole", "charge/ch_1"),
    ]
    assert _cents(book) == [13_000, 0]
    assert order(book)[-2:] == [("return", "btxn/re_1"), ("make_whole", "make-whole/btxn/re_1")]
    assert [check.id for check in broken(book)] == ["I6"]  # Operations had nothing: the promise is broken, and said.


def test_a_refund_that_fails_undoes_what_was_made_whole_and_the_gift_takes_its_place_again(book: Database) -> None:
    first, _ = open_funds(book, funds=2)
    settle_all(book, Giving(cents=20_000))
    tick(book)
    _buy(book, first.code, 13_000)
    before = _cents(book)
    back = give_back(book, 1, 20_000)
    tick(book)
    fail_refund(book, back)
    tick(book)
    assert rows(book)[4:] == [
        ("charge/ch_1", 1, 13_000, "make_whole", "make-whole/btxn/re_1"),
        ("charge/ch_1", 2, 7_000, "fill", None),
    ]
    assert order(book)[-2:] == [
        ("return", "btxn/re_1_failed"),
        ("make_whole", "make-whole/btxn/re_1/undone"),
    ]
    assert _cents(book) == before
    assert broken(book) == []


def test_cents_that_come_again_in_part_leave_the_rest_made_whole_under_the_fact_that_came_back(
    book: Database,
) -> None:
    (first,) = open_funds(book, funds=1)
    settle_all(book, Giving(cents=13_000))
    tick(book)
    _buy(book, first.code, 13_000)
    give_back(book, 1, 13_000, key="wd_1", kind="dispute")
    tick(book)
    bring_again(book, 1, 5_000, key="won_1")
    tick(book)
    assert rows(book)[2:] == [
        ("charge/ch_1", 1, 5_000, "make_whole", "make-whole/btxn/wd_1"),
        ("make-whole/btxn/won_1", 1, 8_000, "make_whole", "make-whole/btxn/wd_1"),
    ]
    bring_again(book, 1, 8_000, key="won_2")
    tick(book)
    assert rows(book)[4:] == [("charge/ch_1", 1, 8_000, "make_whole", "make-whole/btxn/won_1")]
    assert broken(book) == []


def test_a_second_refund_takes_no_cents_that_are_made_whole_already(book: Database) -> None:
    first, second = open_funds(book, funds=2)
    settle_all(book, Giving(cents=20_000))
    tick(book)
    _buy(book, first.code, 13_000)
    _buy(book, second.code, 7_000)
    give_back(book, 1, 7_000, key="re_1")
    give_back(book, 1, 5_000, key="re_2")
    tick(book)
    assert rows(book)[2:] == [
        ("make-whole/btxn/re_1", 2, 7_000, "make_whole", "charge/ch_1"),
        ("make-whole/btxn/re_2", 1, 5_000, "make_whole", "charge/ch_1"),
    ]


def test_a_closing_fund_lets_go_of_no_cents_whose_place_was_taken(book: Database) -> None:
    (first,) = open_funds(book, funds=1)
    settle_all(book, Giving(cents=5_000), Giving(cents=8_000))
    tick(book)
    _buy(book, first.code, 13_000)
    give_back(book, 2, 8_000)
    tick(book)
    book.write(partial(bring_clothing_back, code=first.code, cents=13_000))
    book.write(partial(close_clothing_fund, code=first.code, closed_on=NOON.date()))
    assert rows(book)[-2:] == [
        ("make-whole/btxn/re_1", 1, -8_000, "release", None),
        ("charge/ch_1", 1, -5_000, "release", None),
    ]


def test_of_several_make_wholes_the_youngest_is_undone_first(book: Database) -> None:
    (first,) = open_funds(book, funds=1)
    settle_all(book, Giving(cents=13_000))
    tick(book)
    _buy(book, first.code, 13_000)
    give_back(book, 1, 5_000, key="re_1")
    give_back(book, 1, 6_000, key="re_2")
    bring_again(book, 1, 7_000, key="won_1", kind="refund")
    tick(book)
    assert order(book)[-5:] == [
        ("make_whole", "make-whole/btxn/re_2"),
        ("return", "btxn/won_1"),
        ("make_whole", "make-whole/btxn/re_2/undone"),
        ("make_whole", "make-whole/btxn/re_1/undone"),
        ("make_whole", "make-whole/btxn/won_1"),
    ]
    assert rows(book)[3:] == [
        ("charge/ch_1", 1, 6_000, "make_whole", "make-whole/btxn/re_2"),
        ("charge/ch_1", 1, 1_000, "make_whole", "make-whole/btxn/re_1"),
        ("make-whole/btxn/won_1", 1, 4_000, "make_whole", "make-whole/btxn/re_1"),
    ]


def test_cents_made_whole_that_idle_by_now_are_idle_cents_of_the_gift_when_they_come_again(book: Database) -> None:
    (first,) = open_funds(book, funds=1)
    settle_all(book, Giving(cents=13_000))
    tick(book)
    _buy(book, first.code, 13_000)
    back = give_back(book, 1, 13_000)
    tick(book)
    book.write(partial(bring_clothing_back, code=first.code, cents=13_000))
    book.write(partial(close_clothing_fund, code=first.code, closed_on=NOON.date()))
    assert rows(book)[-1] == ("make-whole/btxn/re_1", 1, -13_000, "release", None)
    fail_refund(book, back)
    tick(book)
    with book.read() as session:
        assert [source.free_cents for source in read_idle_sources(session)] == [13_000]
    assert rows(book)[-1][0] == "make-whole/btxn/re_1"
    assert broken(book) == []
    open_funds(book, funds=1)
    assert rows(book)[-1] == ("charge/ch_1", 2, 13_000, "fill", None)


def test_cents_that_come_again_disturb_no_gift_filed_meanwhile(book: Database) -> None:
    first, second = open_funds(book, funds=2, target_cents=1_000)
    settle_all(book, Giving(cents=2_000))
    tick(book)
    _buy(book, first.code, 1_000)
    _buy(book, second.code, 1_000)
    back = give_back(book, 1, 2_000)
    tick(book)
    settle_all(book, Giving(cents=500), first=2)
    tick(book)
    fail_refund(book, back)
    tick(book)
    assert _cents(book) == [1_000, 1_000]
    assert broken(book) == []


def test_a_gift_returned_before_its_turn_is_filed_filled_and_undone_in_one_sitting(book: Database) -> None:
    open_funds(book, funds=1)
    settle_all(book, Giving(cents=5_000))
    give_back(book, 1, 5_000)
    settle_all(book, Giving(cents=700), first=2)
    assert tick(book).filed == 3
    assert rows(book) == [
        ("charge/ch_1", 1, 5_000, "fill", None),
        ("charge/ch_1", 1, -5_000, "release", None),
        ("charge/ch_2", 1, 700, "fill", None),
    ]
    assert broken(book) == []


def test_a_return_of_cents_spent_in_a_closed_fund_changes_only_whose_they_are(book: Database) -> None:
    (fund,) = open_funds(book, funds=1)
    settle_all(book, Giving(cents=13_000))
    tick(book)
    _buy(book, fund.code, 9_000)
    book.write(partial(close_clothing_fund, code=fund.code, closed_on=NOON.date()))
    give_back(book, 1, 13_000)
    tick(book)
    assert rows(book)[-1] == ("make-whole/btxn/re_1", 1, 9_000, "make_whole", "charge/ch_1")
    assert _cents(book) == [9_000]
    assert [check.id for check in broken(book)] == ["I6"]


def test_where_sittings_end_among_returns_changes_no_row(book: Database) -> None:
    open_funds(book, funds=2, target_cents=1_000)
    settle_all(book, Giving(cents=1_500), Giving(cents=900))
    back = give_back(book, 1, 1_200)
    settle_all(book, Giving(cents=300), first=3)
    fail_refund(book, back)
    while tick(book, limit=1).remaining:
        pass
    in_ones = rows(book)
    assert in_ones == [
        ("charge/ch_1", 1, 1_000, "fill", None),
        ("charge/ch_1", 2, 500, "fill", None),
        ("charge/ch_2", 2, 500, "fill", None),
        ("charge/ch_1", 2, -500, "release", None),
        ("charge/ch_1", 1, -700, "release", None),
        ("charge/ch_2", 1, 400, "fill", None),
        ("charge/ch_2", 2, -300, "backfill", None),
        ("charge/ch_2", 1, 300, "backfill", None),
        ("charge/ch_3", 2, 300, "fill", None),
        ("charge/ch_1", 2, 500, "fill", None),
    ]
    assert broken(book) == []


def test_a_flood_of_returns_is_filed_in_sittings_short_enough_for_other_writers(book: Database) -> None:
    settle_all(book, Giving())
    for number in range(103):
        give_back(book, 1, 1, key=f"re_{number}")
    settle_all(book, Giving(), first=2)
    sittings = [tick(book) for _ in range(2)]
    assert [(sitting.filed, sitting.remaining) for sitting in sittings] == [(101, True), (4, False)]
    assert broken(book) == []


def test_a_sitting_without_new_things_after_returns_changes_nothing(book: Database) -> None:
    open_funds(book, funds=1)
    settle_all(book, Giving())
    give_back(book, 1, 13_000)
    tick(book)
    before = picture(book)
    assert tick(book).filed == 0
    assert picture(book) == before
