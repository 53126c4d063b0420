"""Cases of monthly gifts: a first month that fails, a card that dies, a donor who stops, funds all closed."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from sqlalchemy import func, select

from donations import invariants, ledger
from donations.cli.playing import Street
from donations.filing import close_clothing_fund
from donations.simulator import acts, control, pledge_control, subscription_acts
from donations.tables import GiftSettlement, OutboxRow, Pledge, Receipt, clothing_fund, designation
from tests.journeys.houses import FOUNDED_ON

_MONTHLY = {"amount": "130.00", "name": "Ada Example", "email": "ada@example.org", "frequency": "monthly"}
_GIFT_CENTS = 13_000


def _pledge(street: Street) -> str:
    """Let a donor begin a monthly gift by card; return its reference."""
    pledge = street.give(_MONTHLY, how="paid").begun.reference
    street.deliver_and_drain()
    return pledge


def _status(street: Street, pledge: str) -> str | None:
    with street.rooms.database.read() as session:
        return session.scalars(select(Pledge.status).where(Pledge.reference == pledge)).one()


def _gifts(street: Street) -> int:
    """Return how many gifts settled; each has its receipt, every letter was sent, and the book is whole."""
    with street.rooms.database.read() as session:
        gifts = session.scalar(select(func.count()).select_from(GiftSettlement)) or 0
        assert session.scalar(select(func.count()).select_from(Receipt)) == gifts
        assert {row.state for row in session.scalars(select(OutboxRow))} <= {"done"}
        assert [check for check in invariants.audit(session) if not check.ok] == []
        assert ledger.balance(session, "children", "income:gifts") == -gifts * _GIFT_CENTS
    return gifts


def test_a_first_month_that_fails_and_is_paid_later_is_one_gift_with_one_receipt(street: Street) -> None:
    """Case 36: the bank refuses the first debit days later; the next try is paid."""
    pledge = street.give(_MONTHLY, how="debited").begun.reference
    street.deliver_and_drain()
    assert _gifts(street) == 0
    with street.stripe.cabinet.open() as drawer:
        (charged,) = drawer.page("charge", [], limit=-1)
    acts.end_debit(street.stripe, charged["id"], "failed")
    street.deliver_and_drain()
    assert _gifts(street) == 0
    pledge_control.replace_card(street.stripe, pledge)
    control.advance(street.stripe, timedelta(days=7))
    street.deliver_and_drain()
    assert _gifts(street) == 1
    assert _status(street, pledge) == "active"


def test_a_pledge_whose_card_dies_is_unpaid_then_canceled_and_books_nothing_more(street: Street) -> None:
    """Case 37."""
    pledge = _pledge(street)
    assert _gifts(street) == 1
    pledge_control.order_end_of_retries(street.stripe, "unpaid")
    pledge_control.order_card(street.stripe, pledge, "insufficient_funds")
    control.advance(street.stripe, timedelta(days=62))
    street.deliver_and_drain()
    assert _status(street, pledge) == "unpaid"
    subscription = pledge_control.subscription_of(street.stripe, pledge)
    with street.stripe.cabinet.open() as drawer:
        subscription_acts.cancel_subscription(drawer, subscription, {})
    street.deliver_and_drain()
    assert _status(street, pledge) == "canceled"
    control.advance(street.stripe, timedelta(days=62))
    street.deliver_and_drain()
    assert (_status(street, pledge), _gifts(street)) == ("canceled", 1)


def test_a_donor_who_stops_in_mid_month_keeps_the_paid_month_and_is_charged_no_more(street: Street) -> None:
    """Case 38."""
    pledge = _pledge(street)
    control.advance(street.stripe, timedelta(days=12))
    subscription = pledge_control.subscription_of(street.stripe, pledge)
    with street.stripe.cabinet.open() as drawer:
        subscription_acts.update_subscription(drawer, subscription, {"cancel_at_period_end": True})
    street.deliver_and_drain()
    assert (_status(street, pledge), _gifts(street)) == ("active", 1)
    control.advance(street.stripe, timedelta(days=80))
    street.deliver_and_drain()
    assert (_status(street, pledge), _gifts(street)) == ("canceled", 1)
    assert control.read_book(street.stripe).gross_cents == _GIFT_CENTS


def test_while_every_clothing_fund_is_closed_monthly_gifts_wait_in_the_pool_and_none_is_lost(street: Street) -> None:
    """Case 39."""
    pledge = _pledge(street)
    with street.rooms.database.read() as session:
        codes = session.scalars(select(clothing_fund.c.code)).all()
    closed_on = max(FOUNDED_ON, date(2026, 12, 1))
    for code in codes:
        street.rooms.database.write(partial(close_clothing_fund, code=code, closed_on=closed_on))
    for months in (2, 3, 4):
        pledge_control.renew(street.stripe, pledge)
        control.advance(street.stripe, timedelta(hours=2))
        street.deliver_and_drain()
        assert _gifts(street) == months
    with street.rooms.database.read() as session:
        tied = session.scalar(select(func.coalesce(func.sum(designation.c.cents), 0)))
    assert tied == 0, "what was set aside went back to the pool, and the rest never left it"
    assert _status(street, pledge) == "active"
