"""Clothing is bought for funded clothing funds, to the cent, by two people, and undone when it goes back."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from donations import ledger, spending
from donations.audit_log import COMMAND, Actor
from donations.bank import Saying
from donations.database import Database
from donations.errors import FieldRefusedError, NotFoundError
from donations.filing import ClothingFundLine, close_clothing_fund, list_clothing_funds
from donations.invariants.checking import audit, broken_hard_invariants
from donations.postings import FundName
from donations.spending import Draft, Line, divide
from donations.spending.booking import Moment
from donations.spending.drafting import PaidFrom
from donations.tables import AuditAct, Purchase
from tests.bank_files import Told
from tests.bank_room import accept, take
from tests.clerk_room import NOON, Giving, open_funds, settle_all, tick
from tests.money_facts import close_period
from tests.races import meet

BUYER, TREASURER = Actor(reference="s_buyer", staff_id=1), Actor(reference="s_treasurer", staff_id=2)
DAY = date(2026, 11, 22)
MOMENT = Moment(now=NOON, zone=ZoneInfo("America/Los_Angeles"))


@pytest.fixture
def funded(book: Database) -> Database:
    """Fill two clothing funds and half a third."""
    open_funds(book, funds=3)
    settle_all(book, Giving(cents=13_000), Giving(cents=19_500))
    tick(book)
    return book


def _funds(book: Database) -> list[ClothingFundLine]:
    with book.read() as session:
        return list_clothing_funds(session)


def _draft(book: Database, *lines: Line, paid_from: PaidFrom = "bank", actor: Actor = BUYER) -> str:
    draft = Draft(receipt_number="W-1002/7", bought_on=DAY, paid_from=paid_from, lines=lines)
    return book.write(lambda session: spending.draft_purchase(session, actor, draft, now=NOON))


def _approve(book: Database, reference: str, actor: Actor = TREASURER) -> None:
    book.write(lambda session: spending.approve_purchase(session, actor, reference, MOMENT))


def _broken(book: Database) -> list[str]:
    with book.read() as session:
        return [check.id for check in broken_hard_invariants(audit(session))]


def _balance(book: Database, fund: FundName, account: str) -> int:
    with book.read() as session:
        return ledger.balance(session, fund, account)


def test_an_approved_purchase_spends_its_funds_cents_and_operations_pays_what_exceeds_them(funded: Database) -> None:
    first, second, _ = _funds(funded)
    reference = _draft(funded, Line(code=first.code, cents=12_000), Line(code=second.code, cents=14_250))
    assert [fund.spent_cents for fund in _funds(funded)] == [0, 0, 0]
    _approve(funded, reference)
    _approve(funded, reference)
    assert [fund.spent_cents for fund in _funds(funded)] == [12_000, 13_000, 0]
    assert _balance(funded, "children", "expense:clothing") == 25_000
    assert _balance(funded, "operations", "expense:clothing") == 1_250
    assert _broken(funded) == []
    with funded.read() as session:
        read = spending.read_purchase(session, reference)
        acts = list(session.scalars(select(AuditAct.act).order_by(AuditAct.id)))
    assert [(line.cents, line.children_cents) for line in read.lines] == [(12_000, 12_000), (14_250, 13_000)]
    assert acts == ["purchase_drafted", "purchase_approved"]


def test_nobody_approves_their_own_draft(funded: Database) -> None:
    first, *_ = _funds(funded)
    reference = _draft(funded, Line(code=first.code, cents=12_000))
    with pytest.raises(FieldRefusedError, match="another person"):
        _approve(funded, reference, BUYER)
    with pytest.raises(DBAPIError):
        funded.write(
            lambda session: session.execute(
                update(Purchase).values(state="approved", decided_by=BUYER.reference, decided_at=NOON)
            )
        )
    assert _funds(funded)[0].spent_cents == 0


def test_the_operator_of_a_one_person_charity_does_both_by_command(funded: Database) -> None:
    first, *_ = _funds(funded)
    reference = _draft(funded, Line(code=first.code, cents=12_000), actor=COMMAND)
    _approve(funded, reference, COMMAND)
    assert _funds(funded)[0].spent_cents == 12_000


@pytest.mark.parametrize(
    ("number", "sentence"), [("", "receipt number"), ("for Jayden, size 8", "receipt number"), ("x" * 41, "40")]
)
def test_the_shops_number_holds_no_words(funded: Database, number: str, sentence: str) -> None:
    first, *_ = _funds(funded)
    draft = Draft(receipt_number=number, bought_on=DAY, paid_from="bank", lines=(Line(code=first.code, cents=1),))
    with pytest.raises(FieldRefusedError, match=sentence):
        funded.write(lambda session: spending.draft_purchase(session, BUYER, draft, now=NOON))


def test_a_fund_without_cents_an_unknown_code_and_too_many_items_are_refused(funded: Database) -> None:
    (first, *_), empty = _funds(funded), open_funds(funded, funds=1)[0]
    with pytest.raises(FieldRefusedError, match="no cents left"):
        _draft(funded, Line(code=empty.code, cents=1))
    with pytest.raises(NotFoundError):
        _draft(funded, Line(code="CF-0000000000", cents=1))
    with pytest.raises(FieldRefusedError, match="at most 1 of coat"):
        _draft(funded, Line(code=first.code, cents=1, items={"coat": 2}))
    with pytest.raises(FieldRefusedError, match="once"):
        _draft(funded, Line(code=first.code, cents=1), Line(code=first.code, cents=1))


def test_the_next_funded_are_the_oldest_full_ones_that_nobody_drafted_for(funded: Database) -> None:
    first, second, _ = _funds(funded)
    with funded.read() as session:
        assert spending.next_funded(session, 3) == [first.code, second.code]
    _draft(funded, Line(code=first.code, cents=12_000))
    with funded.read() as session:
        assert spending.next_funded(session, 3) == [second.code]


@given(cents=st.integers(1, 10**9), count=st.integers(1, 200))
def test_a_bill_is_divided_to_the_cent_and_no_part_differs_by_more_than_one(cents: int, count: int) -> None:
    codes = [f"CF-{n:010d}" for n in range(count)]
    if cents < count:
        with pytest.raises(FieldRefusedError, match="too small"):
            divide(cents, codes, {})
        return
    parts = [line.cents for line in divide(cents, codes, {"outfit": 5})]
    assert sum(parts) == cents
    assert max(parts) - min(parts) <= 1
    assert parts == sorted(parts, reverse=True)


def test_what_goes_back_to_the_shop_stands_in_its_fund_again(funded: Database) -> None:
    first, *_ = _funds(funded)
    reference = _draft(funded, Line(code=first.code, cents=14_000))
    _approve(funded, reference)
    for _ in range(2):
        funded.write(lambda session: spending.return_purchase(session, TREASURER, reference, MOMENT))
    assert [fund.spent_cents for fund in _funds(funded)] == [0, 0, 0]
    assert _balance(funded, "operations", "expense:clothing") == 0
    assert _broken(funded) == []
    with pytest.raises(FieldRefusedError, match="returned already"):
        _approve(funded, reference)


def test_what_goes_back_of_a_closed_fund_is_designated_afresh(funded: Database) -> None:
    first, _, third = _funds(funded)
    reference = _draft(funded, Line(code=first.code, cents=13_000))
    _approve(funded, reference)
    funded.write(lambda session: close_clothing_fund(session, first.code, closed_on=DAY))
    funded.write(lambda session: spending.return_purchase(session, TREASURER, reference, MOMENT))
    after = {fund.code: fund for fund in _funds(funded)}
    assert after[first.code].designated_cents == 0
    assert after[third.code].designated_cents == 13_000
    assert _broken(funded) == []


def test_a_bill_on_account_is_owed_until_it_is_paid_once(funded: Database) -> None:
    first, *_ = _funds(funded)
    reference = _draft(funded, Line(code=first.code, cents=14_000), paid_from="account")
    _approve(funded, reference)
    assert _balance(funded, "children", "liabilities:payable") == -13_000
    assert _balance(funded, "operations", "liabilities:payable") == -1_000
    for _ in range(2):
        funded.write(lambda session: spending.pay_purchase(session, TREASURER, reference, MOMENT))
    assert _balance(funded, "children", "liabilities:payable") == 0
    assert _balance(funded, "operations", "assets:bank:children") == -1_000
    assert _broken(funded) == []


def test_a_bill_that_was_not_paid_after_all_is_owed_again_and_can_be_paid_once_more(funded: Database) -> None:
    first, *_ = _funds(funded)
    reference = _draft(funded, Line(code=first.code, cents=14_000), paid_from="account")
    _approve(funded, reference)
    with pytest.raises(FieldRefusedError, match="not noted as paid"):
        funded.write(lambda session: spending.unpay_purchase(session, TREASURER, reference, MOMENT))
    for _ in range(2):
        funded.write(lambda session: spending.pay_purchase(session, TREASURER, reference, MOMENT))
        assert _balance(funded, "children", "liabilities:payable") == 0
        funded.write(lambda session: spending.unpay_purchase(session, TREASURER, reference, MOMENT))
        assert _balance(funded, "children", "liabilities:payable") == -13_000
        assert _balance(funded, "operations", "assets:bank:children") == 0
    funded.write(lambda session: spending.return_purchase(session, TREASURER, reference, MOMENT))
    assert _balance(funded, "children", "liabilities:payable") == 0
    assert _broken(funded) == []


def test_a_payment_that_the_bank_has_shown_or_a_closed_month_holds_is_not_taken_back(funded: Database) -> None:
    first, *_ = _funds(funded)
    reference = _draft(funded, Line(code=first.code, cents=14_000), paid_from="account")
    _approve(funded, reference)
    funded.write(lambda session: spending.pay_purchase(session, TREASURER, reference, MOMENT))
    take(funded, Told(fitid="1", on=DAY, cents=-14_000))
    accept(funded, Saying(act="booked", subjects=(f"purchase/{reference}/paid",)))
    with pytest.raises(FieldRefusedError, match="undo the match"):
        funded.write(lambda session: spending.unpay_purchase(session, TREASURER, reference, MOMENT))

    second = _draft(funded, Line(code=_funds(funded)[1].code, cents=13_000), paid_from="account")
    _approve(funded, second)
    funded.write(lambda session: spending.pay_purchase(session, TREASURER, second, MOMENT))
    close_period(funded, date(2026, 11, 30))
    with pytest.raises(FieldRefusedError, match="2026-11 is closed"):
        funded.write(lambda session: spending.unpay_purchase(session, TREASURER, second, MOMENT))
    assert _balance(funded, "children", "liabilities:payable") == 0


def test_the_average_cost_is_that_of_the_bills_not_of_the_promise(funded: Database) -> None:
    first, second, _ = _funds(funded)
    with funded.read() as session:
        assert spending.read_average_cost(session, DAY).average_cents is None
    _approve(funded, _draft(funded, Line(code=first.code, cents=12_000), Line(code=second.code, cents=14_251)))
    with funded.read() as session:
        cost = spending.read_average_cost(session, DAY)
    assert (cost.purchases, cost.funds, cost.average_cents) == (1, 2, 13_126)


@pytest.mark.parametrize("foundry", ["postgresql"], indirect=True)
def test_two_purchases_of_the_same_cents_at_once_spend_them_once(funded: Database) -> None:
    first, *_ = _funds(funded)
    one, two = (_draft(funded, Line(code=first.code, cents=13_000)) for _ in range(2))

    def refused() -> None:
        with pytest.raises(FieldRefusedError, match="were spent meanwhile"):
            _approve(funded, two)

    meet(funded, lambda session: spending.approve_purchase(session, TREASURER, one, MOMENT), refused)
    assert _funds(funded)[0].spent_cents == 13_000
    assert _balance(funded, "operations", "expense:clothing") == 0
    assert _broken(funded) == []
