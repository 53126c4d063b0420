"""Goods of much value: the treasurer is reminded of Forms 8283 and 8282; no document tells a value."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from donations.alarms import list_open_alarms
from donations.database import Database
from donations.goods import GoodsWish, OutWish, Part
from donations.goods.giving_out import approve_out, draft_out
from donations.goods.taking_in import take_in
from donations.offline import GiftCorrection, correct_gift
from donations.postings import HowOut
from receipts.rules import us
from tests.clerk_room import NOON, tick
from tests.test_goods import BUYER, COATS, HAND, STOCK, TODAY, TREASURER, WISH

DEAR = replace(WISH, items=(replace(COATS, value_cents=500_001),))


def _take_in(book: Database, wish: GoodsWish) -> str:
    gift = book.write(lambda session: take_in(session, wish, HAND))
    tick(book)
    return gift


def _let_go(book: Database, gift: str, how: HowOut, count: int = 1) -> None:
    wish = OutWish(how=how, out_on=TODAY, parts=(Part(gift=gift, n=1, count=count),))
    drafted = book.write(lambda session: draft_out(session, wish, replace(HAND, actor=BUYER)))
    book.write(lambda session: approve_out(session, drafted, replace(HAND, actor=TREASURER)))


def _reminders(book: Database) -> list[tuple[str, str, date | None]]:
    with book.read() as session:
        found = [(one.kind, one.subject, one.due_at and one.due_at.date()) for one in list_open_alarms(session)]
    return [one for one in found if one[0].startswith("form_")]


def test_above_5000_dollars_the_donor_may_ask_for_a_signature_until_their_tax_day(book: Database) -> None:
    gift = _take_in(book, DEAR)
    assert _reminders(book) == [("form_8283", gift, date(2027, 4, 15))]


@pytest.mark.parametrize(
    "wish",
    [replace(WISH, items=(replace(COATS, value_cents=500_000),)), replace(STOCK, items=(STOCK.items[0],)), WISH],
    ids=["5000 dollars", "securities", "coats"],
)
def test_other_property_is_no_matter_of_these_forms(book: Database, wish: GoodsWish) -> None:
    _take_in(book, wish)
    assert _reminders(book) == []


def test_what_is_discarded_within_three_years_calls_for_form_8282_and_what_is_given_to_children_does_not(
    book: Database,
) -> None:
    gift, other = _take_in(book, DEAR), _take_in(book, replace(WISH, name="Bo Example", email="bo@example.org"))
    _let_go(book, gift, "given")
    _let_go(book, other, "discarded")
    assert [kind for kind, _, _ in _reminders(book)] == ["form_8283"]
    _let_go(book, gift, "discarded")
    _let_go(book, gift, "discarded")
    owed = [(subject.split("/")[0], due) for kind, subject, due in _reminders(book) if kind == "form_8282"]
    assert owed == [(gift, date(2027, 3, 27))] * 2, "each disposal owes a form of its own"


def test_what_one_donor_brings_in_parts_in_a_year_counts_together(book: Database) -> None:
    half = replace(WISH, items=(replace(COATS, value_cents=250_001),))
    _take_in(book, replace(half, name="Bo Example", email="bo@example.org"))
    _take_in(book, replace(half, handed_over_on=date(2025, 12, 31)))
    first = _take_in(book, half)
    assert _reminders(book) == []
    second = _take_in(book, half)
    assert {gift for _, gift, _ in _reminders(book)} == {first, second}


def test_the_charity_s_own_figure_goes_before_the_shipped_one(book: Database) -> None:
    own = us.Threshold(rule="form_8283_section_b", year=2026, cents=600_000, source="s", seen="P", verified=True)
    book.write(lambda session: take_in(session, DEAR, replace(HAND, own_thresholds=(own,))))
    assert _reminders(book) == []


def test_a_gift_that_never_was_so_reminds_of_nothing(book: Database) -> None:
    gift = _take_in(book, DEAR)
    wish = GiftCorrection(reference=gift, reason="wrong_facts", asked_by="s_ada", approved_by="s_ben")
    book.write(lambda session: correct_gift(session, TREASURER, wish, now=NOON))
    assert _reminders(book) == []
