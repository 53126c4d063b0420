from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from donations import ledger
from donations.database import Database
from donations.errors import BrokenInvariantError, ModeConflictError, SourceKeyConflictError
from donations.giving import Wish, record_promise
from donations.ports import ChargeFacts, CheckoutPermit, Family
from donations.settlement import Books, settle_family
from donations.tables import CheckoutAttempt, Donor, Gift, GiftSettlement, entry, stripe_balance_transaction, tray
from tests.clerk_room import NOON
from tests.giving_room import (
    KEYS,
    FakeClock,
    FakePayments,
    begin,
    books,
    charge,
    contact,
    fee_row,
    giving_desk,
    wish,
)
from tests.giving_room import checkout as told_checkout

_Balances = dict[tuple[str, str], int]
_COVERED = wish(amount_cents=10_000, fee_cover_cents=330)


def _promise(book: Database, asked: Wish, *, form: str = "form-1") -> str:
    permit = CheckoutPermit(form_token_hash=form, granted_at=NOON)
    gift = book.write(
        lambda session: record_promise(session, asked, permit=permit, keys=KEYS, control_version="control-2026-1")
    )
    return gift.reference


def _settle(book: Database, *charges: ChargeFacts, at: Books | None = None) -> None:
    family = Family(checkout=None, charges=charges)
    book.write(lambda session: settle_family(session, family, at or books()))


def _balances(book: Database) -> _Balances:
    with book.read() as session:
        lines = ledger.trial_balance(session)
    return {(line.fund, line.account): line.balance_cents for line in lines if line.balance_cents}


def _settled(book: Database) -> list[GiftSettlement]:
    with book.read() as session:
        return list(session.scalars(select(GiftSettlement).order_by(GiftSettlement.gift_id)))


def _keys(book: Database) -> list[str]:
    with book.read() as session:
        return list(session.scalars(select(entry.c.source_key).order_by(entry.c.id)))


def _picture(book: Database) -> tuple[Any, ...]:
    with book.read() as session:
        trays = session.scalars(select(tray.c.entry_id)).all()
        mirrored = session.execute(select(stripe_balance_transaction)).all()
    return _keys(book), _balances(book), trays, mirrored, len(_settled(book))


def test_a_charge_that_keeps_a_promise_is_booked_with_its_fee_apart(book: Database) -> None:
    _settle(book, charge(gift=_promise(book, _COVERED), amount_cents=10_330))
    assert _keys(book) == ["charge/ch_1", "btxn/txn_1"]
    assert _balances(book) == {
        ("children", "assets:stripe"): 10_000,
        ("children", "income:gifts"): -10_000,
        ("operations", "assets:stripe"): 330 - 407,
        ("operations", "income:fee-cover"): -330,
        ("operations", "expense:processing-fees"): 407,
    }
    (settled,) = _settled(book)
    assert (settled.charge_id, settled.method, settled.gift_on_basis) == ("ch_1", "card", "charged")
    assert (settled.gift_on, settled.charged_at) == (date(2026, 11, 22), NOON)


def test_a_charge_told_twice_is_booked_once(book: Database) -> None:
    told = charge(gift=_promise(book, wish()))
    _settle(book, told)
    once = _picture(book)
    _settle(book, told)
    _settle(book, told, told, at=books(now=NOON + timedelta(days=40)))
    assert _picture(book) == once


def test_a_charge_told_again_with_another_sum_stops_and_nothing_is_written(book: Database) -> None:
    reference = _promise(book, wish())
    _settle(book, charge(gift=reference))
    once = _picture(book)
    with pytest.raises(SourceKeyConflictError):
        _settle(book, replace(charge(gift=reference), amount_cents=12_999, balance_transaction=None))
    assert _picture(book) == once


def test_a_settled_gift_waits_in_the_clerks_tray_once(book: Database) -> None:
    told = charge(gift=_promise(book, wish()))
    _settle(book, told)
    with book.read() as session:
        assert session.scalars(select(tray.c.entry_id)).all() == [_settled(book)[0].entry_id]


def test_the_second_charge_for_one_gift_waits_in_suspense(book: Database) -> None:
    gift = _promise(book, wish())
    _settle(book, charge(1, gift=gift))
    _settle(book, charge(2, gift=gift))
    _settle(book, charge(1, gift=gift), charge(2, gift=gift))
    assert [settled.charge_id for settled in _settled(book)] == ["ch_1"]
    assert _balances(book)["children", "liabilities:suspense"] == -13_000
    assert _balances(book)["children", "income:gifts"] == -13_000
    assert _balances(book)["operations", "expense:processing-fees"] == 2 * 407


def test_money_that_keeps_no_promise_waits_in_suspense_and_is_never_refused(book: Database) -> None:
    gift = _promise(book, wish())
    came = (
        charge(1, gift=gift, amount_cents=12_999),
        charge(2, gift=gift, amount_cents=13_001),
        charge(3, gift=gift, instance="another.example"),
        charge(4, gift=gift, instance=None),
        charge(5, gift="g_0000000000000000"),
        charge(6, gift=None),
        charge(7, gift=None, instance=None),
    )
    for told_so_far, told in enumerate(came, start=1):
        _settle(book, told)
        _settle(book, told)
        suspense = -sum(each.amount_cents for each in came[:told_so_far])
        assert _balances(book)["children", "liabilities:suspense"] == suspense
    assert _settled(book) == []
    with book.read() as session:
        assert session.scalars(select(tray.c.entry_id)).all() == []


def test_a_charge_without_the_fee_cover_it_promised_is_in_suspense(book: Database) -> None:
    _settle(book, charge(gift=_promise(book, _COVERED), amount_cents=10_000))
    assert _balances(book)["children", "liabilities:suspense"] == -10_000


def test_a_foreign_charge_waits_until_its_balance_transaction_says_how_many_dollars_came(book: Database) -> None:
    foreign = charge(gift=_promise(book, wish()), currency="eur", amount_cents=12_000, balance_transaction=None)
    _settle(book, foreign)
    assert _keys(book) == []
    row = fee_row(1, amount_cents=13_021, fee_cents=550)
    _settle(book, replace(foreign, balance_transaction=row))
    _settle(book, replace(foreign, balance_transaction=row))
    assert _balances(book) == {
        ("children", "assets:stripe"): 13_021,
        ("children", "liabilities:suspense"): -13_021,
        ("operations", "assets:stripe"): -550,
        ("operations", "expense:processing-fees"): 550,
    }


def test_a_fee_that_comes_later_is_booked_when_it_comes(book: Database) -> None:
    told = charge(gift=_promise(book, wish()))
    _settle(book, replace(told, balance_transaction=None))
    assert _keys(book) == ["charge/ch_1"]
    _settle(book, told)
    _settle(book, replace(told, balance_transaction=None))
    _settle(book, told)
    assert _keys(book) == ["charge/ch_1", "btxn/txn_1"]


def test_a_fee_belongs_to_the_day_stripe_took_it(book: Database) -> None:
    late = datetime(2027, 1, 1, 8, 0, tzinfo=UTC)
    row = fee_row(1, created_at=late)
    charged_at = late - timedelta(minutes=30)
    _settle(book, charge(gift=_promise(book, wish()), created_at=charged_at, balance_transaction=row))
    with book.read() as session:
        days = session.scalars(select(entry.c.effective_on).order_by(entry.c.id)).all()
    assert days == [date(2026, 12, 31), date(2027, 1, 1)]


def test_a_fee_of_nothing_is_no_entry(book: Database) -> None:
    _settle(book, charge(gift=_promise(book, wish()), balance_transaction=fee_row(1, fee_cents=0)))
    assert _keys(book) == ["charge/ch_1"]


def test_only_a_charge_that_succeeded_is_money(book: Database) -> None:
    gift = _promise(book, wish())
    for status in ("pending", "failed", "a word not heard before"):
        _settle(book, charge(gift=gift, status=status))
    assert _keys(book) == []


_NUMBERS = count(1)


@settings(suppress_health_check=list(HealthCheck))
@given(
    gift=st.integers(500, 5_000_000),
    cover=st.integers(0, 200_000),
    fee=st.integers(-100, 400_000),
    is_late=st.booleans(),
)
def test_the_children_are_credited_the_whole_gift_whatever_the_fee(
    book: Database, gift: int, cover: int, fee: int, *, is_late: bool
) -> None:
    """One book takes all examples: what each adds is looked at."""
    number, before = next(_NUMBERS), Counter(_balances(book))
    reference = _promise(book, wish(amount_cents=gift, fee_cover_cents=cover), form=f"law-{number}")
    row = fee_row(number, amount_cents=gift + cover, fee_cents=fee)
    told = charge(number, gift=reference, amount_cents=gift + cover, balance_transaction=row)
    if is_late:
        _settle(book, replace(told, balance_transaction=None))
    _settle(book, told)
    added = Counter(_balances(book))
    added.subtract(before)
    assert {account: cents for account, cents in added.items() if cents} == {
        account: cents
        for account, cents in {
            ("children", "assets:stripe"): gift,
            ("children", "income:gifts"): -gift,
            ("operations", "assets:stripe"): cover - fee,
            ("operations", "income:fee-cover"): -cover,
            ("operations", "expense:processing-fees"): fee,
        }.items()
        if cents
    }


def test_money_of_another_mode_is_refused_and_nothing_is_written(book: Database) -> None:
    gift = _promise(book, wish())
    with pytest.raises(ModeConflictError):
        _settle(book, charge(1, gift=gift), charge(2, gift=gift, livemode=True))
    other = Family(checkout=replace(told_checkout("cs_1", gift=gift), livemode=True), charges=())
    with pytest.raises(ModeConflictError):
        book.write(lambda session: settle_family(session, other, books()))
    assert _keys(book) == []


def test_a_balance_transaction_that_changed_is_a_broken_invariant_and_nothing_is_written(book: Database) -> None:
    told = charge(1, gift=_promise(book, wish()))
    _settle(book, told)
    before = _picture(book)
    news = charge(2, gift=None)
    for changed in ({"fee_cents": 408}, {"currency": "eur"}, {"source_id": "ch_9"}, {"type": "adjustment"}):
        with pytest.raises(BrokenInvariantError):
            _settle(book, news, replace(told, balance_transaction=fee_row(1, **changed)))
        assert _picture(book) == before


def test_a_balance_transaction_of_another_amount_than_its_charge_is_a_broken_invariant(book: Database) -> None:
    with pytest.raises(BrokenInvariantError, match="differ in amount"):
        _settle(book, charge(gift=_promise(book, wish()), balance_transaction=fee_row(1, amount_cents=12_999)))
    assert _keys(book) == []


def test_the_gift_day_is_resolved_once_and_never_again(book: Database) -> None:
    """The tax rules' example: charged on New Year's Eve at 23:30 Pacific, told to us in the new year."""
    told = charge(gift=_promise(book, wish()), created_at=datetime(2027, 1, 1, 7, 30, tzinfo=UTC))
    told_late = books(now=datetime(2027, 1, 3, 20, 0, tzinfo=UTC))
    _settle(book, replace(told, balance_transaction=None), at=told_late)
    assert (_settled(book)[0].gift_on, _settled(book)[0].settled_at) == (date(2026, 12, 31), told_late.now)
    _settle(book, told, at=replace(told_late, zone=ZoneInfo("Asia/Tokyo")))
    assert _settled(book)[0].gift_on == date(2026, 12, 31)


def test_donors_are_one_by_mail_and_name_together_and_never_by_mail_alone(book: Database) -> None:
    written = (contact(), contact(name="ALEX EXAMPLE"), contact(name="Blake Example"), contact(email="a@example.org"))
    for number, facts in enumerate(written, start=1):
        _settle(book, charge(number, gift=_promise(book, wish(contact=facts), form=f"form-{number}")))
    assert [settled.donor_id for settled in _settled(book)] == [1, 1, 2, 3]
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(Donor)) == 3


def test_a_promise_without_money_makes_no_donor(book: Database) -> None:
    _promise(book, wish())
    with book.read() as session:
        assert session.scalars(select(Donor)).all() == []


def _at_once(book: Database, *charges: ChargeFacts) -> None:
    with ThreadPoolExecutor(len(charges)) as pool:
        list(pool.map(lambda told: _settle(book, told), charges))


def test_one_charge_settled_by_eight_workers_at_once_is_booked_once(book: Database) -> None:
    told = charge(gift=_promise(book, wish()))
    _at_once(book, *[told] * 8)
    assert _keys(book) == ["charge/ch_1", "btxn/txn_1"]
    assert len(_settled(book)) == 1


def test_two_charges_of_one_gift_settled_at_once_are_one_gift_and_one_suspense(book: Database) -> None:
    gift = _promise(book, wish())
    _at_once(book, *(charge(number, gift=gift) for number in range(1, 7)))
    assert len(_settled(book)) == 1
    assert _balances(book)["children", "liabilities:suspense"] == -5 * 13_000
    assert _balances(book)["children", "income:gifts"] == -13_000


def test_the_late_fee_of_money_in_suspense_booked_by_eight_workers_at_once_is_booked_once(book: Database) -> None:
    told = charge(gift=None)
    _settle(book, replace(told, balance_transaction=None))
    _at_once(book, *[told] * 8)
    assert _keys(book) == ["charge/ch_1", "btxn/txn_1"]


def test_gifts_of_a_new_donor_settled_at_once_belong_to_one_donor(book: Database) -> None:
    gifts = [_promise(book, wish(), form=f"form-{number}") for number in range(6)]
    _at_once(book, *(charge(number, gift=gift) for number, gift in enumerate(gifts)))
    assert {settled.donor_id for settled in _settled(book)} == {_settled(book)[0].donor_id}


def test_a_checkouts_end_is_noted_and_paid_is_never_unsaid(book: Database) -> None:
    clock, payments = FakeClock(), FakePayments()
    begun = begin(giving_desk(book, payments, clock), clock)

    def look(status: str) -> str | None:
        family = Family(checkout=told_checkout("cs_1", gift=begun.reference, status=status), charges=())
        book.write(lambda session: settle_family(session, family, books()))
        with book.read() as session:
            return session.scalars(select(CheckoutAttempt.outcome)).one()

    assert [look(status) for status in ("open", "expired", "complete", "expired", "a new word")] == [
        "open",
        "expired",
        "paid",
        "paid",
        "paid",
    ]


def test_another_houses_checkout_says_nothing_about_ours(book: Database) -> None:
    gift = _promise(book, wish())
    stray = replace(told_checkout("cs_9", gift=gift, status="expired"), instance="another.example")
    book.write(lambda session: settle_family(session, Family(checkout=stray, charges=()), books()))
    with book.read() as session:
        assert session.scalars(select(CheckoutAttempt)).all() == []
        assert session.scalar(select(func.count()).select_from(Gift)) == 1
