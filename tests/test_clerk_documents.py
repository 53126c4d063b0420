"""What becomes of a gift's receipt when its money goes back: void, hold, unhold, replaced, or told by a notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

from sqlalchemy import select

from donations import archive
from donations.acknowledgment import OwedDocument, list_owed_documents, read_frozen, request_receipt
from donations.database import Database
from donations.tables import Receipt
from receipts.facts import GiftReceipt, NoticeOfReturn
from tests.clerk_room import NOON, Giving, desk, numbers, settle_all, tick
from tests.returning_room import bring_again, broken, events, fail_refund, give_back, lose_dispute

NEXT_YEAR = datetime(2027, 1, 10, 20, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Paper:
    """One document of a gift as anyone may see it."""

    name: str
    """Series, year and place without the check digit."""
    cents: int
    status: str


def _papers(book: Database, gift: int = 1) -> list[Paper]:
    with book.read() as session:
        receipts = session.scalars(
            select(Receipt)
            .where(Receipt.gift_id == gift)
            .order_by(Receipt.issued_at, Receipt.series.desc(), Receipt.n)
        ).all()
        return [
            Paper(each.number[:6] + "/" + str(each.n), each.amount_cents, archive.stand_of(session, each).status)
            for each in receipts
        ]


def _status(book: Database, gift: int = 1) -> str:
    with book.read() as session:
        receipt = session.scalars(
            select(Receipt).where(Receipt.gift_id == gift, Receipt.series == "R", Receipt.replaces.is_(None))
        ).one()
        return archive.stand_of(session, receipt).status


def _owed(book: Database) -> list[OwedDocument]:
    with book.read() as session:
        return list_owed_documents(session)


def _facts(book: Database, number: str) -> GiftReceipt:
    with book.read() as session:
        document = read_frozen(session, number)
    assert isinstance(document, GiftReceipt)
    return document


def _notice(book: Database, number: str) -> NoticeOfReturn:
    with book.read() as session:
        document = read_frozen(session, number)
    assert isinstance(document, NoticeOfReturn)
    return document


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


def test_a_part_returned_in_the_year_replaces_the_receipt_and_the_rest_voids_the_new_one(book: Database) -> None:
    _receipted(book)
    give_back(book, 1, 5_000, key="re_1", cover=100)
    tick(book)
    assert _papers(book) == [Paper("R-2026/1", 13_420, "replaced"), Paper("R-2026/2", 8_320, "valid")]
    first, second = numbers(book)
    new = _facts(book, second)
    assert (new.replaces, new.returned_cents, [line.cents for line in new.lines]) == (first, 5_100, [8_000, 320])
    assert new.gift_on == _facts(book, first).gift_on
    give_back(book, 1, 8_000, key="re_2", cover=320)
    tick(book)
    assert events(book) == [(1, "replaced", "partial_refund"), (1, "void", "refund")]
    assert [paper.status for paper in _papers(book)] == ["replaced", "void"]
    assert (_owed(book), broken(book)) == ([], [])


def test_of_several_parts_returned_before_the_clerk_sits_only_what_is_left_is_told(book: Database) -> None:
    _receipted(book)
    for key, cents in (("re_1", 1_000), ("re_2", 2_000), ("re_3", 3_000)):
        give_back(book, 1, cents, key=key)
    while tick(book, limit=1).remaining:
        pass
    assert _papers(book) == [Paper("R-2026/1", 13_420, "replaced"), Paper("R-2026/2", 7_420, "valid")]


def test_what_operations_bore_beyond_the_fee_cover_is_taken_off_the_gift_on_the_new_receipt(book: Database) -> None:
    _receipted(book)
    give_back(book, 1, 13_000, key="dp_1", kind="dispute", cover=420)
    give_back(book, 1, 0, key="re_1", cover=2_668)
    bring_again(book, 1, 13_000, key="dp_won", cover=420)
    tick(book)
    assert _papers(book) == [Paper("R-2026/1", 13_420, "replaced"), Paper("R-2026/2", 10_752, "valid")]
    new = _facts(book, numbers(book)[1])
    assert ([line.cents for line in new.lines], new.returned_cents) == ([10_752], 2_668)
    assert (_owed(book), [check.id for check in broken(book)]) == ([], ["I6"])  # Operations bore it, and had nothing.


def test_a_refund_in_a_later_year_leaves_the_receipt_standing_and_a_notice_tells_of_it(book: Database) -> None:
    _receipted(book, fee_cover_cents=0)
    give_back(book, 1, 13_000, at=NEXT_YEAR)
    tick(book, desk(now=NEXT_YEAR))
    assert (events(book), _status(book)) == ([], "valid")
    assert _papers(book) == [Paper("R-2026/1", 13_000, "valid"), Paper("N-2027/1", 13_000, "valid")]
    notice = _notice(book, numbers(book, series="N")[0])
    assert (notice.original_number, notice.original_gift_on.year) == (numbers(book)[0], 2026)
    assert (notice.returned_on, notice.issued_on, notice.reason_code) == (
        date(2027, 1, 10),
        date(2027, 1, 10),
        "refund",
    )
    assert (_owed(book), broken(book)) == ([], [])


def test_a_refund_of_a_later_year_that_fails_has_its_notice_withdrawn_by_a_second_one(book: Database) -> None:
    _receipted(book, fee_cover_cents=0)
    give_back(book, 1, 3_000, key="re_1", at=NEXT_YEAR)
    tick(book, desk(now=NEXT_YEAR))
    back = give_back(book, 1, 4_000, key="re_2", at=NEXT_YEAR)
    tick(book, desk(now=NEXT_YEAR))
    fail_refund(book, back, at=NEXT_YEAR)
    tick(book, desk(now=NEXT_YEAR))
    first, second, third = numbers(book, series="N")
    assert (_notice(book, third).withdraws, _notice(book, third).reason_code) == (second, "withdrawn")
    assert [(paper.cents, paper.status) for paper in _papers(book)] == [
        (13_000, "valid"),
        (3_000, "valid"),
        (4_000, "replaced"),
        (4_000, "valid"),
    ]
    assert _notice(book, first).withdraws is None
    assert (_owed(book), broken(book)) == ([], [])


def test_parts_of_both_years_replace_the_receipt_and_are_told_by_a_notice(book: Database) -> None:
    _receipted(book, fee_cover_cents=0)
    give_back(book, 1, 4_000, key="re_1")
    give_back(book, 1, 1_000, key="re_2", at=NEXT_YEAR)
    tick(book, desk(now=NEXT_YEAR))
    assert _papers(book) == [
        Paper("R-2026/1", 13_000, "replaced"),
        Paper("R-2027/1", 9_000, "valid"),
        Paper("N-2027/1", 1_000, "valid"),
    ]
    assert broken(book) == []


def test_a_void_stays_void_when_the_refund_fails_and_a_new_receipt_takes_its_place(book: Database) -> None:
    _receipted(book, fee_cover_cents=0)
    back = give_back(book, 1, 13_000)
    tick(book)
    fail_refund(book, back)
    tick(book)
    assert events(book) == [(1, "void", "refund"), (1, "replaced", "refund_failed")]
    assert _papers(book) == [Paper("R-2026/1", 13_000, "replaced"), Paper("R-2026/2", 13_000, "valid")]
    assert (_owed(book), broken(book)) == ([], [])


def test_a_refund_of_december_that_fails_in_january_gives_the_gift_of_the_old_year_its_receipt_again(
    book: Database,
) -> None:
    _receipted(book, fee_cover_cents=0)
    back = give_back(book, 1, 13_000)
    tick(book)
    fail_refund(book, back, at=NEXT_YEAR)
    tick(book, desk(now=NEXT_YEAR))
    assert _papers(book) == [Paper("R-2026/1", 13_000, "replaced"), Paper("R-2027/1", 13_000, "valid")]
    assert _facts(book, numbers(book)[1]).tax_year == 2026
    assert (_owed(book), broken(book)) == ([], [])


def test_a_dispute_of_december_that_is_won_in_january_leaves_the_same_receipt_valid(book: Database) -> None:
    _receipted(book, fee_cover_cents=0)
    give_back(book, 1, 13_000, key="wd_1", kind="dispute")
    tick(book)
    bring_again(book, 1, 13_000, key="won_1", at=NEXT_YEAR)
    tick(book, desk(now=NEXT_YEAR))
    assert _papers(book) == [Paper("R-2026/1", 13_000, "valid")]
    assert broken(book) == []


def test_a_dispute_won_in_part_replaces_the_receipt_by_what_stayed(book: Database) -> None:
    _receipted(book, fee_cover_cents=0)
    give_back(book, 1, 13_000, key="wd_1", kind="dispute")
    bring_again(book, 1, 9_000, key="won_1")
    tick(book)
    assert _status(book) == "disputed"
    lose_dispute(book, 1, 4_000)
    tick(book)
    assert _papers(book) == [Paper("R-2026/1", 13_000, "replaced"), Paper("R-2026/2", 9_000, "valid")]
    assert (_owed(book), broken(book)) == ([], [])


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
    assert events(book) == [(1, "hold", "disputed"), (1, "unhold", "dispute_lost"), (1, "replaced", "dispute_lost")]
    assert _papers(book) == [Paper("R-2026/1", 13_000, "replaced"), Paper("R-2026/2", 9_000, "valid")]


def test_a_dispute_of_the_next_year_that_is_lost_leaves_the_receipt_valid_beside_a_notice(book: Database) -> None:
    _receipted(book, fee_cover_cents=0)
    give_back(book, 1, 13_000, key="wd_1", kind="dispute", at=NEXT_YEAR)
    tick(book, desk(now=NEXT_YEAR))
    assert _status(book) == "disputed"
    lose_dispute(book, 1, 13_000, at=NEXT_YEAR)
    tick(book, desk(now=NEXT_YEAR))
    assert (events(book)[-1], _status(book)) == ((1, "unhold", "dispute_lost"), "valid")
    assert _papers(book)[1:] == [Paper("N-2027/1", 13_000, "valid")]
    assert _notice(book, numbers(book, series="N")[0]).reason_code == "dispute_lost"
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
