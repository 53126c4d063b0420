from __future__ import annotations

import re
from datetime import date
from functools import partial

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from donations import ledger
from donations.database import Database
from donations.errors import DonationError, FieldRefusedError, NotFoundError
from donations.filing import (
    ClothingFundLine,
    close_clothing_fund,
    derive_state,
    draw_clothing_fund_code,
    list_clothing_funds,
    open_clothing_funds,
    read_idle_sources,
)
from donations.postings import operations_gift
from donations.tables import clothing_fund, filing, tray
from tests.clerk_room import NOON, Giving, designations, open_funds, picture, settle_all, spend, tick

DAY = date(2026, 11, 22)


def _listed(book: Database) -> list[ClothingFundLine]:
    with book.read() as session:
        return list_clothing_funds(session)


def _idle(book: Database) -> list[int]:
    with book.read() as session:
        return [source.free_cents for source in read_idle_sources(session)]


def test_a_fund_that_opens_is_filled_from_the_idle_pool_in_the_same_commit(book: Database) -> None:
    settle_all(book, Giving(cents=20_000), Giving(cents=3_000))
    tick(book)
    assert _idle(book) == [20_000, 3_000]
    opened = open_funds(book, funds=2)
    assert [(fund.state, fund.designated_cents) for fund in opened] == [("full", 13_000), ("open", 10_000)]
    assert designations(book) == [(1, 1, 13_000), (1, 2, 7_000), (2, 2, 3_000)]
    assert _idle(book) == []


def test_funds_queue_and_are_listed_in_filling_order(book: Database) -> None:
    first = open_funds(book, funds=2, target_cents=13_000)
    second = open_funds(book, funds=1, target_cents=9_000)
    assert _listed(book) == first + second
    with book.read() as session:
        assert session.scalars(select(clothing_fund.c.queue_no).order_by(clothing_fund.c.id)).all() == [1, 2, 3]
        assert session.execute(select(filing.c.position, filing.c.what).order_by(filing.c.position)).all() == [
            (1, "opened"),
            (2, "opened"),
            (3, "opened"),
        ]


def test_a_gift_in_the_tray_is_not_yet_in_the_idle_pool(book: Database) -> None:
    settle_all(book, Giving(cents=20_000))
    assert open_funds(book, funds=1)[0].designated_cents == 0
    tick(book)
    assert _listed(book)[0].state == "full"


def test_a_fee_cover_never_reaches_a_clothing_fund(book: Database) -> None:
    open_funds(book, funds=1)
    settle_all(book, Giving(cents=5_000, fee_cover_cents=330))
    tick(book)
    assert designations(book) == [(1, 1, 5_000)]


def test_an_underwriters_gift_to_operations_is_filed_but_never_designated(book: Database) -> None:
    open_funds(book, funds=1)
    gift = operations_gift(charge_id="ch_1", cents=5_000, happened_at=NOON, effective_on=DAY)

    def settle(session: Session) -> None:
        posted = ledger.post(session, gift, recorded_at=NOON)
        session.execute(insert(tray).values(entry_id=posted.entry_id))

    book.write(settle)
    advanced = tick(book)
    assert (advanced.filed, advanced.issued) == (1, ())
    assert (designations(book), _idle(book)) == ([], [])


def test_one_gift_fills_more_funds_than_are_read_at_a_time(book: Database) -> None:
    open_funds(book, funds=1_010, target_cents=1)
    settle_all(book, Giving(cents=1_005))
    tick(book)
    assert designations(book) == [(1, queue_no, 1) for queue_no in range(1, 1_006)]


def test_closing_a_fund_lets_go_of_its_cents_for_the_next_one(book: Database) -> None:
    codes = [fund.code for fund in open_funds(book, funds=2)]
    settle_all(book, Giving(cents=8_000), Giving(cents=2_000))
    tick(book)
    closed = book.write(partial(close_clothing_fund, code=codes[0], closed_on=DAY))
    assert (closed.state, closed.designated_cents) == ("closed", 0)
    assert [(fund.state, fund.designated_cents) for fund in _listed(book)] == [("closed", 0), ("open", 10_000)]
    assert designations(book) == [
        (1, 1, 8_000),
        (2, 1, 2_000),
        (2, 1, -2_000),
        (1, 1, -8_000),
        (1, 2, 8_000),
        (2, 2, 2_000),
    ]


def test_a_closed_fund_keeps_what_was_spent_and_is_called_delivered(book: Database) -> None:
    code = open_funds(book, funds=1)[0].code
    settle_all(book, Giving(cents=13_000))
    tick(book)
    book.write(partial(spend, code=code, cents=9_000, reference="one"))
    assert _listed(book)[0].state == "purchased"
    closed = book.write(partial(close_clothing_fund, code=code, closed_on=DAY))
    assert (closed.state, closed.designated_cents, closed.spent_cents) == ("delivered", 9_000, 9_000)
    assert _idle(book) == [4_000]


def test_closing_twice_changes_nothing_more(book: Database) -> None:
    code = open_funds(book, funds=1)[0].code
    book.write(partial(close_clothing_fund, code=code, closed_on=DAY))
    before = picture(book)
    assert book.write(partial(close_clothing_fund, code=code, closed_on=DAY)).state == "closed"
    assert picture(book) == before


def test_an_unknown_code_is_refused_in_one_sentence(book: Database) -> None:
    with pytest.raises(NotFoundError, match="no clothing fund with that code"):
        book.write(partial(close_clothing_fund, code="CF-0000000000", closed_on=DAY))


@pytest.mark.parametrize(
    ("count", "target_cents", "field"), [(0, 13_000, "count"), (10_001, 1, "count"), (1, 0, "target")]
)
def test_a_senseless_opening_is_refused_and_changes_nothing(
    book: Database, count: int, target_cents: int, field: str
) -> None:
    with pytest.raises(FieldRefusedError) as refused:
        book.write(
            lambda session: open_clothing_funds(
                session, count=count, target_cents=target_cents, opened_on=DAY, draw_code=draw_clothing_fund_code
            )
        )
    assert refused.value.field == field
    assert isinstance(refused.value, DonationError)
    assert _listed(book) == []


def test_a_code_that_was_drawn_before_is_drawn_again(book: Database) -> None:
    draws = iter(["CF-AAAAAAAAAA", "CF-AAAAAAAAAA", "CF-BBBBBBBBBB", "CF-BBBBBBBBBB", "CF-CCCCCCCCCC"])

    def open_some(count: int) -> list[str]:
        opened = book.write(
            lambda session: open_clothing_funds(
                session, count=count, target_cents=1, opened_on=DAY, draw_code=lambda: next(draws)
            )
        )
        return [fund.code for fund in opened]

    assert open_some(2) == ["CF-AAAAAAAAAA", "CF-BBBBBBBBBB"]
    assert open_some(1) == ["CF-CCCCCCCCCC"]


def test_a_code_is_ten_random_letters_without_ones_to_misread() -> None:
    codes = {draw_clothing_fund_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch("CF-[0-9A-HJKMNP-TV-Z]{10}", code) for code in codes)


@pytest.mark.parametrize(
    ("designated", "spent", "closed", "state"),
    [
        (0, 0, False, "open"),
        (12_999, 5, False, "open"),
        (13_000, 0, False, "full"),
        (13_000, 1, False, "purchased"),
        (9_000, 9_000, True, "delivered"),
        (0, 0, True, "closed"),
    ],
)
def test_the_state_of_a_fund_is_derived_from_its_cents(
    designated: int, spent: int, *, closed: bool, state: str
) -> None:
    assert derive_state(target_cents=13_000, designated_cents=designated, spent_cents=spent, closed=closed) == state
