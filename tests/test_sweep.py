from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from donations import reconciliation
from donations.database import Database
from donations.errors import NotFoundError, StripeAwayError, StripeRefusedError
from donations.gateways.files import FileFolder
from donations.ports import BalanceTransaction, ChargeFacts, Family, RefundFacts, RefundOrder, Ring, StripeBalance
from donations.reconciliation import EVENT_TYPES
from donations.tables import HealedGap, InboxRow
from donations.worker import Worker, Workshop, look_at, sweep_now, sweep_when_due
from tests.clerk_room import NOON
from tests.giving_room import FakePayments, Outside, fee_row, ring, tell, worker
from tests.return_facts import balances, dispute, keys, payout, promise, refund, row, told


@dataclass
class FakeStripe(FakePayments):
    """A processor that also has a book of its own and remembers events."""

    rows: list[BalanceTransaction] = field(default_factory=list)
    events: list[Ring] = field(default_factory=list)
    balance: StripeBalance = field(default_factory=lambda: StripeBalance(available_cents=0, pending_cents=0))
    asked_from: list[datetime] = field(default_factory=list)

    def know(self, *charges: ChargeFacts) -> None:
        """Know these charges by every id that leads to them."""
        for charge in charges:
            self.families[charge.charge_id] = Family(charges=(charge,))
            for booked in rows_of(charge):
                self.rows.append(booked)
                self.families[booked.id] = Family(charges=(charge,))

    def list_balance_transactions(
        self, *, created_from: datetime, created_to: datetime | None = None
    ) -> Iterator[BalanceTransaction]:
        """Return the rows of that time, newest first."""
        assert created_to is None
        self.asked_from.append(created_from)
        if self.faults:
            raise self.faults.pop(0)
        found = [one for one in self.rows if one.created_at >= created_from]
        return iter(sorted(found, key=lambda one: one.created_at, reverse=True))

    def list_events(self, *, created_from: datetime, types: Sequence[str]) -> Iterator[Ring]:
        """Return the events of that time and these types."""
        return iter([one for one in self.events if one.created_at >= created_from and one.type in types])

    def fetch_balance(self) -> StripeBalance:
        """Return what it holds."""
        return self.balance

    def make_refund(self, order: RefundOrder) -> RefundFacts:
        """Refuse: nothing here gives money back."""
        raise StripeRefusedError(order.key)


def rows_of(charge: ChargeFacts) -> list[BalanceTransaction]:
    """Return every row of Stripe's book in a charge's family."""
    found = [charge.balance_transaction, charge.failure_balance_transaction]
    for one in charge.refunds:
        found += [one.balance_transaction, one.failure_balance_transaction]
    found += [each for one in charge.disputes for each in one.balance_transactions]
    return [each for each in found if each is not None]


@dataclass(frozen=True)
class Scene:
    """A house whose every outside is a fake."""

    stripe: FakeStripe
    outside: Outside
    worker: Worker

    @property
    def shop(self) -> Workshop:
        """Return the worker's tools."""
        return self.worker.workshop


@pytest.fixture
def scene(book: Database, tmp_path: Path) -> Scene:
    stripe = FakeStripe()
    outside = Outside(files=FileFolder(folder=tmp_path), payments=stripe)
    outside.clock.move_on(hours=3)
    return Scene(stripe=stripe, outside=outside, worker=worker(book, outside))


def _healed(book: Database) -> list[tuple[str, str]]:
    with book.read() as session:
        return reconciliation.list_healed(session, since=NOON - timedelta(days=900))


def _inbox(book: Database) -> int:
    with book.read() as session:
        return session.scalar(select(func.count()).select_from(InboxRow)) or 0


def test_a_charge_whose_every_webhook_was_lost_is_found_booked_and_written_down(book: Database, scene: Scene) -> None:
    scene.stripe.know(told(promise(book)))
    assert sweep_now(scene.shop).checked == 1
    scene.worker.drain()
    assert keys(book) == ["charge/ch_1", "btxn/txn_1"]
    assert _healed(book) == [("ch_1", "charge")]


def test_a_sweep_that_finds_nothing_new_puts_nothing_into_the_inbox(book: Database, scene: Scene) -> None:
    scene.stripe.know(told(promise(book)))
    sweep_now(scene.shop)
    scene.worker.drain()
    before = _inbox(book)
    assert sweep_now(scene.shop).found == 0
    assert _inbox(book) == before
    with book.read() as session:
        assert session.scalar(select(func.count()).select_from(HealedGap)) == 1


def test_what_a_webhook_told_is_no_gap_though_the_sweep_was_faster(book: Database, scene: Scene) -> None:
    charged = told(promise(book))
    scene.stripe.know(charged)
    sweep_now(scene.shop)
    tell(book, ring("evt_1", created_at=charged.created_at))
    scene.worker.drain()
    assert keys(book) == ["charge/ch_1", "btxn/txn_1"]
    assert _healed(book) == []


def test_a_return_whose_own_webhook_was_lost_is_a_gap_of_its_own(book: Database, scene: Scene) -> None:
    charged = told(promise(book))
    scene.stripe.know(charged)
    tell(book, ring("evt_1", created_at=charged.created_at))
    scene.worker.drain()
    scene.stripe.rows.clear()
    taken = row("dp", -8_000, hours=2, type="adjustment")
    scene.stripe.know(replace(charged, refunds=(refund("1", 5_000),), disputes=(dispute(taken),)))
    sweep_now(scene.shop)
    scene.worker.drain()
    assert _healed(book) == [("re_1", "refund"), ("dp_1", "dispute")]


def test_a_gift_older_than_stripes_memory_of_events_is_healed_by_its_row(book: Database, scene: Scene) -> None:
    scene.stripe.know(told(promise(book)))
    scene.stripe.events.append(ring("evt_1", created_at=NOON))
    scene.outside.clock.move_on(days=400)
    swept = sweep_now(scene.shop)
    assert (swept.checked, swept.found) == (1, 1)
    scene.worker.drain()
    assert _healed(book) == [("ch_1", "charge")]


def test_an_event_of_an_object_without_a_row_leads_to_its_object(book: Database, scene: Scene) -> None:
    charged = told(promise(book), balance_transaction=None)
    scene.stripe.families["ch_1"] = Family(charges=(charged,))
    scene.stripe.events.append(ring("evt_1", created_at=NOON))
    sweep_now(scene.shop)
    scene.worker.drain()
    assert keys(book) == ["charge/ch_1"]
    assert _healed(book) == [("ch_1", "charge")]


def test_the_next_sweep_asks_from_the_last_less_two_hours_and_a_week_back_once_a_day(
    book: Database, scene: Scene
) -> None:
    began = scene.shop.clock.now()
    assert sweep_when_due(scene.shop) == 0
    scene.outside.clock.move_on(minutes=14)
    sweep_when_due(scene.shop)
    assert len(scene.stripe.asked_from) == 1
    scene.outside.clock.move_on(minutes=2)
    sweep_when_due(scene.shop)
    assert scene.stripe.asked_from[1:] == [began - timedelta(hours=2)]
    scene.outside.clock.move_on(days=1)
    sweep_when_due(scene.shop)
    assert scene.stripe.asked_from[2] == scene.shop.clock.now() - timedelta(days=7)
    del book


def test_a_sweep_while_stripe_is_away_moves_no_mark_and_stops_no_round(book: Database, scene: Scene) -> None:
    scene.stripe.know(told(promise(book)))
    scene.stripe.faults.append(StripeAwayError("away"))
    assert sweep_when_due(scene.shop) == 0
    with book.read() as session:
        assert reconciliation.read_mark(session, "balance_transactions") is None
    scene.outside.clock.move_on(minutes=16)
    assert sweep_when_due(scene.shop) == 1


def test_of_many_workers_one_sweeps(book: Database, scene: Scene) -> None:
    for turn in (1, 2):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(sweep_when_due, [scene.shop] * 8))
        assert len(scene.stripe.asked_from) == turn
        scene.outside.clock.move_on(minutes=16)
    del book


def test_open_disputes_are_looked_at_in_every_sweep_until_they_end(book: Database, scene: Scene) -> None:
    taken = row("dp", -13_000, hours=1, type="adjustment")
    charged = told(promise(book), disputes=(dispute(taken),))
    scene.stripe.know(charged)
    sweep_now(scene.shop)
    scene.worker.drain()
    lost = replace(charged, disputes=(dispute(taken, status="lost"),))
    scene.stripe.families["dp_1"] = Family(charges=(lost,))
    scene.outside.clock.move_on(days=30)
    assert sweep_now(scene.shop).found == 1
    scene.worker.drain()
    assert keys(book)[-1] == "dispute/dp_1/lost"
    scene.outside.clock.move_on(days=1)
    assert sweep_now(scene.shop).found == 0


def test_one_object_is_looked_at_by_its_id_or_the_gifts_reference(book: Database, scene: Scene) -> None:
    reference = promise(book)
    scene.stripe.know(told(reference))
    assert look_at(scene.shop, "ch_1") == 1
    scene.worker.drain()
    assert keys(book) == ["charge/ch_1", "btxn/txn_1"]
    assert look_at(scene.shop, reference) == 1
    with pytest.raises(NotFoundError):
        look_at(scene.shop, "ch_nobody_knows")


def test_a_payout_whose_charges_were_never_told_settles_them_first(book: Database, scene: Scene) -> None:
    scene.stripe.know(told(promise(book)))
    paid = payout((fee_row(1),), 13_000 - 407)
    scene.stripe.families["po_1"] = Family(payout=paid)
    tell(book, ring("evt_1", object_id="po_1", object_type="payout", created_at=paid.created_at))
    scene.worker.drain()
    assert balances(book)["children", "assets:in-transit"] == 13_000
    assert balances(book)["operations", "assets:in-transit"] == -407
    assert _healed(book) == [("ch_1", "charge")]


def test_every_type_is_named_once() -> None:
    assert len(EVENT_TYPES) == len(set(EVENT_TYPES))
