"""A gift is held, answered for, settled and refunded at once: PostgreSQL lets both read, so one has to wait."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from donations import earmarks
from donations.database import Database
from donations.earmarks import Hold
from donations.errors import FieldRefusedError
from donations.settlement import settle_charge
from donations.tables import Gift, GiftReview, GiftSettlement, returned
from tests.clerk_room import NOON
from tests.consent_room import desk, hold, settle_charge_of
from tests.giving_room import books, charge
from tests.races import meet
from tests.return_facts import balances, covered, promise, row

pytestmark = pytest.mark.parametrize("foundry", ["postgresql"], indirect=True)
"""On SQLite there is one writer: the second never reads before the first has committed."""


def test_a_gift_that_is_held_while_its_charge_waits_for_its_lock_is_held(book: Database) -> None:
    reference = promise(book, covered())
    asked = Hold(reference=reference, reason="own_relative")
    meet(
        book,
        lambda session: earmarks.hold_gift(session, asked, now=NOON),
        lambda: settle_charge_of(book, reference),
    )
    with book.read() as session:
        assert session.scalars(select(GiftSettlement.gift_id)).all() == []
        assert session.scalars(select(GiftReview.charge_id)).all() == ["ch_1"]


def test_a_gift_whose_charge_is_booked_while_somebody_would_hold_it_is_held_no_more(book: Database) -> None:
    reference = promise(book, covered())
    told = charge(1, gift=reference, amount_cents=10_330)

    def refused() -> None:
        with pytest.raises(FieldRefusedError, match="is settled"):
            hold(book, reference, "for Jayden only")

    meet(book, lambda session: settle_charge(session, told, books()), refused)
    with book.read() as session:
        assert session.scalars(select(GiftReview.gift_id)).all() == []


def test_a_donor_who_answers_while_the_money_is_booked_waits_and_nobody_fails(book: Database) -> None:
    reference = promise(book, covered())
    hold(book, reference, "for Jayden only")
    told = charge(1, gift=reference, amount_cents=10_330)
    gift = select(Gift.id).where(Gift.reference == reference)
    meet(
        book,
        lambda session: session.execute(gift.with_for_update()),
        lambda: desk(book).record(reference, agrees=True, by="donor"),
        then=lambda session: settle_charge(session, told, books()),
    )
    with book.read() as session:
        assert len(session.scalars(select(GiftSettlement.gift_id)).all()) == 1


def test_a_debit_taken_back_while_its_donor_agrees_to_the_pool_is_a_return_of_the_gift(book: Database) -> None:
    reference = promise(book, covered())
    hold(book, reference, "for Jayden only")
    settle_charge_of(book, reference)
    late = row("late", -10_330, hours=2, type="payment_failure_refund", reporting_category="charge_failure")
    taken = replace(charge(1, gift=reference, amount_cents=10_330), status="failed", failure_balance_transaction=late)
    consents = desk(book)
    meet(
        book,
        lambda session: consents.carry_out(session, reference, agrees=True, by="donor"),
        lambda: book.write(lambda session: settle_charge(session, taken, books())),
    )
    with book.read() as session:
        assert len(session.scalars(select(GiftSettlement.gift_id)).all()) == 1
        back = session.execute(select(returned.c.children_cents, returned.c.operations_cents)).one()
    assert tuple(back) == (10_000, 330)
    left = balances(book)
    assert (left["children", "income:chargebacks"], left["operations", "income:chargebacks"]) == (10_000, 330)
