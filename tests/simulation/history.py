"""The steps of a history, drawn by one seed, every invariant asked after each; then calm, and nothing may lack."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

from sqlalchemy import exists, func, or_, select

from donations import earmarks, refunding
from donations.errors import DonationError
from donations.filing import close_clothing_fund, draw_clothing_fund_code, open_clothing_funds
from donations.invariants import audit
from donations.simulator import control, debits
from donations.simulator.delivery import Weather
from donations.tables import Gift, GiftReview, GiftSettlement, InboxRow, OutboxRow, clothing_fund
from tests.simulation.desk_lives import DESK_LIVES
from tests.simulation.lives import LIVES
from tests.simulation.ports import PowerCut
from tests.simulation.proving import untrue_claims
from tests.simulation.world import World

_CALM_ROUNDS_MAX = 40
_FAULT_KINDS = ("rate_limit", "server_error", "timeout", "cut", "lost_answer", "server_error_after")
_FAULTY = ("checkout.sessions.create", "checkout.sessions.retrieve", "charges.retrieve", "payment_intents.retrieve")


Step: TypeAlias = "Callable[[History], None]"


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
        acts = list(STEPS)
        weights = [STEPS[act] for act in acts]
        for _ in range(steps):
            self.take(self.chance.choices(acts, weights)[0])
        self.calm_down()

    def take(self, act: Step) -> None:
        """Take one step and ask every invariant."""
        self.happened[act.__name__.removeprefix("_")] += 1
        self._until_the_power_is_cut(act)
        self.check()

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
            self.world.sweep()
            if not self._owed():
                break
            self.world.pass_time(timedelta(hours=6))
        self.check()
        if untrue := untrue_claims(self.world):
            raise BrokenHistoryError(f"in the end it is not true that: {'; '.join(untrue)}")

    def _until_the_power_is_cut(self, act: Step) -> None:
        try:
            act(self)
        except PowerCut:
            self.happened["power_cut"] += 1
        except DonationError:
            self.happened["refused"] += 1
        self.world.fuse.acts_left = None

    def _owed(self) -> int:
        owed = ("waiting", "leased")
        with self.world.rooms.database.read() as session:
            return sum(
                session.scalar(select(func.count()).select_from(row).where(row.state.in_(owed))) or 0
                for row in (InboxRow, OutboxRow)
            )


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
        "frequency": chance.choice(("once", "once", "once", "monthly")),
    } | ({"cover_fee": "1"} if chance.random() < 0.4 else {})
    begun = history.world.street.begin(fields)
    if begun.checkout_id is not None:
        history.world.waiting_at_the_till.append(begun.checkout_id)


def _decide(history: History) -> None:
    """Let a donor at the till pay by card or bank debit, be declined and stay, or find that it is too late."""
    waiting, stripe = history.world.waiting_at_the_till, history.world.stripe
    if not waiting:
        return
    checkout = waiting.pop(history.chance.randrange(len(waiting)))
    try:
        if history.chance.random() < 0.2:
            control.decline(stripe, checkout)
            waiting.append(checkout)
            return
        if history.chance.random() < 0.25:
            with stripe.cabinet.open() as drawer:
                debits.debit(drawer, checkout)
        else:
            control.pay(stripe, checkout)
    except DonationError:
        history.happened["came_too_late"] += 1


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
    history.world.pass_time(timedelta(minutes=history.chance.choice((1, 3, 40, 600, 3_000, 7_000, 45_000))))


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
    count, today = history.chance.randint(1, 4), history.world.today
    history.world.rooms.database.write(
        lambda session: open_clothing_funds(
            session, count=count, target_cents=13_000, opened_on=today, draw_code=draw_clothing_fund_code
        )
    )


def _buy(history: History) -> None:
    """Let the charity buy clothing for a fund, of what is designated and not yet spent."""
    history.world.buy(history.chance)


def _close_fund(history: History) -> None:
    """Let the charity close a clothing fund that it no longer needs."""
    with history.world.rooms.database.read() as session:
        codes = session.scalars(select(clothing_fund.c.code).where(clothing_fund.c.closed == 0)).all()
    if codes:
        code, today = history.chance.choice(codes), history.world.today
        history.world.rooms.database.write(lambda session: close_clothing_fund(session, code, closed_on=today))


def _refund(history: History) -> None:
    """Let the treasurer give a part of a gift back, the power cut now and then around the call."""
    chance, rooms = history.chance, history.world.rooms
    with rooms.database.read() as session:
        charges = [
            *session.scalars(select(GiftSettlement.charge_id).where(GiftSettlement.charge_id.is_not(None))),
            *session.scalars(select(GiftReview.charge_id).where(GiftReview.charge_id.is_not(None))),
        ]
    if not charges:
        return
    history.world.fuse.acts_left = chance.choice((None, None, 0, 1))
    refunding.make_refund(
        refunding.RefundDesk(database=rooms.database, payments=rooms.payments, clock=rooms.clock),
        refunding.RefundWish(
            reference=str(chance.choice(charges)),
            amount_cents=chance.choice((1, 500, 13_000)),
            reason="requested_by_customer",
            actor="treasurer",
        ),
    )


def _hold(history: History) -> None:
    """Let the treasurer learn that a donor means one person, before the money of that gift has come."""
    rooms = history.world.rooms
    is_known = exists().where(or_(GiftSettlement.gift_id == Gift.id, GiftReview.gift_id == Gift.id))
    with rooms.database.read() as session:
        promised = session.scalars(select(Gift.reference).where(~is_known)).all()
    if promised:
        hold = earmarks.Hold(reference=history.chance.choice(promised), reason="own_relative")
        now = rooms.clock.now()
        rooms.database.write(lambda session: earmarks.hold_gift(session, hold, now=now))


def _answer(history: History) -> None:
    """Let the donor of a held gift agree to the pool, or want the money back."""
    rooms, chance = history.world.rooms, history.chance
    with rooms.database.read() as session:
        held = [one.reference for one in earmarks.list_held(session) if one.state == "held"]
    if held:
        rooms.consents.record(chance.choice(held), agrees=chance.random() < 0.7, by="donor")
        history.happened["answered"] += 1


def _live(history: History) -> None:
    """Let something happen to money that was given: at a bank, at Stripe, or in its Dashboard."""
    act = history.chance.choices(list(LIVES), list(LIVES.values()))[0]
    if act(history.world.stripe, history.chance):
        history.happened[act.__name__] += 1


def _at_the_desk(history: History) -> None:
    """Let the treasurer enter a gift, take goods in or let them leave, or take out what was entered wrongly."""
    act = history.chance.choices(list(DESK_LIVES), list(DESK_LIVES.values()))[0]
    act(history.world, history.chance)
    history.happened[act.__name__] += 1


def _sweep(history: History) -> None:
    """Let the house ask Stripe what it missed."""
    history.world.sweep()


STEPS: dict[Step, int] = {
    _promise: 25,
    _decide: 30,
    _deliver: 20,
    _work: 20,
    _wait: 12,
    _disturb: 6,
    _open_funds: 5,
    _live: 40,
    _sweep: 4,
    _buy: 6,
    _close_fund: 1,
    _refund: 5,
    _hold: 5,
    _answer: 5,
    _at_the_desk: 16,
}
"""Each step and how often it is drawn."""
