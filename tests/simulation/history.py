"""The steps of a history, drawn by one seed, every invariant asked after each; then calm, and nothing may lack."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations import ledger
from donations.clock import day_in_zone
from donations.errors import DonationError
from donations.filing import draw_clothing_fund_code, open_clothing_funds
from donations.invariants import audit
from donations.postings import FundName
from donations.simulator import control
from donations.simulator.delivery import Weather
from donations.tables import GiftSettlement, InboxRow, OutboxRow, Receipt, clothing_fund, designation
from tests.simulation.ports import PowerCut
from tests.simulation.world import OPERATIONS_OPENING_CENTS, World

FUNDS: tuple[FundName, ...] = ("children", "operations")
_CALM_ROUNDS_MAX = 40
_FAULT_KINDS = ("rate_limit", "server_error", "timeout", "cut", "act_then_drop")
_FAULTY = ("checkout.sessions.create", "checkout.sessions.retrieve", "charges.retrieve", "payment_intents.retrieve")


class BrokenHistoryError(AssertionError):
    """Something did not hold; the text names it."""


@dataclass(slots=True)
class History:
    """One run: its world, its chance, and how often each kind of step happened."""

    world: World
    chance: random.Random
    happened: Counter[str] = field(default_factory=Counter)

    def run(self, steps: int) -> None:
        """Take steps, asking every invariant after each, then end in calm; raises `BrokenHistoryError`."""
        random.seed(self.chance.random())  # The jitter of pauses is part of the history.
        acts = list(_STEPS)
        weights = [_STEPS[act] for act in acts]
        for _ in range(steps):
            act = self.chance.choices(acts, weights)[0]
            self.happened[act.__name__.removeprefix("_")] += 1
            self._until_the_power_is_cut(act)
            self.check()
        self.calm_down()

    def check(self) -> None:
        """Ask every invariant of the book."""
        with self.world.rooms.database.read() as session:
            broken = [check for check in audit(session) if not check.ok]
        if broken:
            raise BrokenHistoryError(f"invariants are broken: {broken}")

    def calm_down(self) -> None:
        """End all faults, tell again what was lost, and let everything that is owed be done."""
        self.world.fuse.acts_left = None
        control.clear_faults(self.world.stripe)
        control.delay_fees(self.world.stripe, 0)
        self.world.pass_time(timedelta(hours=2))  # Fees that were to show late have shown then.
        for _ in range(_CALM_ROUNDS_MAX):
            control.resend_lost(self.world.stripe)
            self.world.street.deliver()
            self.world.worker().drain()
            if not self._owed():
                break
            self.world.pass_time(timedelta(hours=6))
        self.check()
        _prove_the_ending(self.world)

    def _until_the_power_is_cut(self, act: Callable[[History], None]) -> None:
        try:
            act(self)
        except PowerCut:
            self.happened["power_cut"] += 1
        except DonationError:
            self.happened["refused"] += 1
        self.world.fuse.acts_left = None

    def _owed(self) -> int:
        with self.world.rooms.database.read() as session:
            rows = sum(_count(session, row, "waiting", "leased") for row in (InboxRow, OutboxRow))
            settled = session.scalar(select(func.count()).select_from(GiftSettlement)) or 0
        return rows + len(self.world.paid_charges) - settled


def _promise(history: History) -> None:
    """Let a donor fill in the form; sometimes Stripe is slow or away, or the power is cut."""
    chance = history.chance
    history.world.fuse.acts_left = chance.choice((None, None, None, 0, 1))
    number = chance.randrange(10**6)
    fields = {
        "amount": chance.choice(("5", "25.50", "130", "130.00", "131", "260", "999.99")),
        "email": f"donor{number % 40}@example.org",
        "name": f"Donor {number}",
        "preference": chance.choice(("", "coats", "shoes")),
    } | ({"cover_fee": "1"} if chance.random() < 0.4 else {})
    begun = history.world.street.begin(fields)
    if begun.checkout_id is not None:
        history.world.waiting_at_the_till.append(begun.checkout_id)


def _decide(history: History) -> None:
    """Let a donor at the till pay, be declined and stay, or find that it is too late."""
    waiting, stripe = history.world.waiting_at_the_till, history.world.stripe
    if not waiting:
        return
    checkout = waiting.pop(history.chance.randrange(len(waiting)))
    try:
        if history.chance.random() < 0.2:
            control.decline(stripe, checkout)
            waiting.append(checkout)
            return
        played = control.pay(stripe, checkout)
    except DonationError:
        history.happened["came_too_late"] += 1
        return
    if played.charge_id is not None:
        history.world.paid_charges.append(played.charge_id)


def _deliver(history: History) -> None:
    """Let webhooks come: in any order, twice, late, or not at all."""
    chance = history.chance
    weather = Weather(
        shuffle=chance.random() < 0.5,
        duplicates=chance.randrange(3),
        lose=chance.choice((0.0, 0.0, 0.3, 1.0)),
        delay_seconds=chance.choice((0, 0, 900)),
        seed=chance.randrange(2**32),
    )
    told = history.world.street.deliver(weather)
    history.happened["event_lost"] += len(told.lost)


def _work(history: History) -> None:
    """Let a worker work until the power is cut or all is done."""
    history.world.fuse.acts_left = history.chance.choice((None, 0, 1, 2, 3, 5, 8, 13))
    history.world.worker().drain()


def _wait(history: History) -> None:
    """Let time pass: leases run out, checkouts expire, Stripe tells again."""
    history.world.pass_time(timedelta(minutes=history.chance.choice((1, 3, 40, 600, 3_000))))


def _disturb(history: History) -> None:
    """Let Stripe misbehave for a few calls, be away for a while, or show its fees late."""
    chance, stripe = history.chance, history.world.stripe
    match chance.randrange(4):
        case 0:
            control.order_outage(stripe, timedelta(minutes=chance.choice((2, 90))))
        case 1:
            control.delay_fees(stripe, chance.choice((0, 3_600)))
        case _:
            control.order_fault(
                stripe, chance.choice(_FAULTY), chance.choice(_FAULT_KINDS), calls=chance.randint(1, 4)
            )


def _open_funds(history: History) -> None:
    """Let the charity open clothing funds."""
    rooms, count = history.world.rooms, history.chance.randint(1, 4)
    today = day_in_zone(rooms.clock.now(), rooms.settings.zone)
    rooms.database.write(
        lambda session: open_clothing_funds(
            session, count=count, target_cents=13_000, opened_on=today, draw_code=draw_clothing_fund_code
        )
    )


_STEPS: dict[Callable[[History], None], int] = {
    _promise: 25,
    _decide: 30,
    _deliver: 20,
    _work: 20,
    _wait: 12,
    _disturb: 6,
    _open_funds: 5,
}


def _prove_the_ending(world: World) -> None:
    """Hold our book against Stripe's own, and every paid gift against its receipt and its letter."""
    theirs = control.read_book(world.stripe)
    with world.rooms.database.read() as session:
        kept = set(session.scalars(select(GiftSettlement.charge_id)))
        ours = sum(ledger.balance(session, fund, "assets:stripe") for fund in FUNDS)
        given = -ledger.balance(session, "children", "income:gifts")
        designated = session.scalar(select(func.coalesce(func.sum(designation.c.cents), 0)))
        wanted = session.scalar(select(func.coalesce(func.sum(clothing_fund.c.target_cents), 0))) or 0
        opening = ledger.balance(session, "operations", "assets:bank:operations")
        parked = [*_parked(session, InboxRow), *_parked(session, OutboxRow)]
        gaps = _gaps(session)
    letters = Counter(letter.message_id for letter in world.pigeonholes.letters)
    claims = {
        "every paid charge kept one promise": kept == set(world.paid_charges),
        "our Stripe account is Stripe's own": ours == theirs.balance_cents,
        "gifts are designated as far as clothing funds are open": designated == min(given, wanted),
        "numbers have no gap and no double": gaps == [],
        "each receipt was sent under one Message-ID": len(letters) == len(kept),
        f"nothing waits for a person ({parked})": parked == [],
        "operations' own money is where it was": opening == OPERATIONS_OPENING_CENTS,
    }
    untrue = [claim for claim, holds in claims.items() if not holds]
    if untrue:
        raise BrokenHistoryError(f"in the end it is not true that: {'; '.join(untrue)}")


def _count(session: Session, row: type[InboxRow | OutboxRow], *states: str) -> int:
    return session.scalar(select(func.count()).select_from(row).where(row.state.in_(states))) or 0


def _parked(session: Session, row: type[InboxRow | OutboxRow]) -> list[str | None]:
    """Return why each parked row was parked."""
    return list(session.scalars(select(row.last_refusal).where(row.state == "parked")))


def _gaps(session: Session) -> list[tuple[str, int, int, int]]:
    """Return each series and year whose count of documents is not its highest number."""
    rows = session.execute(
        select(Receipt.series, Receipt.year, func.count(), func.max(Receipt.n)).group_by(Receipt.series, Receipt.year)
    )
    return [(series, year, count, last) for series, year, count, last in rows if count != last]
