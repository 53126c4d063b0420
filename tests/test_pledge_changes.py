"""A donor changes a monthly gift by its link: noted at once, carried out by the worker, the last word stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from donations.correspondence import pledge_token
from donations.database import Database
from donations.errors import FieldRefusedError, StripeAwayError
from donations.gateways.files import FileFolder
from donations.giving import PledgeDesk, PledgeStanding, PledgeWish
from donations.giving.pledge_changes import first_day_after
from donations.ports import Family
from donations.settlement import settle_family
from donations.tables import OutboxRow, Pledge, PledgeChange
from tests.clerk_room import NOON
from tests.giving_room import (
    ASKER,
    KEYS,
    FakeClock,
    FakePayments,
    Outside,
    begin,
    books,
    giving_desk,
    opened_form,
    settings,
    worker,
)
from tests.pledge_room import MONTHLY, invoice, monthly_charge, subscription

MORE = PledgeWish(kind="amount", amount_cents=8_000, fee_cover_cents=271)
LESS = PledgeWish(kind="amount", amount_cents=2_000, fee_cover_cents=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A pledge that has begun, the desk behind its link, and all that stands around it."""

    book: Database
    clock: FakeClock
    payments: FakePayments
    outside: Outside
    pledge: str

    @property
    def desk(self) -> PledgeDesk:
        """Open the desk."""
        return PledgeDesk(database=self.book, payments=self.payments, clock=self.clock, settings=settings())

    @property
    def link(self) -> str:
        """Return the secret of the pledge's page."""
        return pledge_token(KEYS, self.pledge, now=self.clock.now())

    def ask(self, wish: PledgeWish, *, form: str | None = None) -> None:
        """Send a form of the page."""
        token = opened_form(self.clock) if form is None else form
        self.desk.ask_to_change(self.link, wish, form_token=token, asker=ASKER)

    def work(self) -> None:
        """Let the worker do everything that is due."""
        worker(self.book, self.outside).drain()

    def stand(self) -> PledgeStanding:
        """Return how the page shows it."""
        found = self.desk.stand_of(self.link)
        assert found is not None
        return found


@pytest.fixture
def counter(book: Database, tmp_path: Path) -> Counter:
    """Begin a pledge that Stripe has told of, its first gift settled."""
    clock, payments = FakeClock(), FakePayments()
    reference = begin(giving_desk(book, payments, clock), clock, MONTHLY).reference
    told = Family(charges=(monthly_charge(1, invoice(reference)),), subscription=subscription(reference))
    book.write(lambda session: settle_family(session, told, books()))
    payments.families["sub_1"] = Family(subscription=subscription(reference))
    outside = Outside(files=FileFolder(folder=tmp_path), clock=clock, payments=payments)
    return Counter(book=book, clock=clock, payments=payments, outside=outside, pledge=reference)


def _changes(book: Database) -> list[tuple[str, str]]:
    with book.read() as session:
        return [(row.kind, row.state) for row in session.scalars(select(PledgeChange).order_by(PledgeChange.id))]


def test_an_amount_is_asked_of_stripe_once_and_mailed(counter: Counter) -> None:
    counter.ask(MORE)
    assert (counter.stand().is_change_asked, counter.stand().amount_cents) == (True, 6_500)
    counter.work()
    asked = [(order.subscription_id, order.kind, order.amount_cents) for order in counter.payments.changed]
    assert asked == [("sub_1", "amount", 8_000)]
    stands = counter.stand()
    assert (stands.is_change_asked, stands.amount_cents, stands.fee_cover_cents) == (False, 8_000, 271)
    with counter.book.read() as session:
        owed = session.scalars(select(OutboxRow.state).where(OutboxRow.kind == "mail_pledge_changed")).all()
    assert owed == ["done"]


def test_the_same_form_sent_twice_asks_once(counter: Counter) -> None:
    form = opened_form(counter.clock)
    counter.ask(MORE, form=form)
    counter.ask(MORE, form=form)
    assert _changes(counter.book) == [("amount", "asked")]


def test_while_stripe_is_away_nothing_is_lost_and_the_last_word_stands(counter: Counter) -> None:
    counter.ask(MORE)
    counter.payments.faults.append(StripeAwayError("away"))
    counter.work()
    assert counter.payments.changed == []
    counter.ask(LESS)
    counter.clock.instant += timedelta(hours=2)
    counter.work()
    assert [order.amount_cents for order in counter.payments.changed] == [2_000]
    assert _changes(counter.book) == [("amount", "overtaken"), ("amount", "done")]


def test_a_day_asks_for_the_first_one_after_the_paid_month(counter: Counter) -> None:
    counter.ask(PledgeWish(kind="day", day=5))
    counter.work()
    (order,) = counter.payments.changed
    assert order.until is not None
    assert order.until > NOON + timedelta(days=30)
    assert order.until.astimezone(settings().zone).day == 5


@pytest.mark.parametrize(
    "wish",
    [
        PledgeWish(kind="day", day=0),
        PledgeWish(kind="day", day=29),
        PledgeWish(kind="pause"),
        PledgeWish(kind="pause", until=NOON.date()),
        PledgeWish(kind="pause", until=NOON.date() + timedelta(days=400)),
        PledgeWish(kind="resume"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(counter: Counter, wish: PledgeWish) -> None:
    with pytest.raises(FieldRefusedError):
        counter.ask(wish)
    assert _changes(counter.book) == []


def test_what_has_ended_is_not_changed(counter: Counter) -> None:
    counter.book.write(lambda session: setattr(session.scalars(select(Pledge)).one(), "status", "canceled"))
    with pytest.raises(FieldRefusedError):
        counter.ask(MORE)


@given(day=st.integers(1, 28), paid=st.dates(date(2026, 1, 1), date(2031, 12, 31)))
def test_the_next_day_is_after_the_paid_month_and_within_the_one_after(day: int, paid: date) -> None:
    found = first_day_after(day, paid)
    assert found.day == day
    assert timedelta(0) < found - paid <= timedelta(days=31)
