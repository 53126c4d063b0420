"""A gift set aside for one person waits in suspense, undocumented and undesignated, until its donor answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from donations import alarms, earmarks, ledger
from donations.database import Database
from donations.earmarks import Hold
from donations.errors import FieldRefusedError, NotFoundError
from donations.settlement import settle_charge
from donations.tables import GiftReview, GiftSettlement, OutboxRow, Receipt, metadata, tray
from receipts.rules.us.earmarks import screen
from tests.clerk_room import NOON
from tests.consent_room import agree, ask_back, hold, review_of, settle_charge_of
from tests.giving_room import books, charge
from tests.return_facts import balances, covered, promise, refund, row, settle, told

MEMO = "for Jayden only"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("for Jayden only", "only_for"),
        ("FOR JAYDEN ONLY", "only_for"),
        ("my nephew", "own_relative"),
        ("coat for my foster daughter Ana", "own_relative"),
        ("para mi nieto", "own_relative"),
        ("CF-ABCDEFGH12", "clothing_fund_code"),
        ("For Maria R.", "named_person"),
        ("for jayden", "named_person"),
        ("shoes for Sam please", "named_person"),
        ("solamente para Luis", "only_for"),
    ],
)
def test_words_that_set_a_gift_aside_are_held_and_say_why(text: str, reason: str) -> None:
    assert screen(text).reason == reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "winter coats",
        "for the children",
        "for school",
        "for clothing",
        "Merry Christmas to all",
        "thank you for what you do",
        "in memory of Grandma Rose",
        "for Las Vegas kids",
        "October gift",
        "para los niños",
    ],
)
def test_words_about_all_the_children_hold_nothing(text: str) -> None:
    assert screen(text).reason is None


def test_the_money_of_a_held_gift_is_booked_in_suspense_and_gets_no_document(book: Database) -> None:
    reference = promise(book, covered())
    hold(book, reference, MEMO)
    settle_charge_of(book, reference)
    with book.read() as session:
        assert ledger.balance(session, "children", "liabilities:suspense") == -10_000
        assert ledger.balance(session, "operations", "liabilities:suspense") == -330
        assert ledger.balance(session, "children", "income:gifts") == 0
        assert session.scalars(select(GiftSettlement.gift_id)).all() == []
        assert session.scalars(select(tray.c.entry_id)).all() == []
        assert session.scalars(select(Receipt.number)).all() == []
        assert [one.kind for one in session.scalars(select(OutboxRow))] == ["mail_gift_held"]


def test_told_again_the_charge_is_booked_and_asked_about_once(book: Database) -> None:
    reference = promise(book, covered())
    hold(book, reference, MEMO)
    for _ in range(3):
        settle_charge_of(book, reference)
    with book.read() as session:
        assert ledger.balance(session, "children", "liabilities:suspense") == -10_000
        assert ledger.balance(session, "operations", "liabilities:suspense") == -330
        assert len(session.scalars(select(OutboxRow)).all()) == 1


def test_agreed_to_the_pool_it_is_the_gift_it_was_of_the_day_of_its_charge(book: Database) -> None:
    reference = promise(book, covered())
    hold(book, reference, MEMO)
    settle_charge_of(book, reference)
    agree(book, reference, after=timedelta(days=40))
    with book.read() as session:
        assert ledger.balance(session, "children", "liabilities:suspense") == 0
        assert ledger.balance(session, "children", "income:gifts") == -10_000
        assert ledger.balance(session, "operations", "income:fee-cover") == -330
        assert ledger.balance(session, "children", "assets:stripe") == 10_000
        settled = session.scalars(select(GiftSettlement)).one()
        review = session.scalars(select(GiftReview)).one()
        assert (settled.gift_on, settled.charge_id) == (review.gift_on, review.charge_id)
        assert session.scalars(select(tray.c.entry_id)).all() == [settled.entry_id]
        assert (review.state, review.answered_by, review.consent_version) == ("cleared", "donor", "consent-2026-1")


def test_agreed_to_before_the_money_came_it_settles_like_any_gift(book: Database) -> None:
    reference = promise(book, covered())
    hold(book, reference, MEMO)
    agree(book, reference)
    settle_charge_of(book, reference)
    with book.read() as session:
        assert ledger.balance(session, "children", "income:gifts") == -10_000
        assert session.scalars(select(GiftSettlement.source_key)).one() == "charge/ch_1"


def test_a_second_charge_of_a_held_gift_waits_by_itself(book: Database) -> None:
    reference = promise(book, covered())
    hold(book, reference, MEMO)
    settle_charge_of(book, reference)
    second = charge(2, gift=reference, amount_cents=10_330)
    book.write(lambda session: settle_charge(session, second, books()))
    agree(book, reference)
    with book.read() as session:
        assert ledger.balance(session, "children", "income:gifts") == -10_000
        assert ledger.balance(session, "children", "liabilities:suspense") == -10_330
        assert [one.subject for one in alarms.list_open_alarms(session)] == ["charge/ch_2"]


def test_what_goes_back_of_held_money_leaves_each_fund_its_own_part(book: Database) -> None:
    reference = promise(book, covered())
    hold(book, reference, MEMO)
    settle_charge_of(book, reference)
    settle(book, told(reference, cents=10_330, refunds=(refund("1", 5_000), refund("2", 5_330, hours=2))))
    left = balances(book)
    assert {place for place in left if place[1] in {"liabilities:suspense", "income:refunds"}} == set()
    assert ("children", "assets:stripe") not in left


def test_held_money_of_which_a_part_went_back_cannot_join_the_pool(book: Database) -> None:
    reference = promise(book, covered())
    hold(book, reference, MEMO)
    settle_charge_of(book, reference)
    back = refund("1", 5_000, balance_transaction=row("re_1", -5_000, source_id="re_1"))
    settle(book, told(reference, cents=10_330, refunds=(back,)))
    with pytest.raises(FieldRefusedError, match="gone back already"):
        agree(book, reference)
    with book.read() as session:
        assert review_of(session, reference).state == "held"


def test_asked_back_it_never_is_a_gift_and_its_charge_can_be_refunded(book: Database) -> None:
    reference = promise(book, covered())
    hold(book, reference, MEMO)
    settle_charge_of(book, reference)
    ask_back(book, reference)
    with book.read() as session:
        assert earmarks.charge_under_review(session, reference) == ("ch_1", review_of(session, reference).gift_id)
        assert session.scalars(select(GiftSettlement.gift_id)).all() == []
        assert {one.kind for one in session.scalars(select(OutboxRow))} == {"mail_gift_held", "mail_gift_refused"}
    with pytest.raises(FieldRefusedError, match="answered for already"):
        agree(book, reference)


def test_answered_twice_the_same_way_it_settles_once(book: Database) -> None:
    reference = promise(book, covered())
    hold(book, reference, MEMO)
    settle_charge_of(book, reference)
    for _ in range(3):
        agree(book, reference)
    with book.read() as session:
        assert ledger.balance(session, "children", "income:gifts") == -10_000


def test_the_words_that_held_a_gift_are_kept_nowhere(book: Database) -> None:
    """They may name a child."""
    hold(book, promise(book, covered()), "for Quillonbert only")
    with book.read() as session:
        for table in metadata.sorted_tables:
            assert "Quillonbert" not in str(session.execute(select(table)).all())


def test_what_cannot_be_held_is_refused_with_a_sentence_and_nothing_is_written(book: Database) -> None:
    reference = promise(book, covered())
    with pytest.raises(FieldRefusedError, match="sets the gift aside"):
        hold(book, reference, "winter coats")
    with pytest.raises(FieldRefusedError, match="longer than 500"):
        hold(book, reference, "x" * 501)
    with pytest.raises(NotFoundError):
        hold(book, "g_0000000000000000", MEMO)
    settle_charge_of(book, reference)
    with pytest.raises(FieldRefusedError, match="is settled"):
        hold(book, reference, MEMO)
    with book.read() as session:
        assert session.scalars(select(GiftReview)).all() == []


def test_the_treasurer_may_hold_without_any_words(book: Database) -> None:
    reference = promise(book, covered())
    asked = Hold(reference=reference, reason="own_relative")
    why = book.write(lambda session: earmarks.hold_gift(session, asked, now=NOON))
    with book.read() as session:
        assert (why, review_of(session, reference).reason) == ("own_relative", "own_relative")
        assert [one.reference for one in earmarks.list_held(session)] == [reference]
