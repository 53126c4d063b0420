"""What becomes of a gift's receipt when its money goes back: void, hold, unhold, or owed to be replaced."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from sqlalchemy import select

from donations import archive
from donations.acknowledgment import OwedDocument, list_owed_documents, request_receipt
from donations.database import Database
from donations.tables import Receipt
from tests.clerk_room import NOON, Giving, desk, numbers, settle_all, tick
from tests.returning_room import bring_again, broken, events, fail_refund, give_back, lose_dispute

NEXT_YEAR = datetime(2027, 1, 10, 20, 0, tzinfo=UTC)


def _status(book: Database, gift: int = 1) -> str:
    with book.read() as session:
        receipt = session.scalars(select(Receipt).where(Receipt.gift_id == gift)).one()
        return archive.stand_of(session, receipt).status


def _owed(book: Database) -> list[OwedDocument]:
    with book.read() as session:
        return list_owed_documents(session)


def _receipted(book: Database, cents: int = 13_000, fee_cover_cents: int = 420) -> None:
    settle_all(book, Giving(cents=cents, fee_cover_cents=fee_cover_cents))
    tick(book)


def test_a_gift_fully_refunded_in_its_year_has_a_void_receipt(book: Database) -> None:
    _receipted(book)
    give_back(book, 1, 13_000, cover=420)
    tick(book)
    assert events(book) == [(1, "void", "refund")]
    assert _status(book) == "void"
    assert _owed(book) == []
    assert [check.id for check in broken(book) if check.is_hard] == []


def test_a_gift_returned_before_its_turn_is_numbered_and_then_void(book: Database) -> None:
    settle_all(book, Giving())
    give_back(book, 1, 13_000, kind="late_return")
    settle_all(book, Giving(), first=2)
    tick(book)
    assert [number[7:13] for number in numbers(book)] == ["000001", "000002"]
    assert events(book) == [(1, "void", "late_return")]
    assert _status(book, 2) == "valid"


def test_partial_refunds_void_only_when_the_last_cent_is_back(book: Database) -> None:
    _receipted(book)
    give_back(book, 1, 5_000, key="re_1", cover=100)
    tick(book)
    assert (events(book), _status(book)) == ([], "valid")
    assert [(owed.number[:6], owed.kept_cents, owed.need) for owed in _owed(book)] == [
        ("R-2026", 8_320, "replacement")
    ]
    give_back(book, 1, 8_000, key="re_2", cover=320)
    tick(book)
    assert events(book) == [(1, "void", "refund")]
    assert broken(book) == []


def test_a_refund_in_a_later_year_leaves_the_receipt_standing_and_owes_a_notice(book: Database) -> None:
    _receipted(book, fee_cover_cents=0)
    give_back(book, 1, 13_000, at=NEXT_YEAR)
    tick(book, desk(now=NEXT_YEAR))
    assert (events(book), _status(book)) == ([], "valid")
    assert [(owed.kept_cents, owed.returned_later_cents, owed.need) for owed in _owed(book)] == [
        (0, 13_000, "notice")
    ]
    assert broken(book) == []


def test_a_void_stays_void_when_the_refund_fails_and_a_replacement_is_owed(book: Database) -> None:
    _receipted(book, fee_cover_cents=0)
    back = give_back(book, 1, 13_000)
    tick(book)
    fail_refund(book, back)
    tick(book)
    assert (events(book), _status(book)) == ([(1, "void", "refund")], "void")
    assert [(owed.kept_cents, owed.need) for owed in _owed(book)] == [(13_000, "replacement")]


def test_a_dispute_holds_the_receipt_and_winning_it_lets_it_go(book: Database) -> None:
    _receipted(book, fee_cover_cents=0)
    give_back(book, 1, 13_000, key="wd_1", kind="dispute")
    tick(book)
    assert _status(book) == "disputed"
    bring_again(book, 1, 13_000, key="won_1")
    tick(book)
    assert events(book) == [(1, "hold", "disputed"), (1, "unhold", "dispute_won")]
    assert _status(book) == "valid"
    assert broken(book) == []


def test_a_dispute_lost_voids_the_receipt_it_held(book: Database) -> None:
    _receipted(book, fee_cover_cents=0)
    give_back(book, 1, 13_000, key="wd_1", kind="dispute")
    lose_dispute(book, 1, 13_000)
    tick(book, limit=2)
    assert events(book) == [(1, "hold", "disputed"), (1, "void", "dispute_lost")]
    assert _status(book) == "void"
    assert broken(book) == []


def test_a_dispute_of_a_part_that_is_lost_leaves_the_receipt_to_be_replaced(book: Database) -> None:
    _receipted(book, fee_cover_cents=0)
    give_back(book, 1, 4_000, key="wd_1", kind="dispute")
    tick(book)
    lose_dispute(book, 1, 4_000)
    tick(book)
    assert events(book) == [(1, "hold", "disputed"), (1, "unhold", "dispute_lost")]
    assert [(owed.kept_cents, owed.need) for owed in _owed(book)] == [(9_000, "replacement")]


def test_a_dispute_of_the_next_year_that_is_lost_leaves_the_receipt_valid_and_owes_a_notice(book: Database) -> None:
    _receipted(book, fee_cover_cents=0)
    give_back(book, 1, 13_000, key="wd_1", kind="dispute", at=NEXT_YEAR)
    tick(book, desk(now=NEXT_YEAR))
    assert _status(book) == "disputed"
    lose_dispute(book, 1, 13_000, at=NEXT_YEAR)
    tick(book, desk(now=NEXT_YEAR))
    assert (events(book)[-1], _status(book)) == ((1, "unhold", "dispute_lost"), "valid")
    assert [owed.need for owed in _owed(book)] == ["notice"]
    assert broken(book) == []


def test_a_receipt_asked_for_after_the_money_went_back_is_numbered_and_void(book: Database) -> None:
    settle_all(book, Giving(fee_cover_cents=0))
    tick(book, desk(public_charity=False))
    assert numbers(book) == []
    give_back(book, 1, 13_000)
    tick(book)
    book.write(partial(request_receipt, gift_id=1, donor_id=1, year=2026, now=NOON))
    tick(book)
    assert (len(numbers(book)), events(book)) == (1, [(1, "void", "refund")])
    assert broken(book) == []
