"""The alarm of operations' fund: raised when it can hardly carry fees any more, and lowered when it can again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from donations import alarms, postings
from donations.database import Database
from donations.reporting.promise import PromiseState
from donations.settings import Settings
from donations.worker import sweep_when_due
from donations.worker.fund_watch import EVERY, watch_operations
from tests.money_facts import NOW, TODAY, fee, gift, post
from tests.simulation.world import open_world, simulated_settings


@dataclass(slots=True)
class Watch:
    """A watch over one book, hour by hour."""

    book: Database
    settings: Settings
    now: datetime = NOW

    def look(self) -> tuple[PromiseState | None, list[str]]:
        """Look an hour later; return how operations stands and which alarms are open."""
        self.now += EVERY
        state = watch_operations(self.book, self.settings, self.now)
        return state, open_alarms(self.book)

    def reserve(self, cents: int) -> None:
        """Set what operations should have."""
        organisation = msgspec.structs.replace(self.settings.organisation, operations_reserve_cents=cents)
        self.settings = replace(self.settings, organisation=organisation)

    def fund(self, cents: int, *, day: int) -> None:
        """Put cents into operations' bank account, by the opening balance of a day so many days ago."""
        entry = postings.opening_balance(
            day=TODAY - timedelta(days=day),
            fund="operations",
            account="assets:bank:operations",
            cents=cents,
            happened_at=NOW,
        )
        post(self.book, entry)


def open_alarms(book: Database) -> list[str]:
    """Return the kinds of what is open."""
    with book.read() as session:
        return [one.kind for one in alarms.list_open_alarms(session)]


@pytest.fixture
def watch(book: Database, tmp_path: Path) -> Watch:
    """Watch a new book, whose operations has nothing and owes nothing."""
    return Watch(book, simulated_settings("sqlite://", tmp_path))


def test_a_fund_below_what_it_should_have_is_alarmed_and_the_alarm_ends_by_itself(watch: Watch) -> None:
    assert watch.look() == ("kept", [])
    watch.reserve(50_000)
    watch.fund(49_999, day=3)
    assert watch.look() == ("warning", ["operations_low"])
    assert watch.look() == ("warning", ["operations_low"])
    watch.fund(1, day=2)
    assert watch.look() == ("kept", [])
    watch.reserve(50_001)
    assert watch.look() == ("warning", ["operations_low"]), "It comes again as often as the fund runs low."


def test_fees_that_no_money_of_operations_carries_break_the_promise_and_money_mends_it(watch: Watch) -> None:
    post(watch.book, gift(), fee(cents=407))
    assert watch.look() == ("broken", ["operations_broken"])
    watch.reserve(1_000)
    watch.fund(500, day=3)
    assert watch.look() == ("warning", ["operations_low"])
    watch.fund(907, day=2)
    assert watch.look() == ("kept", [])


def test_without_a_setting_twice_last_months_fees_is_what_it_should_have(watch: Watch) -> None:
    watch.fund(1_000, day=3)
    post(watch.book, gift(), fee(cents=407))
    assert watch.look() == ("kept", []), "This month's fees are not last month's."
    watch.now += timedelta(days=20)
    assert watch.look() == ("warning", ["operations_low"]), "593 cents are less than 814."


def test_of_many_workers_one_looks_and_only_once_an_hour(watch: Watch) -> None:
    watch.reserve(1)
    barrier, later = threading.Barrier(4), NOW + timedelta(days=1)

    def look(_: int) -> PromiseState | None:
        barrier.wait()
        return watch_operations(watch.book, watch.settings, later)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(look, range(4)), key=str) == [None, None, None, "warning"]
    assert watch_operations(watch.book, watch.settings, later + EVERY - timedelta(seconds=1)) is None
    assert open_alarms(watch.book) == ["operations_low"]


def test_a_worker_that_sweeps_watches_the_fund(database_url: str, tmp_path: Path) -> None:
    with open_world(database_url, tmp_path / "house") as world:
        shop = world.worker().workshop
        dear = msgspec.structs.replace(shop.settings.organisation, operations_reserve_cents=10**11)
        sweep_when_due(replace(shop, settings=replace(shop.settings, organisation=dear)))
        assert open_alarms(shop.database) == ["operations_low"]
        world.pass_time(timedelta(hours=1))
        sweep_when_due(shop)
        assert open_alarms(shop.database) == []
