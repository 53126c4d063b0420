"""Gifts in kind: acknowledged without a value, on hand to the piece and the cent, given out or sold by two people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, true
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from donations import acknowledgment, ledger
from donations.audit_log import COMMAND, Actor
from donations.clerk.correcting import Correction, replace_receipt
from donations.database import Database
from donations.errors import DonationError, FieldRefusedError, NotFoundError
from donations.filing import list_clothing_funds
from donations.goods import GoodsWish, ItemWish, OutWish, Part, Shelf, share
from donations.goods.giving_out import approve_out, decline_out, draft_out
from donations.goods.on_hand import list_out, read_out, read_shelf
from donations.goods.taking_in import Hand, take_in
from donations.invariants.checking import audit
from donations.postings import FundName
from donations.reporting import export, part_eight, tie_out
from donations.reporting.schedule_b import schedule_b
from donations.tables import AuditAct, FrozenFacts, Gift, GoodsOut, GoodsOutLine, Receipt
from receipts.facts import InKindAcknowledgment, thaw
from tests.clerk_room import NOON, ZONE, desk, open_funds, tick
from tests.races import meet
from tests.reporting_room import open_operations

BUYER, TREASURER = Actor(reference="s_buyer", staff_id=1), Actor(reference="s_treasurer", staff_id=2)
TODAY = date(2026, 11, 22)
HAND = Hand(actor=COMMAND, now=NOON, zone=ZONE, control_version="control-2026-1")
COATS = ItemWish(description="Winter coats for children", count=12, condition="new", value_cents=50_003)
SHOES = ItemWish(description="Pairs of school shoes", count=7, condition="worn", value_cents=2_100, note="stained")
SHARES = ItemWish(description="Shares of Example Industries", count=100, condition=None, value_cents=500_000)
WISH = GoodsWish(
    kind="goods",
    name="Ada Example",
    email="ada@example.org",
    handed_over_on=date(2026, 11, 20),
    place="Workroom, 1200 Example Avenue, Las Vegas",
    items=(COATS, SHOES),
)
STOCK = replace(WISH, kind="securities", place="Example Brokers, by transfer", items=(SHARES,))


def _by(actor: Actor) -> Hand:
    return replace(HAND, actor=actor)


def _take_in(book: Database, wish: GoodsWish = WISH) -> str:
    reference = book.write(lambda session: take_in(session, wish, HAND))
    tick(book)
    return reference


def _draft(book: Database, wish: OutWish, actor: Actor = BUYER) -> str:
    return book.write(lambda session: draft_out(session, wish, _by(actor)))


def _approve(book: Database, reference: str, actor: Actor = TREASURER) -> None:
    book.write(lambda session: approve_out(session, reference, _by(actor)))


def _out(gift: str, counts: Mapping[int, int], **told: Any) -> OutWish:  # noqa: ANN401  # Fields of the wish.
    parts = tuple(Part(gift=gift, n=n, count=count) for n, count in counts.items())
    facts: dict[str, Any] = {"how": "given", "out_on": TODAY, **told}
    return OutWish(parts=parts, **facts)


def _assert_sound(book: Database) -> None:
    with book.read() as session:
        assert [check for check in audit(session) if not check.ok] == []


def _balance(book: Database, account: str, fund: FundName = "children") -> int:
    with book.read() as session:
        return ledger.balance(session, fund, account, ledger.AsOf(effective_on=TODAY))


def _shelf(book: Database) -> list[Shelf]:
    with book.read() as session:
        return read_shelf(session)


def _acknowledgments(book: Database) -> list[InKindAcknowledgment]:
    with book.read() as session:
        thawed = [thaw(facts.encode()) for facts in session.scalars(select(FrozenFacts.facts))]
    return [document for document in thawed if isinstance(document, InKindAcknowledgment)]


def _designated(book: Database) -> int:
    with book.read() as session:
        return sum(found.designated_cents for found in list_clothing_funds(session))


def test_goods_are_acknowledged_with_what_they_are_and_no_cent_of_what_they_are_worth(book: Database) -> None:
    _take_in(book)
    _assert_sound(book)
    (document,) = _acknowledgments(book)
    assert (document.method, document.gift_on, document.gift_on_basis) == (
        "in_kind",
        WISH.handed_over_on,
        "handed_over",
    )
    assert [(item.description, item.count, item.condition, item.note) for item in document.items] == [
        ("Winter coats for children", 12, "new", ""),
        ("Pairs of school shoes", 7, "worn", "stained"),
    ]
    assert document.place == WISH.place
    with book.read() as session:
        facts = session.scalars(select(FrozenFacts.facts)).one()
        receipt = session.scalars(select(Receipt)).one()
    assert (receipt.kind, receipt.series, receipt.amount_cents) == ("in_kind_acknowledgment", "R", 0)
    assert "50003" not in facts
    assert "52103" not in facts
    with book.read() as session:
        (read,) = acknowledgment.read_settled_gifts(session, true())
    assert read.paid_cents == 0, "whoever drafts documents is never told what goods are worth"
    assert (_balance(book, "assets:goods"), _balance(book, "income:goods")) == (52_103, -52_103)


def test_goods_bring_no_clothing_fund_a_cent(book: Database) -> None:
    open_funds(book, funds=2)
    _take_in(book)
    assert _designated(book) == 0
    assert _balance(book, "income:gifts") == 0
    _assert_sound(book)


def test_securities_are_dated_by_the_day_they_came_and_need_no_condition(book: Database) -> None:
    _take_in(book, STOCK)
    (document,) = _acknowledgments(book)
    assert (document.method, document.gift_on_basis) == ("stock", "received")
    assert [(item.count, item.condition) for item in document.items] == [(100, None)]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": " "}, "name"),
        ({"email": "no address"}, "email"),
        ({"handed_over_on": date(2026, 11, 23)}, "handed_over_on"),
        ({"place": ""}, "place"),
        ({"place": "at my sister's, for Maria"}, "place"),
        ({"items": ()}, "description"),
        ({"items": (COATS,) * 41}, "description"),
        ({"items": (replace(COATS, count=0),)}, "count"),
        ({"items": (replace(COATS, condition=None),)}, "condition"),
        ({"items": (replace(COATS, value_cents=11),)}, "value"),
        ({"items": (replace(COATS, description="A coat for Maria"),)}, "description"),
        ({"items": (replace(COATS, description="A coat worth $40"),)}, "description"),
        ({"items": (replace(COATS, note="only for the boy of fund CF-7K2QX0M4TB"),)}, "note"),
        ({"items": (replace(COATS, value_cents=10**12),)}, "value"),
        ({"kind": "securities"}, "condition"),
    ],
)
def test_what_cannot_be_described_is_refused_and_changes_nothing(
    book: Database, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(FieldRefusedError) as refused:
        book.write(lambda session: take_in(session, replace(WISH, **changed), HAND))
    assert refused.value.field == field
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(Gift)) == 0


def test_what_is_given_out_leaves_by_two_people_at_the_value_it_came_with(book: Database) -> None:
    gift = _take_in(book)
    reference = _draft(book, _out(gift, {1: 5, 2: 7}))
    assert [shelf.left for shelf in _shelf(book)] == [12, 7], "a draft moves nothing"
    with pytest.raises(FieldRefusedError, match="another person must approve"):
        _approve(book, reference, BUYER)
    _approve(book, reference)
    _approve(book, reference)
    assert [(shelf.n, shelf.left, shelf.left_cents) for shelf in _shelf(book)] == [(1, 7, 29_169)]
    assert _balance(book, "expense:goods-given") == 20_834 + 2_100
    assert _balance(book, "assets:goods") == 29_169
    _assert_sound(book)
    with book.read() as session:
        acts = session.scalars(select(AuditAct.act).order_by(AuditAct.id)).all()
        assert read_out(session, reference).state == "approved"
        assert len(list_out(session)) == 1
    assert acts == ["goods.taken_in", "goods.out_drafted", "goods.out_approved"]


@given(value=st.integers(1, 10**9), parts=st.lists(st.integers(1, 40), min_size=1, max_size=12))
def test_whatever_the_parts_they_are_worth_the_whole_and_none_is_worth_less_than_nothing(
    value: int, parts: list[int]
) -> None:
    count, gone, worth = sum(parts), 0, []
    for part in parts:
        worth.append(share(value, count, gone, part))
        gone += part
    assert sum(worth) == value
    assert min(worth) >= 0
    for part, cents in zip(parts, worth, strict=True):
        assert abs(cents - value * part / count) < 1


def test_what_could_not_be_given_out_is_discarded_on_a_line_of_its_own(book: Database) -> None:
    gift = _take_in(book)
    _approve(book, _draft(book, _out(gift, {2: 7}, how="discarded")))
    assert (_balance(book, "expense:goods-discarded"), _balance(book, "expense:goods-given")) == (2_100, 0)
    _assert_sound(book)


@pytest.mark.parametrize(
    ("proceeds", "commission", "gain"), [(512_345, 995, 12_345), (500_000, 0, 0), (480_000, 1_000, -20_000)]
)
def test_all_that_securities_are_sold_for_is_the_childrens_and_the_broker_is_operations_cost(
    book: Database, proceeds: int, commission: int, gain: int
) -> None:
    open_funds(book, funds=50)
    open_operations(book, TODAY, 50_000)
    gift = _take_in(book, STOCK)
    sale = _out(gift, {1: 100}, how="sold", proceeds_cents=proceeds, commission_cents=commission)
    _approve(book, _draft(book, sale))
    tick(book)
    assert _designated(book) == proceeds
    assert _balance(book, "assets:bank:children") == proceeds
    assert _balance(book, "assets:bank:children", "operations") == -commission
    assert _balance(book, "expense:bank-charges", "operations") == commission
    assert _balance(book, "income:securities-sold") == -gain
    assert _balance(book, "assets:goods") == 0
    _assert_sound(book)


@pytest.mark.parametrize(
    ("told", "counts", "field"),
    [
        ({}, {1: 13}, "count"),
        ({}, {1: 0}, "count"),
        ({}, {}, "count"),
        ({}, {3: 1}, "count"),
        ({"out_on": date(2026, 11, 19)}, {1: 1}, "out_on"),
        ({"out_on": date(2026, 11, 23)}, {1: 1}, "out_on"),
        ({"how": "sold", "proceeds_cents": 5}, {1: 1}, "count"),
        ({"how": "sold"}, {1: 1}, "proceeds"),
        ({"proceeds_cents": 5}, {1: 1}, "proceeds"),
        ({"how": "lost"}, {1: 1}, "how"),
    ],
)
def test_nothing_leaves_that_is_not_there(
    book: Database, told: dict[str, Any], counts: dict[int, int], field: str
) -> None:
    gift = _take_in(book)
    with pytest.raises(DonationError) as refused:
        _draft(book, _out(gift, counts, **told))
    assert refused.value.field == field
    with book.read() as session:
        assert list_out(session) == []


def test_two_drafts_cannot_want_the_same_thing_and_a_declined_one_gives_it_free(book: Database) -> None:
    gift = _take_in(book)
    first = _draft(book, _out(gift, {1: 10}))
    with pytest.raises(FieldRefusedError, match="Only 2 of"):
        _draft(book, _out(gift, {1: 3}))
    with pytest.raises(FieldRefusedError, match="another person"):
        book.write(lambda session: decline_out(session, first, _by(BUYER)))
    book.write(lambda session: decline_out(session, first, _by(TREASURER)))
    with pytest.raises(FieldRefusedError, match="declined already"):
        _approve(book, first)
    _draft(book, _out(gift, {1: 12}))


def test_the_database_itself_lets_no_more_leave_than_came(book: Database) -> None:
    gift = _take_in(book)
    _approve(book, _draft(book, _out(gift, {1: 10})))

    def force(session: Session) -> None:
        booked = session.scalars(select(GoodsOut)).one()
        draft = GoodsOut(
            reference="o_0000000000000001",
            how="given",
            out_on=TODAY,
            proceeds_cents=0,
            commission_cents=0,
            state="drafted",
            drafted_by="s_buyer",
            drafted_at=NOON,
        )
        session.add(draft)
        session.flush()
        item = read_shelf(session, gifts=[gift])[0].item_id
        session.add(GoodsOutLine(goods_out_id=draft.id, goods_item_id=item, count=3))
        session.flush()
        draft.state, draft.decided_by, draft.decided_at = "approved", "s_treasurer", NOON
        draft.entry_id = booked.entry_id
        session.flush()

    with pytest.raises(DBAPIError, match="more of a gift in kind would leave than came"):
        book.write(force)


@pytest.mark.parametrize("foundry", ["postgresql"], indirect=True)
def test_of_two_approvals_at_once_one_books_and_nothing_is_booked_twice(book: Database) -> None:
    gift = _take_in(book)
    reference = _draft(book, _out(gift, {1: 12}))
    meet(
        book,
        lambda session: approve_out(session, reference, _by(TREASURER)),
        lambda: _approve(book, reference),
    )
    assert _balance(book, "expense:goods-given") == 50_003
    _assert_sound(book)


@pytest.mark.parametrize("foundry", ["postgresql"], indirect=True)
def test_of_two_who_want_the_last_of_a_thing_at_once_one_gets_it(book: Database) -> None:
    gift = _take_in(book)

    def refused() -> None:
        with pytest.raises(FieldRefusedError, match="Only 0 of"):
            _draft(book, _out(gift, {1: 12}))

    meet(book, lambda session: draft_out(session, _out(gift, {1: 12}), _by(BUYER)), refused)


def test_an_acknowledgment_to_a_misspelt_name_is_replaced_and_still_tells_no_value(book: Database) -> None:
    _take_in(book)
    (old,) = _acknowledgments(book)
    wish = Correction(reason="misspelt_name", name="Ada Exemplar")
    new = book.write(lambda session: replace_receipt(session, desk(), old.number, wish))
    (document,) = [found for found in _acknowledgments(book) if found.number == new]
    assert (document.donor.name, document.replaces, document.items) == ("Ada Exemplar", old.number, old.items)
    _assert_sound(book)


def test_documents_and_book_tie_though_no_document_tells_what_goods_are_worth(book: Database) -> None:
    open_operations(book, TODAY, 50_000)
    _take_in(book)
    gift = _take_in(book, STOCK)
    sale = _out(gift, {1: 60}, how="sold", proceeds_cents=310_000, commission_cents=500)
    _approve(book, _draft(book, sale))
    tick(book)
    with book.read() as session:
        tied, form = tie_out(session, 2026), part_eight(session, 2026)
        lines = schedule_b(session, 2026)
    assert (tied.a_cents, tied.b_cents, tied.difference_cents, tied.untied) == (0, 552_103, 0, ())
    assert {row.reason for row in tied.rows} == {"in_kind_book_value"}
    assert (form.line_1f_cents, form.line_1g_cents, form.line_7c_cents) == (552_103, 552_103, 10_000)
    assert lines.difference_cents == 0
    assert [(one.noncash_cents, one.person_cents) for one in lines.listed] == [(500_000, 0)], (
        "a gift under $1,000 is not counted"
    )


@pytest.mark.parametrize("sheet_format", ["csv", "json", "xlsx"])
def test_the_export_of_goods_tells_what_is_left_and_the_exports_of_money_tell_none(
    book: Database, tmp_path: Path, sheet_format: str
) -> None:
    gift = _take_in(book)
    _approve(book, _draft(book, _out(gift, {1: 5})))
    out = tmp_path / f"goods.{sheet_format}"
    done = export(book.read, "goods", year=2026, sheet_format=sheet_format, out=out)
    assert (done.rows, done.totals_cents) == (2, {"value": 52_103, "left_value": 29_169 + 2_100})
    for what in ("gifts", "donors"):
        told = export(book.read, what, year=2026, sheet_format=sheet_format, out=tmp_path / f"{what}.{sheet_format}")
        assert told.rows == 0
    if sheet_format == "json":
        coats, shoes = json.loads(out.read_text(encoding="utf-8"))
        assert (coats["gift"], coats["count"], coats["left"], shoes["condition"]) == (gift, 12, 7, "worn")
        assert coats["acknowledgment"].startswith("R-2026-")


def test_an_unknown_reference_is_told_so(book: Database) -> None:
    with pytest.raises(NotFoundError):
        _approve(book, "o_0000000000000000")
