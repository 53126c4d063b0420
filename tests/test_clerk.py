from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import select

from donations.database import Database
from donations.filing import list_clothing_funds
from donations.tables import FrozenFacts, OutboxRow, Receipt, filing, tray
from receipts.numbers import format_number
from tests.clerk_room import (
    NOON,
    Giving,
    designations,
    desk,
    numbers,
    open_funds,
    picture,
    settle_all,
    tick,
)


def test_a_settled_gift_gets_a_position_a_number_frozen_facts_and_a_print(book: Database) -> None:
    settle_all(book, Giving())
    advanced = tick(book)
    assert (advanced.filed, advanced.issued, advanced.remaining) == (1, (format_number("R", 2026, 1),), False)
    with book.read() as session:
        assert session.execute(select(filing.c.position, filing.c.what)).all() == [(1, "gift")]
        assert session.scalars(select(OutboxRow.key)).all() == [f"print/{format_number('R', 2026, 1)}"]
        assert session.scalars(select(tray.c.entry_id)).all() == []
        facts = session.scalars(select(FrozenFacts.facts)).one()
    assert json.loads(facts)["facts"]["number"] == format_number("R", 2026, 1)
    assert tick(book).filed == 0


def test_the_overflow_of_one_gift_fills_the_next_fund(book: Database) -> None:
    open_funds(book, funds=3)
    first, second = settle_all(book, Giving(cents=20_000), Giving(cents=10_000))
    tick(book)
    assert designations(book) == [(first, 1, 13_000), (first, 2, 7_000), (second, 2, 6_000), (second, 3, 4_000)]
    with book.read() as session:
        assert [fund.state for fund in list_clothing_funds(session)] == ["full", "full", "open"]


def test_numbers_run_without_gaps_past_a_gift_that_is_refused(book: Database) -> None:
    settle_all(book, Giving(), Giving(name="\u202eAlex"), Giving())
    assert tick(book).issued == (format_number("R", 2026, 1), format_number("R", 2026, 2))
    with book.read() as session:
        assert session.execute(select(Receipt.n, Receipt.gift_id).order_by(Receipt.n)).all() == [(1, 1), (2, 3)]
        assert len(session.execute(select(filing)).all()) == 3
    settle_all(book, Giving(), first=4)
    assert [number[7:13] for number in tick(book).issued] == ["000003"]


def test_a_new_year_begins_at_one_in_the_zone_of_the_book(book: Database) -> None:
    settle_all(book, Giving())
    tick(book, desk(now=datetime(2027, 1, 1, 7, 59, 59, tzinfo=UTC)))
    settle_all(book, Giving(), Giving(), first=2)
    tick(book, desk(now=datetime(2027, 1, 1, 8, 0, tzinfo=UTC)))
    assert [number[:13] for number in numbers(book)] == ["R-2026-000001", "R-2027-000001", "R-2027-000002"]


def test_where_batches_end_changes_no_row(book: Database) -> None:
    open_funds(book, funds=4)
    settle_all(book, *(Giving(cents=cents) for cents in (500, 20_000, 13_000, 700, 30_000)))
    while tick(book, limit=2).remaining:
        pass
    assert designations(book) == [
        (1, 1, 500),
        (2, 1, 12_500),
        (2, 2, 7_500),
        (3, 2, 5_500),
        (3, 3, 7_500),
        (4, 3, 700),
        (5, 3, 4_800),
        (5, 4, 13_000),
    ]


def test_a_sitting_reports_whether_more_is_waiting(book: Database) -> None:
    settle_all(book, *[Giving()] * 3)
    assert [tick(book, limit=2).remaining for _ in range(2)] == [True, False]


def test_a_sitting_with_an_empty_tray_changes_nothing(book: Database) -> None:
    settle_all(book, Giving())
    tick(book)
    before = picture(book)
    assert tick(book).filed == 0
    assert picture(book) == before


def test_swapping_donors_and_preferences_of_two_gifts_changes_no_designation(book: Database) -> None:
    open_funds(book, funds=2)
    settle_all(
        book,
        Giving(cents=20_000, name="Blake Example", email="blake@example.org", preference="coats"),
        Giving(cents=10_000, charged_at=datetime(2026, 1, 1, 12, tzinfo=UTC), preference="shoes"),
    )
    tick(book)
    assert designations(book) == [(1, 1, 13_000), (1, 2, 7_000), (2, 2, 6_000)]


def test_money_is_filed_and_designated_even_where_no_receipt_can_be(book: Database) -> None:
    open_funds(book, funds=1)
    settle_all(book, Giving(name=" "))
    assert tick(book).issued == ()
    assert designations(book) == [(1, 1, 13_000)]


def test_two_gifts_of_one_moment_get_two_numbers(book: Database) -> None:
    settle_all(book, Giving(charged_at=NOON), Giving(charged_at=NOON))
    assert len(set(tick(book).issued)) == 2
