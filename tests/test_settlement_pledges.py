"""Monthly gifts in the book: each paid invoice's charge is its own gift, and a pledge says what Stripe says now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from donations.alarms import list_open_alarms
from donations.database import Database
from donations.giving import gift_state, read_gift_facts
from donations.ports import ChargeFacts, Family, InvoiceFacts, SubscriptionFacts
from donations.settlement import settle_family
from donations.tables import Alarm, Contact, Gift, GiftSettlement, OutboxRow, Pledge, entry, transfer
from tests.clerk_room import NOON, numbers, tick
from tests.giving_room import FakeClock, FakePayments, begin, books, checkout, contact, giving_desk
from tests.pledge_room import MONTHLY, invoice, monthly_charge, subscription
from tests.return_facts import refund


@pytest.fixture
def pledge(book: Database) -> str:
    """Promise $65 a month and $2.25 for the fee, with a preference and an address."""
    asked = replace(MONTHLY, preference="coats", anonymous=True, appeal="spring", contact=contact(city="Reno"))
    clock = FakeClock(instant=NOON - timedelta(minutes=2))
    return begin(giving_desk(book, FakePayments(), clock), clock, asked).reference


def _tell(
    book: Database,
    *,
    charges: tuple[ChargeFacts, ...] = (),
    stands: SubscriptionFacts | None = None,
    invoices: tuple[InvoiceFacts, ...] = (),
    asked_at: datetime | None = None,
) -> None:
    family = Family(charges=charges, subscription=stands, invoices=invoices, asked_at=asked_at)
    book.write(lambda session: settle_family(session, family, books()))


def _gifts(book: Database) -> list[Gift]:
    with book.read() as session:
        return list(session.scalars(select(Gift).order_by(Gift.id)))


def _open_alarms(book: Database) -> list[tuple[str, str]]:
    with book.read() as session:
        return [(one.kind, one.subject) for one in list_open_alarms(session)]


def _owed(book: Database) -> list[tuple[str, str]]:
    with book.read() as session:
        return [(row.kind, row.key) for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]


def _credited(book: Database, path_number: int) -> int:
    with book.read() as session:
        return int(session.scalar(select(func.sum(transfer.c.cents)).where(transfer.c.credit_id == path_number)) or 0)


def _pledge(book: Database) -> Pledge:
    with book.read() as session:
        return session.scalars(select(Pledge)).one()


def test_each_paid_invoice_is_its_own_gift_with_its_own_receipt(book: Database, pledge: str) -> None:
    for number in (1, 2, 3):
        paid = invoice(pledge, invoice_id=f"in_{number}")
        _tell(book, charges=(monthly_charge(number, paid, created_at=NOON - timedelta(days=30 * number)),))
    gifts = _gifts(book)
    assert [(gift.amount_cents, gift.fee_cover_cents, gift.form_token_hash) for gift in gifts] == [
        (6_500, 225, None)
    ] * 3
    assert len({gift.reference for gift in gifts}) == 3
    assert {(gift.preference_code, gift.anonymous, gift.appeal) for gift in gifts} == {("coats", 1, "spring")}
    tick(book)
    assert len(numbers(book)) == 3
    with book.read() as session:
        written = session.scalars(select(Contact)).all()
        assert {(one.name, one.email, one.city) for one in written} == {("Alex Example", "alex@example.org", "Reno")}
        assert [gift_state(read_gift_facts(session, gift.id)) for gift in gifts] == ["settled"] * 3


def test_an_invoice_told_again_in_any_company_is_booked_once(book: Database, pledge: str) -> None:
    told = monthly_charge(1, invoice(pledge))
    for _ in range(3):
        _tell(book, charges=(told,), stands=subscription(pledge))
    _tell(book, charges=(replace(told, invoice=replace(invoice(pledge), status="open")),))
    assert len(_gifts(book)) == 1
    assert (_credited(book, 4010), _credited(book, 4020)) == (6_500, 225)


def test_the_amount_is_read_from_the_invoice_and_not_from_the_pledge(book: Database, pledge: str) -> None:
    paid = invoice(pledge, children_cents=10_000, operations_cents=0, amount_paid_cents=10_000)
    _tell(book, charges=(monthly_charge(1, paid),))
    (gift,) = _gifts(book)
    assert (gift.amount_cents, gift.fee_cover_cents) == (10_000, 0)
    assert _pledge(book).amount_cents == 6_500


@pytest.mark.parametrize(
    "changes",
    [
        {"instance": "another.house"},
        {"instance": None},
        {"pledge": None},
        {"pledge": "p_0000000000000000"},
        {"children_cents": 6_499},
        {"children_cents": 0, "operations_cents": 6_725},
    ],
)
def test_money_of_an_invoice_that_is_not_wholly_ours_waits_in_suspense(
    book: Database, pledge: str, changes: dict[str, object]
) -> None:
    told = replace(monthly_charge(1, invoice(pledge)), invoice=replace(invoice(pledge), **changes))  # type: ignore[arg-type]
    _tell(book, charges=(told,))
    _tell(book, charges=(monthly_charge(1, invoice(pledge)),))
    assert _gifts(book) == [], "and it stays as it was booked"
    with book.read() as session:
        assert session.scalars(select(entry.c.source_key).where(entry.c.source_key.like("charge/%"))).all() == [
            "charge/ch_1"
        ]
    assert _credited(book, 2020) == 6_725


def test_a_pledge_says_what_stripe_says_and_what_has_ended_stays_ended(book: Database, pledge: str) -> None:
    _tell(book, stands=subscription(pledge, status="incomplete"))
    _tell(book, stands=subscription(pledge))
    row = _pledge(book)
    assert (row.subscription_id, row.customer_id, row.status) == ("sub_1", "cus_1", "active")
    assert row.period_end == NOON + timedelta(days=30)
    pause = NOON + timedelta(days=60)
    _tell(book, stands=subscription(pledge, is_paused=True, paused_until=pause))
    assert (_pledge(book).is_paused, _pledge(book).paused_until) == (1, pause)
    _tell(book, stands=subscription(pledge, status="canceled", cancel_at=NOON))
    _tell(book, stands=subscription(pledge, status="active"))
    assert (_pledge(book).status, _pledge(book).cancel_at) == ("canceled", NOON)
    _tell(book, stands=subscription("p_0000000000000000", subscription_id="sub_9"))
    _tell(book, stands=subscription(pledge, instance="another.house", subscription_id="sub_9"))
    assert _pledge(book).subscription_id == "sub_1"


def test_what_stripe_said_to_an_earlier_question_never_overwrites_what_it_said_to_a_later_one(
    book: Database, pledge: str
) -> None:
    later, earlier = NOON + timedelta(seconds=1), NOON
    _tell(book, stands=subscription(pledge, status="past_due"), asked_at=earlier)
    _tell(book, stands=subscription(pledge, is_paused=True), asked_at=later)
    _tell(book, stands=subscription(pledge, status="past_due"), asked_at=earlier)
    assert (_pledge(book).status, _pledge(book).is_paused, _pledge(book).asked_at) == ("active", 1, later)
    _tell(book, stands=subscription(pledge), asked_at=later)
    assert (_pledge(book).status, _pledge(book).is_paused) == ("active", 0)


def test_a_second_subscription_of_one_pledge_is_a_treasurers_task_and_its_money_still_counts(
    book: Database, pledge: str
) -> None:
    _tell(book, stands=subscription(pledge))
    _tell(book, stands=subscription(pledge, subscription_id="sub_2", status="active"))
    with book.read() as session:
        assert session.scalars(select(Alarm.subject).where(Alarm.kind == "second_subscription")).all() == ["sub_2"]
    assert _pledge(book).subscription_id == "sub_1"
    _tell(book, charges=(monthly_charge(1, invoice(pledge, subscription_id="sub_2")),))
    assert len(_gifts(book)) == 1
    _tell(book, stands=subscription(pledge, status="canceled", cancel_at=NOON))
    _tell(book, stands=subscription(pledge, subscription_id="sub_2", status="active"))
    assert (_pledge(book).subscription_id, _pledge(book).status) == ("sub_2", "active")


def test_an_instalment_paid_twice_is_two_gifts_and_the_treasurers_task_until_one_went_back(
    book: Database, pledge: str
) -> None:
    paid = invoice(pledge)
    first, second = monthly_charge(1, paid), monthly_charge(2, paid)
    _tell(book, charges=(first,))
    assert _open_alarms(book) == []
    for _ in range(2):
        _tell(book, charges=(first, second))
        assert _open_alarms(book) == [("paid_twice", "in_1")]
    assert [(gift.amount_cents, gift.fee_cover_cents) for gift in _gifts(book)] == [(6_500, 225)] * 2
    tick(book)
    assert len(numbers(book)) == 2
    part = refund("1", 25, charge_id="ch_2")
    _tell(book, charges=(first, replace(second, refunds=(part,))))
    assert _open_alarms(book) == [("paid_twice", "in_1")]
    rest = refund("2", 6_700, charge_id="ch_2", hours=2)
    _tell(book, charges=(first, replace(second, refunds=(part, rest))))
    assert _open_alarms(book) == []
    back = replace(rest, status="failed")
    _tell(book, charges=(first, replace(second, refunds=(part, back))))
    assert ("paid_twice", "in_1") in _open_alarms(book)


def test_an_instalment_paid_by_another_try_or_of_another_house_is_not_paid_twice(book: Database, pledge: str) -> None:
    paid = invoice(pledge)
    failed = monthly_charge(1, paid, status="failed", balance_transaction=None)
    _tell(book, charges=(failed, monthly_charge(2, paid)))
    foreign = invoice(pledge, invoice_id="in_2", instance="another.house")
    _tell(book, charges=(monthly_charge(3, foreign), monthly_charge(4, foreign)))
    assert [kind for kind, _ in _open_alarms(book)] == ["suspense", "suspense"]


def test_letters_are_owed_once_for_each_thing_that_happened(book: Database, pledge: str) -> None:
    end = NOON + timedelta(days=30)
    for stands in (
        subscription(pledge, status="incomplete"),
        subscription(pledge),
        subscription(pledge),
        subscription(pledge, is_paused=True),
        subscription(pledge, is_paused=True),
        subscription(pledge, cancel_at=end),
        subscription(pledge, cancel_at=end, status="canceled"),
    ):
        _tell(book, stands=stands)
    assert _owed(book) == [
        ("mail_pledge_begun", f"mail/pledge_begun/{pledge}"),
        ("mail_pledge_paused", f"mail/pledge_paused/{pledge}/2026-11-22"),
        ("mail_pledge_ended", f"mail/pledge_ended/{pledge}/2026-12-22"),
    ]


def test_one_letter_is_owed_for_each_failed_attempt_and_none_for_a_debit_under_way(
    book: Database, pledge: str
) -> None:
    behind = subscription(pledge, status="past_due")
    later = NOON + timedelta(days=3)
    unpaid = invoice(pledge, status="open", next_attempt_at=later)
    _tell(book, stands=subscription(pledge), invoices=(unpaid,))
    _tell(book, stands=behind, invoices=(unpaid,))
    _tell(book, stands=behind, invoices=(unpaid,))
    _tell(book, stands=behind, invoices=(replace(unpaid, attempt_count=2, next_attempt_at=None),))
    _tell(book, stands=behind, invoices=(replace(unpaid, attempt_count=3, status="void"),))
    assert _owed(book)[1:] == [
        ("mail_pledge_failed", "mail/pledge_failed/in_1/1"),
        ("mail_pledge_failed_last", "mail/pledge_failed/in_1/2"),
    ]


def test_a_bank_debits_gift_is_of_the_day_its_funds_settled(book: Database, pledge: str) -> None:
    authorised, settled = NOON - timedelta(days=4), NOON
    told = monthly_charge(1, invoice(pledge), method="ach", created_at=authorised)
    assert told.balance_transaction is not None
    told = replace(told, balance_transaction=replace(told.balance_transaction, created_at=settled))
    _tell(book, charges=(told,))
    with book.read() as session:
        row = session.scalars(select(GiftSettlement)).one()
    assert (row.gift_on_basis, row.gift_on, row.charged_at) == ("settled", books().day_of(settled), authorised)


def test_the_first_debit_of_a_pledge_that_fails_is_told_once(book: Database, pledge: str) -> None:
    failed = replace(checkout("cs_1", gift=None), pledge=pledge, payment_status="unpaid", has_failed=True)
    for _ in range(2):
        book.write(lambda session: settle_family(session, Family(checkout=failed), books()))
    assert _owed(book) == [("mail_gift_failed", f"mail/gift_failed/{pledge}/1")]
