"""Monthly gifts at the desk: one form is one pledge, its checkout is monthly, and what Stripe says is what stands."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from donations.database import Database
from donations.errors import DonationError, FieldRefusedError, StripeAwayError
from donations.gateways.files import FileFolder
from donations.giving import Begun, PledgeFacts, PledgeStanding, Wish, pledge_state
from donations.ports import CheckoutOrder, Family
from donations.tables import CheckoutAttempt, Contact, Gift, GiftSettlement, InboxRow, Pledge, PledgeContact
from tests.clerk_room import BASE_URL, NOON
from tests.giving_room import (
    ASKER,
    FakeClock,
    FakeMailer,
    FakePayments,
    Outside,
    begin,
    books,
    giving_desk,
    opened_form,
    ring,
    tell,
    worker,
)
from tests.pledge_room import MONTHLY, invoice, monthly_charge, subscription


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that moves when told."""
    return FakeClock()


@pytest.fixture
def payments() -> FakePayments:
    """Give a card processor without a fault."""
    return FakePayments()


def _count(book: Database, table: type[Gift | Pledge | CheckoutAttempt | InboxRow]) -> int:
    with book.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_monthly_wish_becomes_a_pledge_and_no_gift(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    begun = begin(giving_desk(book, payments, clock), clock, replace(MONTHLY, preference="coats", appeal="spring"))
    with book.read() as session:
        pledge = session.scalars(select(Pledge)).one()
        written = session.scalars(select(PledgeContact)).one()
        attempt = session.scalars(select(CheckoutAttempt)).one()
        assert session.scalars(select(Contact)).all() == []
    assert (pledge.reference, pledge.amount_cents, pledge.fee_cover_cents) == (begun.reference, 6_500, 225)
    assert (pledge.preference_code, pledge.appeal, pledge.status) == ("coats", "spring", None)
    assert (written.name, written.email) == ("Alex Example", "alex@example.org")
    assert (attempt.pledge_id, attempt.gift_id, attempt.checkout_id) == (pledge.id, None, "cs_1")
    assert begun.reference.startswith("p_")
    assert _count(book, Gift) == 0


def test_its_checkout_is_ordered_monthly_under_the_pledges_reference(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    begun = begin(giving_desk(book, payments, clock), clock, MONTHLY)
    (order,) = payments.orders
    assert order == CheckoutOrder(
        key=f"checkout/{begun.reference}/1",
        reference=begun.reference,
        frequency="monthly",
        amount_cents=6_500,
        fee_cover_cents=225,
        email="alex@example.org",
        success_url=f"{BASE_URL}/thanks/{begun.thanks_token}",
        cancel_url=f"{BASE_URL}/give",
        expires_at=order.expires_at,
    )


def test_a_pledge_is_kept_while_stripe_is_away_and_the_same_form_then_succeeds(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    desk, form = giving_desk(book, payments, clock), opened_form(clock)
    payments.faults.append(StripeAwayError("Stripe does not answer."))
    with pytest.raises(StripeAwayError):
        desk.begin(MONTHLY, form_token=form, asker=ASKER)
    clock.move_on(minutes=2)
    assert desk.begin(MONTHLY, form_token=form, asker=ASKER).checkout_id == "cs_1"
    assert payments.orders[0] == payments.orders[1]
    assert (_count(book, Pledge), _count(book, CheckoutAttempt)) == (1, 1)


def test_one_form_is_one_promise_monthly_or_once_however_often_and_fast_it_is_sent(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    desk, form = giving_desk(book, payments, clock), opened_form(clock)

    def send(asked: Wish) -> Begun | DonationError:
        try:
            return desk.begin(asked, form_token=form, asker=ASKER)
        except FieldRefusedError as refusal:
            return refusal

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, [MONTHLY, replace(MONTHLY, frequency="once")] * 4))
    assert len({answer for answer in answers if isinstance(answer, Begun)}) == 1
    assert sum(isinstance(answer, FieldRefusedError) for answer in answers) == 4
    assert _count(book, Gift) + _count(book, Pledge) == 1
    assert _count(book, CheckoutAttempt) == 1


def test_the_thanks_page_of_a_pledge_is_found_by_its_secret_alone(
    book: Database, clock: FakeClock, payments: FakePayments
) -> None:
    desk = giving_desk(book, payments, clock)
    begun = begin(desk, clock, MONTHLY)
    stands = desk.stand_of(begun.thanks_token)
    assert isinstance(stands, PledgeStanding)
    assert (stands.reference, stands.state, stands.latest_gift) == (begun.reference, "promised", None)
    assert desk.stand_of(begun.reference) is None
    desk.ask_for_news(begun.thanks_token)
    with book.read() as session:
        row = session.scalars(select(InboxRow)).one()
    assert (row.object_type, row.object_id) == ("checkout.session", "cs_1")


@pytest.mark.parametrize(
    ("status", "paused", "outcomes", "state"),
    [
        (None, False, (), "promised"),
        (None, False, (None,), "promised"),
        (None, False, ("paid",), "promised"),
        (None, False, ("processing",), "processing"),
        (None, False, ("expired", "failed"), "abandoned"),
        (None, False, ("expired", "open"), "promised"),
        ("incomplete", False, ("paid",), "processing"),
        ("incomplete_expired", False, ("paid",), "ended"),
        ("trialing", False, ("paid",), "active"),
        ("active", False, ("paid",), "active"),
        ("active", True, ("paid",), "paused"),
        ("paused", False, ("paid",), "paused"),
        ("past_due", False, ("paid",), "past_due"),
        ("past_due", True, ("paid",), "past_due"),
        ("unpaid", False, ("paid",), "past_due"),
        ("canceled", True, ("paid",), "ended"),
        ("a_word_of_2027", False, ("paid",), "unclear"),
    ],
)
def test_a_pledges_state_follows_from_facts(
    status: str | None,
    paused: bool,  # noqa: FBT001  One fact of the table above.
    outcomes: tuple[str | None, ...],
    state: str,
) -> None:
    assert pledge_state(PledgeFacts(status=status, is_paused=paused, outcomes=outcomes)) == state


def test_a_month_paid_while_stripe_answers_nothing_for_hours_is_receipted_for_its_own_day(
    book: Database, clock: FakeClock, payments: FakePayments, tmp_path: Path
) -> None:
    reference = begin(giving_desk(book, payments, clock), clock, MONTHLY).reference
    charged_at = NOON - timedelta(hours=13)
    told = monthly_charge(1, invoice(reference), created_at=charged_at)
    payments.families["ch_1"] = StripeAwayError("Stripe does not answer.")
    tell(book, ring("evt_1"))
    outside = Outside(files=FileFolder(folder=tmp_path), clock=clock, payments=payments)
    for _ in range(3):
        worker(book, outside).drain()
        clock.move_on(hours=1)
    assert _count(book, Gift) == 0
    payments.families["ch_1"] = Family(charges=(told,), subscription=subscription(reference))
    clock.move_on(hours=6)
    worker(book, outside).drain()
    with book.read() as session:
        settled = session.scalars(select(GiftSettlement)).one()
    assert (settled.gift_on, settled.gift_on_basis) == (date(2026, 11, 21), "charged")
    assert books().day_of(clock.now()) == date(2026, 11, 22)
    assert isinstance(outside.mailer, FakeMailer)
    assert sorted(letter.subject.partition(" – ")[2].split(" ")[1] for letter in outside.mailer.letters) == [
        "monthly",
        "receipt",
    ]
