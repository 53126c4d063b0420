"""A year of gifts through the real house, its figures printed: in the end the book is Stripe's own, to 0.00."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select

from donations import ledger, reconciliation, refunding
from donations.cli.playing import Street
from donations.filing import draw_clothing_fund_code, open_clothing_funds
from donations.invariants import audit
from donations.money import format_dollars
from donations.simulator import acts, control
from donations.simulator.delivery import Weather
from donations.tables import GiftSettlement, HealedGap, InboxRow, OutboxRow, Receipt
from tests.simulation.crew import Crew, open_crew
from tests.simulation.proving import FUNDS, untrue_claims
from tests.simulation.world import World
from tests.simulation.year_plan import LAST_DAYS, Fate, Plan, PlannedGift, draw_plan

_LOST = 0.01
_CLOTHING_FUND_DAYS = 7
_CLOTHING_FUND_CENTS = 13_000
_SWEEP_DAYS = 7
"""In life the house sweeps every quarter of an hour, and looks a week back once a day; here less often."""
_CALM_ROUNDS_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFigures:
    """What came of the year; money in cents, time in seconds of the machine's."""

    gifts: int
    gift_cents: int
    pledge_months: int
    refunds: dict[str, int]
    disputes: dict[str, int]
    bank_returns: dict[str, int]
    payouts: int
    paid_out_cents: int
    children_cents: int
    operations_cents: int
    receipts: int
    letters: int
    events: int
    events_lost: int
    gaps_healed: int
    difference_cents: int
    payout_differences: int
    problems: tuple[str, ...]
    processes: int
    seconds: dict[str, float]
    """Of each kind of work; in two processes `worker` and `sweep` pass beside the others, not after them."""
    wall_seconds: float
    cpu_seconds: float
    events_per_second: float

    @property
    def ok(self) -> bool:
        """Return whether nothing differs and everything that must be true is."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """Return the figures as JSON shows them."""
        return {"ok": self.ok, **asdict(self)}


@dataclass(frozen=True, slots=True)
class _Clocks:
    wall: float = field(default_factory=time.perf_counter)
    cpu: float = field(default_factory=time.process_time)


@dataclass(slots=True)
class Year:
    """One year being lived: its world and plan, what is still to come, and where the time went."""

    world: World
    plan: Plan
    chance: random.Random
    crew: Crew
    to_come: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)

    @property
    def street(self) -> Street:
        """Return the street before the house."""
        return self.world.street

    def live(self) -> None:
        """Live every day of the year and the days after it, until nothing is owed any more."""
        acts.pay_out_daily(self.world.stripe)
        for number, (until, gifts) in enumerate(self.plan.days(), start=1):
            with self._timed("street"):
                if number % _CLOTHING_FUND_DAYS == 1:
                    self._care_for_children()
                for gift in gifts:
                    self._give(gift)
                self._let_come(until)
            self._work(sweeps=number % _SWEEP_DAYS == 0)
        for _ in range(LAST_DAYS):
            self.world.pass_time(timedelta(days=1))
            self._work(sweeps=True)
        self._calm_down()

    def figures(self, *, began: _Clocks, processes: int) -> YearFigures:
        """Ask the book, Stripe and the post room what came of the year."""
        report = self.crew.leave()
        self.world.pigeonholes.letters.extend(report.letters)
        with self._timed("proof"):
            found = _read_figures(self.world)
        spent = _Clocks()
        wall_seconds = spent.wall - began.wall
        return YearFigures(
            **found,
            pledge_months=self.plan.renewals,
            refunds=self._counts("ours", "dashboard"),
            disputes=self._counts("lost", "won", "inquiry"),
            bank_returns=self._counts("failed", "returned"),
            events_lost=self.happened["event_lost"],
            processes=processes,
            seconds={name: round(took, 1) for name, took in {**self.seconds, **report.seconds}.items()},
            wall_seconds=round(wall_seconds, 1),
            cpu_seconds=round(spent.cpu - began.cpu + report.cpu_seconds, 1),
            events_per_second=round(found["events"] / max(wall_seconds, 0.001), 1),
        )

    def _counts(self, *fates: Fate) -> dict[str, int]:
        return {fate: self.happened[fate] for fate in fates}

    def _give(self, gift: PlannedGift) -> None:
        self._go_to(gift.at)
        given = self.street.give(gift.fields, how=gift.how)
        charge_id = None if given.played is None else given.played.charge_id
        if charge_id is None:
            raise AssertionError(f"this gift came to no charge: {given.begun}")
        self.happened[gift.how] += 1
        if gift.fate != "stays":
            self.to_come.append((gift.at + gift.fate_after, partial(self._fulfil, gift, charge_id)))

    def _let_come(self, until: datetime) -> None:
        """Let everything happen that was to come by now, then let the day end."""
        self._go_to(until)
        due = [act for at, act in self.to_come if at <= until]
        self.to_come = [(at, act) for at, act in self.to_come if at > until]
        for act in due:
            act()

    def _fulfil(self, gift: PlannedGift, charge_id: str) -> None:
        """Let a gift's fate come."""
        stripe = self.world.stripe
        self.happened[gift.fate] += 1
        match gift.fate:
            case "ours":
                self._refund(charge_id, gift.cents)
            case "dashboard":
                acts.refund(stripe, charge_id, gift.cents, begins=self.chance.choice(("succeeded", "pending")))
                acts.order_refunds(stripe, "succeeded")
            case "failed" | "returned":
                acts.end_debit(stripe, charge_id, gift.fate)
            case _:
                self._dispute(gift.fate, charge_id)

    def _refund(self, charge_id: str, cents: int | None) -> None:
        self._rest()  # Only what is booked can be given back by us.
        rooms = self.world.rooms
        desk = refunding.RefundDesk(database=rooms.database, payments=rooms.payments, clock=rooms.clock)
        with self.world.stripe.cabinet.open() as drawer:
            whole = (drawer.get("charge", charge_id) or {})["amount"]
        wish = refunding.RefundWish(
            reference=charge_id, amount_cents=cents or whole, reason="requested_by_customer", actor="treasurer"
        )
        refunding.make_refund(desk, wish)

    def _dispute(self, end: Fate, charge_id: str) -> None:
        stripe = self.world.stripe
        opened = acts.dispute(stripe, charge_id, outcome="inquiry" if end == "inquiry" else "open").objects[0]
        if end != "inquiry":
            later = self.world.rooms.clock.now() + timedelta(days=self.chance.randint(3, 9))
            self.to_come.append((later, lambda: _end_dispute(self.world, opened, is_won=end == "won")))

    def _care_for_children(self) -> None:
        """Open clothing funds for about half of what comes, and buy clothing for one that has money."""
        count = max(len(self.plan.gifts) // 100, 1)
        today = self.world.today
        self.world.rooms.database.write(
            lambda session: open_clothing_funds(
                session,
                count=count,
                target_cents=_CLOTHING_FUND_CENTS,
                opened_on=today,
                draw_code=draw_clothing_fund_code,
            )
        )
        self.world.buy(self.chance)

    def _work(self, *, sweeps: bool) -> None:
        """Let the day's webhooks come, then have them worked off; on some days let the house sweep by itself."""
        weather = Weather(lose=_LOST, seed=self.chance.randrange(2**32))
        with self._timed("webhooks"):
            told = self.street.deliver(weather)
        self.happened["event_lost"] += len(told.lost)
        self._rest()
        self.crew.work(sweeps=sweeps)

    def _rest(self) -> None:
        with self._timed("waiting"):
            self.crew.rest()

    def _calm_down(self) -> None:
        for _ in range(_CALM_ROUNDS_MAX):
            self._work(sweeps=True)
            self._rest()
            if not _owed(self.world):
                return
            self.world.pass_time(timedelta(hours=6))

    def _go_to(self, instant: datetime) -> None:
        by = instant - self.world.rooms.clock.now()
        if by > timedelta():
            self.world.pass_time(by)

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[phase] += time.perf_counter() - began  # type: ignore[assignment] # A Counter of seconds.


def live_year(world: World, *, gifts: int, seed: int, processes: int = 1) -> YearFigures:
    """Live one year with so many settled gifts and return its figures.

    In one process the seed decides the order of everything. In two, as in life, it decides what donors do, while how
    far the worker is at any moment is left to the machine: the figures of the money are the same.
    """
    chance = random.Random(seed)  # noqa: S311 - a year to repeat, no secret.
    random.seed(chance.random())  # The jitter of pauses is part of it.
    began = _Clocks()
    plan = draw_plan(chance, gifts=gifts, begins=world.rooms.clock.now())
    with open_crew(world, processes=processes) as crew:
        year = Year(world, plan, chance, crew)
        year.live()
        return year.figures(began=began, processes=processes)


def _end_dispute(world: World, dispute_id: str, *, is_won: bool) -> None:
    acts.end_dispute(world.stripe, dispute_id, is_won=is_won)


def _owed(world: World) -> int:
    owed = ("waiting", "leased")
    with world.rooms.database.read() as session:
        return sum(
            session.scalar(select(func.count()).select_from(row).where(row.state.in_(owed))) or 0
            for row in (InboxRow, OutboxRow)
        )


def _read_figures(world: World) -> dict[str, Any]:
    balance = world.rooms.payments.fetch_balance()
    with world.rooms.database.read() as session:
        compared = reconciliation.compare(session, balance)
        broken = [check for check in audit(session) if not check.ok]
        given = {fund: -ledger.balance(session, fund, "income:gifts") for fund in FUNDS}
        counts = {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in (
                ("gifts", GiftSettlement),
                ("receipts", Receipt),
                ("gaps_healed", HealedGap),
            )
        }
        told = select(func.count()).select_from(InboxRow).where(InboxRow.origin == "webhook")
        events = session.scalar(told) or 0
    differing = [line for line in compared.payouts if line.difference_cents]
    problems = [*untrue_claims(world), *(f"broken: {check}" for check in broken)]
    if not compared.ok:
        problems.append(f"reconciliation differs: {compared}")
    if _owed(world):
        problems.append("something is still owed")
    return {
        **counts,
        "events": events,
        "gift_cents": sum(given.values()),
        "children_cents": given["children"],
        "operations_cents": given["operations"],
        "letters": len({letter.message_id for letter in world.pigeonholes.letters}),
        "payouts": len(compared.payouts),
        "paid_out_cents": control.read_book(world.stripe).paid_out_cents,
        "difference_cents": compared.stripe_difference_cents,
        "payout_differences": len(differing),
        "problems": tuple(problems),
    }


def tell(figures: YearFigures) -> str:
    """Return the figures as lines for a person."""
    money = format_dollars
    spent = ", ".join(f"{name} {seconds}" for name, seconds in figures.seconds.items())
    lines = [
        f"{figures.gifts} gifts settled ({money(figures.gift_cents)}), {figures.pledge_months} of them renewals",
        f"refunds {figures.refunds}, disputes {figures.disputes}, bank debits that came back {figures.bank_returns}",
        f"{figures.payouts} payouts ({money(figures.paid_out_cents)} net)",
        f"given to children {money(figures.children_cents)}, to operations {money(figures.operations_cents)}",
        f"{figures.receipts} documents, {figures.letters} letters",
        f"{figures.events} events came, {figures.events_lost} were lost, {figures.gaps_healed} gaps were healed",
        f"difference to Stripe {money(figures.difference_cents)}; payouts that differ: {figures.payout_differences}",
        f"seconds: {figures.wall_seconds} in {figures.processes} process(es) ({spent}); CPU {figures.cpu_seconds}",
        f"{figures.events_per_second} events a second",
        *(f"PROBLEM: {problem}" for problem in figures.problems),
    ]
    return "\n".join(lines)
