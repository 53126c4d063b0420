"""Stripe answers nothing for three hours over New Year's Eve: kind pages, nothing lost, receipts of the right day."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from werkzeug.test import Client, TestResponse

from donations import archive, invariants, ledger, reconciliation
from donations.app import create_app
from donations.cli.playing import PlayedGift, Street, open_street
from donations.gateways.breaker import Breaker
from donations.gateways.stripe_payments import StripePayments
from donations.leases import TRIES_MAX
from donations.simulator import control
from donations.simulator.client import SIMULATED_KEY
from donations.simulator.delivery import sign
from donations.simulator.events import payload_of
from donations.tables import Alarm, Gift, GiftSettlement, InboxRow, OutboxRow, Receipt
from donations.wiring import Rooms, open_rooms
from tests.databases import Foundry
from tests.giving_room import FakeMailer
from tests.journeys.houses import QuickPress, founded

_LAST_MINUTES = datetime(2027, 1, 1, 7, 50, tzinfo=UTC)
"""Ten minutes before midnight of 31 December 2026 in Las Vegas; long since New Year in UTC."""
_NEW_YEARS_EVE, _NEW_YEARS_DAY = date(2026, 12, 31), date(2027, 1, 1)
_OUTAGE = timedelta(hours=3)
_DONORS = 6
_FORM = {"amount": "130.00", "cover_fee": "1", "name": "Ada Example", "email": "late@example.org"}
_TOKEN = re.compile(r'name="form_token"[^>]*value="([^"]+)"')
_KIND = "The card processor does not answer just now. Nothing was charged; please try again shortly."


@dataclass(frozen=True, slots=True)
class _Night:
    """The street on New Year's Eve, with a mail server and press that take no time."""

    street: Street
    mailer: FakeMailer

    @property
    def rooms(self) -> Rooms:
        return self.street.rooms

    def browser(self) -> _Browser:
        """Open a browser of its own before the same web application."""
        return _Browser(Client(create_app(self.rooms)), self.rooms.settings.base_url)

    def ring(self, event_id: str) -> int:
        """Bring one signed event to the door, as one that was on its way before Stripe fell silent; its status."""
        stripe = self.street.stripe
        with stripe.cabinet.open() as drawer:
            told = drawer.get("event", event_id)
            assert told is not None
            body, at = payload_of(told, "snapshot"), drawer.epoch
        headers = {"Stripe-Signature": sign(body, stripe.webhook_secrets(), at)}
        return self.street.door.post(
            "/webhooks/stripe",
            data=body,
            headers=headers,
            content_type="application/json",
            base_url=self.rooms.settings.base_url,
        ).status_code

    def inbox(self) -> list[InboxRow]:
        """Return every event that was stored."""
        with self.rooms.database.read() as session:
            return list(session.scalars(select(InboxRow).order_by(InboxRow.id)))

    def pass_time(self, by: timedelta) -> None:
        """Let time pass and a worker do what fell due, again and again, as one that runs all night."""
        step = timedelta(minutes=10)
        for _ in range(by // step):
            control.advance(self.street.stripe, step)
            self.street.worker().drain()


@dataclass(slots=True)
class _Browser:
    """A donor's browser without script: it keeps cookies and the form's token."""

    client: Client
    base_url: str
    token: str = ""

    def open_form(self) -> TestResponse:
        """Open the give form and keep its token."""
        answer = self.client.get("/give", base_url=self.base_url)
        self._keep_token(answer)
        return answer

    def send(self, **headers: str) -> TestResponse:
        """Send the form with the token that is in it."""
        answer = self.client.post(
            "/give",
            data={**_FORM, "form_token": self.token},
            headers={"Origin": self.base_url, **headers},
            base_url=self.base_url,
        )
        self._keep_token(answer)
        return answer

    def _keep_token(self, answer: TestResponse) -> None:
        found = _TOKEN.search(answer.get_data(as_text=True))
        self.token = found[1] if found else self.token


@pytest.fixture
def night(foundry: Foundry, tmp_path: Path, faces: Path) -> Iterator[_Night]:
    """Open the street ten minutes before the year ends."""
    with founded(foundry, tmp_path / "house", faces, clothing_funds=20) as settings, open_rooms(settings) as opened:
        mailer = FakeMailer()
        payments = StripePayments(
            SIMULATED_KEY,
            instance=opened.origin,
            http_client=opened.simulation,
            # The breaker's pause passes with the night, not with the machine's seconds.
            breaker=Breaker(tell_seconds=lambda: opened.clock.now().timestamp()),
        )
        street = open_street(replace(opened, payments=payments, printing=QuickPress(), mailer=mailer))
        control.set_clock(street.stripe, _LAST_MINUTES)
        yield _Night(street=street, mailer=mailer)


def _pay_before_midnight(night: _Night) -> list[PlayedGift]:
    """Let donors pay in the year's last minutes; nobody is told of it yet."""
    paid = []
    for number in range(_DONORS):
        fields = {**_FORM, "name": f"Donor {number}", "email": f"donor{number}@example.org"}
        paid.append(night.street.give(fields, how="paid"))
    return paid


def _gifts_by_day(night: _Night) -> dict[date, int]:
    with night.rooms.database.read() as session:
        days = session.execute(select(GiftSettlement.gift_on, func.count()).group_by(GiftSettlement.gift_on)).all()
    return {row[0]: row[1] for row in days}


def _assert_calm(night: _Night) -> None:
    """Nothing is parked, owed or open, and our book is the simulated Stripe's own."""
    with night.rooms.database.read() as session:
        assert [check for check in invariants.audit(session) if not check.ok] == []
        for row in (InboxRow, OutboxRow):
            assert set(session.scalars(select(row.state))) == {"done"}, row
        assert session.scalar(select(func.count()).select_from(Alarm).where(Alarm.cleared_at.is_(None))) == 0
        assert reconciliation.compare(session, night.rooms.payments.fetch_balance()).ok
        held = sum(ledger.balance(session, fund, "assets:stripe") for fund in ("children", "operations"))
    assert held == control.read_book(night.street.stripe).balance_cents > 0


@pytest.mark.slow
def test_stripe_silent_for_three_hours_over_new_years_eve_loses_nothing_and_dates_every_receipt_rightly(
    night: _Night,
) -> None:
    paid = _pay_before_midnight(night)
    events = [event for gift in paid if gift.played is not None for event in gift.played.events]
    assert len(events) == 4 * _DONORS
    assert night.rooms.clock.now() < datetime(2027, 1, 1, 8, tzinfo=UTC), "it is still the old year in Las Vegas"
    control.order_outage(night.street.stripe, _OUTAGE)

    assert [night.ring(event) for event in events] == [204] * len(events)
    night.street.worker().drain()
    assert [(row.state, row.last_refusal) for row in night.inbox()] == [("waiting", "StripeAwayError")] * len(events)
    assert all(row.due_at > row.received_at for row in night.inbox())

    night.pass_time(_OUTAGE - timedelta(minutes=10))
    assert _gifts_by_day(night) == {}
    tried = [row.tries for row in night.inbox()]
    assert min(tried) > 5, "a worker goes on trying"
    assert max(tried) < TRIES_MAX - 5, "with growing pauses, so that hours away are far from giving up"
    assert night.street.deliver().taken == (), "Stripe itself tells nothing while it is away"

    night.pass_time(timedelta(hours=5))
    assert _gifts_by_day(night) == {_NEW_YEARS_EVE: _DONORS}
    assert [row.state for row in night.inbox()] == ["done"] * len(events)
    _assert_receipts_say_new_years_eve(night)
    letters_before = len(night.mailer.letters)
    night.street.deliver()  # Now Stripe tells it all again, hours late.
    night.street.worker().drain()
    assert len(night.mailer.letters) == letters_before == _DONORS
    assert len(night.inbox()) == len(events)
    _assert_calm(night)


def _assert_receipts_say_new_years_eve(night: _Night) -> None:
    """Each receipt is issued in the new year, for a gift of the old one, and says both."""
    with night.rooms.database.read() as session:
        receipts = session.scalars(select(Receipt)).all()
        frozen = [json.loads(archive.frozen_facts_of(session, receipt.number)) for receipt in receipts]
    assert len(receipts) == _DONORS
    assert {(receipt.tax_year, receipt.issued_on) for receipt in receipts} == {(2026, _NEW_YEARS_DAY)}
    assert sorted(receipt.n for receipt in receipts) == list(range(1, _DONORS + 1))
    assert all("2026-12-31" in json.dumps(facts) for facts in frozen)


def test_who_gives_while_stripe_is_silent_sees_a_kind_page_keeps_the_form_and_gives_with_it_afterwards(
    night: _Night,
) -> None:
    control.order_outage(night.street.stripe, _OUTAGE)
    control.advance(night.street.stripe, timedelta(hours=2))
    browser = night.browser()
    assert browser.open_form().status_code == 200
    control.advance(night.street.stripe, timedelta(seconds=30))
    for _ in range(8):  # More often than the breaker needs to open: the page stays the same.
        answer = browser.send()
        page = answer.get_data(as_text=True)
        assert answer.status_code == 503
        assert _KIND in page
        assert 'value="Ada Example"' in page
        assert 'value="late@example.org"' in page
    problem = browser.send(Accept="application/json")
    assert (problem.status_code, problem.content_type) == (503, "application/problem+json")
    assert problem.get_json()["detail"] == _KIND
    with night.rooms.database.read() as session:
        promised = session.scalars(select(Gift.reference)).all()
    assert len(promised) == 1, "the promise is written down, once, before Stripe is asked"

    control.advance(night.street.stripe, timedelta(hours=1, minutes=5))
    led = browser.send()
    assert led.status_code == 303
    with night.street.stripe.cabinet.open() as drawer:
        (open_checkout,) = drawer.page("checkout.session", [], limit=-1)
    assert open_checkout["url"] == led.headers["Location"]
    control.pay(night.street.stripe, open_checkout["id"])
    night.street.deliver_and_drain()
    with night.rooms.database.read() as session:
        assert session.scalars(select(Gift.reference)).all() == promised
    assert _gifts_by_day(night) == {_NEW_YEARS_DAY: 1}
    assert [letter.to for letter in night.mailer.letters] == ["late@example.org"]
    _assert_calm(night)
