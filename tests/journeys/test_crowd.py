"""A crowd in one house: donors, refunds from two sides, redeliveries, workers and clerks, all at once."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from donations import clerk, refunding, tokens
from donations.clerk import Desk
from donations.errors import DonationError
from donations.filing import draw_clothing_fund_code, open_clothing_funds
from donations.invariants import audit
from donations.simulator import acts, control
from donations.simulator.delivery import Weather
from donations.tables import GiftSettlement, InboxRow, OutboxRow, Receipt, RefundRequest
from tests.databases import Foundry
from tests.simulation.proving import untrue_claims
from tests.simulation.world import World, open_world

_PATIENCE_SECONDS = 240.0
_CALM_ROUNDS_MAX = 30
_AMOUNTS = ("5.00", "25.50", "65.00", "130.00", "260.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cast:
    """How many threads play each part, and how much the parts that end by themselves do."""

    donors: int
    gifts_each: int
    treasurers: int
    refunds_each: int
    dashboards: int
    postmen: int
    sweepers: int
    workers: int = 2
    clerks: int = 2

    @property
    def threads(self) -> int:
        """Return how many play at once."""
        passing = self.donors + self.treasurers + self.dashboards
        return passing + self.postmen + self.sweepers + self.workers + self.clerks


_CASTS = {
    "postgresql": _Cast(donors=10, gifts_each=6, treasurers=8, refunds_each=6, dashboards=4, postmen=4, sweepers=2),
    "sqlite": _Cast(donors=3, gifts_each=6, treasurers=3, refunds_each=4, dashboards=1, postmen=2, sweepers=1),
}


@dataclass(slots=True)
class _Crowd:
    """One house, all who are in it, and what they did by their own count."""

    world: World
    over: threading.Event = field(default_factory=threading.Event)
    happened: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, times: int = 1) -> None:
        """Count something that was done."""
        with self._lock:
            self.happened[what] += times

    def insist(self, what: str, act: Callable[[], object]) -> None:
        """Do something, again and again while it is refused for the moment; a fault of ours ends the play."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                act()
            except DonationError:
                assert time.monotonic() < until, f"{what} was refused for {_PATIENCE_SECONDS} seconds"
                time.sleep(0.05)
            else:
                return self.note(what)

    def charges(self) -> list[str]:
        """Return the charges of every gift that has settled."""
        with self.world.rooms.database.read() as session:
            return [str(charge) for charge in session.scalars(select(GiftSettlement.charge_id))]


def _donor(crowd: _Crowd, cast: _Cast, number: int) -> None:
    """Give again and again, each gift paid at the till; who is refused for the moment comes again."""
    chance = random.Random(number)  # noqa: S311  Reproducible, no secret.
    for gift in range(cast.gifts_each):
        fields = {
            "amount": chance.choice(_AMOUNTS),
            "name": f"Donor {number}",
            "email": f"donor{number}-{gift}@example.org",
        } | ({"cover_fee": "1"} if chance.random() < 0.5 else {})
        crowd.insist("gift", lambda fields=fields: _give(crowd, fields))  # type: ignore[misc]


def _give(crowd: _Crowd, fields: dict[str, str]) -> None:
    begun = crowd.world.street.begin(fields)
    assert begun.checkout_id is not None
    control.pay(crowd.world.stripe, begun.checkout_id)


def _treasurer(crowd: _Crowd, cast: _Cast, number: int) -> None:
    """Ask for refunds of gifts; all treasurers look at the same few, so that they get into each other's way."""
    rooms, chance = crowd.world.rooms, random.Random(1000 + number)  # noqa: S311  As above.
    desk = refunding.RefundDesk(database=rooms.database, payments=rooms.payments, clock=rooms.clock)
    for charge in _while_there_are_charges(crowd, chance, cast.refunds_each):
        wish = refunding.RefundWish(
            reference=charge,
            amount_cents=chance.choice((1, 150, 200, 13_000)),
            reason="requested_by_customer",
            actor=f"treasurer {number}",
        )
        try:
            refunding.make_refund(desk, wish)
            crowd.note("refund asked")
        except DonationError:
            crowd.note("refund refused")


def _dashboard(crowd: _Crowd, cast: _Cast, number: int) -> None:
    """Give back in Stripe's Dashboard, without our knowledge, and let one in three fail afterwards."""
    chance = random.Random(2000 + number)  # noqa: S311  As above.
    for charge in _while_there_are_charges(crowd, chance, cast.refunds_each):
        try:
            made = acts.refund(crowd.world.stripe, charge, chance.choice((1, 100, 100, 300, None)))
            crowd.note("dashboard refund")
            if chance.random() < 1 / 3:
                acts.fail_refund(crowd.world.stripe, made.objects[0])
                crowd.note("dashboard refund failed")
        except DonationError:
            crowd.note("dashboard refund refused")


def _while_there_are_charges(crowd: _Crowd, chance: random.Random, times: int) -> Iterable[str]:
    """Yield a charge so many times, once there are any; the newest few, which all others look at too."""
    for _ in range(times):
        until = time.monotonic() + _PATIENCE_SECONDS
        while not (charges := crowd.charges()):
            assert time.monotonic() < until, "no gift ever settled"
            time.sleep(0.1)
        yield chance.choice(charges[-6:])
        crowd.over.wait(0.2)


def _postman(crowd: _Crowd, number: int) -> None:
    """Bring webhooks shuffled, twice, and some of them not at all; owe some again that were taken long ago."""
    chance = random.Random(3000 + number)  # noqa: S311  As above.
    while not crowd.over.is_set():
        weather = Weather(shuffle=True, duplicates=chance.randrange(2), lose=0.1, seed=chance.randrange(2**32))
        told = crowd.world.street.deliver(weather)
        crowd.note("event told", len(told.taken))
        for event in chance.sample(told.taken, min(2, len(told.taken))):
            crowd.note("event told again", control.resend(crowd.world.stripe, event))
        control.resend_lost(crowd.world.stripe)
        crowd.over.wait(0.05)


def _sweeper(crowd: _Crowd, _number: int) -> None:
    """Ask Stripe what was missed, and work it off."""
    while not crowd.over.is_set():
        try:
            crowd.world.sweep()
            crowd.note("sweep")
        except DonationError:
            crowd.note("sweep put off")
        crowd.over.wait(0.5)


def _worker(crowd: _Crowd, _number: int) -> None:
    """Do what is due: events, the clerk's work, documents and letters."""
    worker = crowd.world.worker()
    while not crowd.over.is_set():
        try:
            crowd.note("work", worker.run_round())
        except DonationError:
            crowd.note("round put off")
        crowd.over.wait(0.02)


def _clerk(crowd: _Crowd, _number: int) -> None:
    """Sit at the desk, a few papers at a time, whenever it is free."""
    rooms = crowd.world.rooms
    while not crowd.over.is_set():
        desk = Desk(
            organisation=rooms.settings.organisation,
            now=rooms.clock.now(),
            base_url=rooms.settings.base_url,
            draw_token=tokens.draw_hex_token,
        )
        try:
            sat = rooms.database.write(lambda session, desk=desk: clerk.advance(session, desk, 5))  # type: ignore[misc]
            crowd.note("filed by a clerk alone", sat.filed)
        except DonationError:
            crowd.note("sitting put off")
        crowd.over.wait(0.02)


def _play(crowd: _Crowd, cast: _Cast) -> None:
    """Let everyone begin at once; who goes on for ever stops when the others are done. Any fault is raised here."""
    with ThreadPoolExecutor(cast.threads) as pool:
        endless = [
            pool.submit(part, crowd, number)
            for part, count in (
                (_postman, cast.postmen),
                (_sweeper, cast.sweepers),
                (_worker, cast.workers),
                (_clerk, cast.clerks),
            )
            for number in range(count)
        ]
        passing = [
            pool.submit(part, crowd, cast, number)
            for part, count in (
                (_donor, cast.donors),
                (_treasurer, cast.treasurers),
                (_dashboard, cast.dashboards),
            )
            for number in range(count)
        ]
        try:
            for played in passing:
                played.result()
        finally:
            crowd.over.set()
        for played in endless:
            played.result()


def _calm_down(world: World) -> None:
    """Tell again what was lost and let everything that is owed be done."""
    for _ in range(_CALM_ROUNDS_MAX):
        control.resend_lost(world.stripe)
        world.street.deliver()
        world.worker().drain()
        world.sweep()
        with world.rooms.database.read() as session:
            owed = [
                session.scalar(select(func.count()).select_from(row).where(row.state.in_(("waiting", "leased"))))
                for row in (InboxRow, OutboxRow)
            ]
        if not any(owed):
            return
        world.pass_time(timedelta(hours=6))
    pytest.fail(f"still owed after {_CALM_ROUNDS_MAX} rounds: {owed}")


def _assert_no_refund_was_made_twice_or_too_large(world: World) -> None:
    """Each request that was made is one refund at Stripe, and no charge gave back more than it was."""
    with world.stripe.cabinet.open() as drawer:
        made = [refund for refund in drawer.page("refund", [], limit=-1) if refund["status"] != "failed"]
        charges = {charge["id"]: charge for charge in drawer.page("charge", [], limit=-1)}
    with world.rooms.database.read() as session:
        asked = session.execute(
            select(RefundRequest.reference, RefundRequest.state, RefundRequest.amount_cents)
        ).all()
    ours = Counter(refund["metadata"]["refund"] for refund in made if "refund" in refund["metadata"])
    assert ours == Counter(row.reference for row in asked if row.state == "made")
    assert {row.state for row in asked} <= {"made", "refused"}
    back: Counter[str] = Counter()
    for refund in made:
        back[refund["charge"]] += refund["amount"]
    assert [charge for charge, cents in back.items() if cents > charges[charge]["amount"]] == []
    assert [charge for charge in back if charges[charge]["amount_refunded"] != back[charge]] == []
    assert _surpluses_left_to_stripe(world, {name: charge["amount"] for name, charge in charges.items()}) == []


def _surpluses_left_to_stripe(world: World, cents_of: Mapping[str, int]) -> list[str]:
    """Return each request that Stripe had to refuse though our own earlier ones left too little for it.

    All of those were in our book before it was asked: our guard has to speak first. Refunds made in the Dashboard
    meanwhile are not counted, for nobody may have told us of them yet.
    """
    with world.rooms.database.read() as session:
        asked = session.execute(
            select(
                RefundRequest.reference, RefundRequest.charge_id, RefundRequest.state, RefundRequest.amount_cents
            ).order_by(RefundRequest.id)
        ).all()
    gone: Counter[str] = Counter()
    surplus = []
    for row in asked:
        if row.state == "made":
            gone[row.charge_id] += row.amount_cents
        elif gone[row.charge_id] + row.amount_cents > cents_of[row.charge_id]:
            surplus.append(row.reference)
    return surplus


@pytest.mark.slow
def test_a_crowd_of_gifts_refunds_redeliveries_workers_and_clerks_loses_and_doubles_nothing(
    foundry: Foundry, database_url: str, tmp_path: Path
) -> None:
    cast = _CASTS[foundry.engine]
    assert foundry.engine == "sqlite" or cast.threads == 32
    with open_world(database_url, tmp_path / "house") as world:
        crowd, today = _Crowd(world), world.today
        world.rooms.database.write(
            lambda session: open_clothing_funds(
                session, count=20, target_cents=13_000, opened_on=today, draw_code=draw_clothing_fund_code
            )
        )
        _play(crowd, cast)
        _calm_down(world)
        assert untrue_claims(world) == []
        _assert_no_refund_was_made_twice_or_too_large(world)
        gifts = cast.donors * cast.gifts_each
        with world.rooms.database.read() as session:
            assert [check for check in audit(session) if not check.ok] == []
            assert session.scalar(select(func.count()).select_from(GiftSettlement)) == gifts
            numbers = session.scalars(select(Receipt.n).where(Receipt.series == "R").order_by(Receipt.n)).all()
            requests = session.scalar(select(func.count()).select_from(RefundRequest))
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) >= gifts
        assert crowd.happened["gift"] == gifts
        assert requests is not None
        assert requests >= crowd.happened["refund asked"] / 2 > 0
        for what in ("dashboard refund", "event told again", "sweep", "work", "filed by a clerk alone"):
            assert crowd.happened[what] > 0, crowd.happened
        print(f"{cast.threads} threads on {foundry.engine}: {dict(crowd.happened)}")  # noqa: T201  For pytest -s.
