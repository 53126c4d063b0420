"""A whole house: real workflows, ledger, clerk, web and database; simulated Stripe, paper, post and time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from donations import ledger, postings, reconciliation, tokens
from donations.cli.example import example_organisation
from donations.cli.playing import Street, open_street
from donations.clock import day_in_zone
from donations.database import open_database
from donations.filing import await_clerks_lock, file_entries
from donations.gateways.breaker import Breaker
from donations.gateways.stripe_payments import StripePayments
from donations.settings import Settings
from donations.simulator import control
from donations.simulator.client import SIMULATED_KEY, SimulatedStripe
from donations.tables import clothing_fund, clothing_spend
from donations.wiring import Rooms, open_rooms
from donations.worker import Worker, Workshop
from tests.simulation.ports import Fuse, FusedPayments, PaperPress, Pigeonholes, Shelf

BEGINNING = datetime(2026, 3, 1, 17, tzinfo=UTC)
OPERATIONS_OPENING_CENTS = 10_000_000
"""Enough for whatever a history may take from operations: whether it lasts is not what is proven here."""


@dataclass(slots=True)
class World:
    """Everything a step may touch, and what the donors of this history remember of their own acts."""

    rooms: Rooms
    street: Street
    fuse: Fuse
    pigeonholes: Pigeonholes
    shelf: Shelf
    waiting_at_the_till: list[str] = field(default_factory=list)
    """Checkouts that a donor has open and has not yet decided about."""

    @property
    def stripe(self) -> SimulatedStripe:
        """Return the simulated Stripe."""
        return self.street.stripe

    @property
    def today(self) -> date:
        """Return the book's day."""
        return day_in_zone(self.rooms.clock.now(), self.rooms.settings.zone)

    def worker(self) -> Worker:
        """Return a worker as after a new start: it knows nothing but the database and the ports."""
        return Worker(
            Workshop(
                database=self.rooms.database,
                payments=self.rooms.payments,
                printing=PaperPress(self.fuse),
                mailer=self.pigeonholes,
                files=self.shelf,
                partners=self.rooms.partners,
                clock=self.rooms.clock,
                settings=self.rooms.settings,
                origin=self.rooms.origin,
            )
        )

    def sweep(self) -> None:
        """Ask Stripe what was missed, then work off what was found."""
        rooms = self.rooms
        reconciliation.sweep(
            reconciliation.Round(
                database=rooms.database,
                payments=rooms.payments,
                livemode=rooms.settings.livemode,
                now=rooms.clock.now(),
            )
        )
        self.worker().drain()

    def buy(self, chance: random.Random) -> None:
        """Buy clothing for any fund that has cents to spend, filed by itself as a purchase is."""
        now, today = self.rooms.clock.now(), self.today
        self.rooms.database.write(lambda session: _buy(session, chance, today, now))

    def pass_time(self, by: timedelta) -> None:
        """Let time pass for Stripe and for us: there is one clock."""
        control.advance(self.stripe, by)


def _buy(session: Session, chance: random.Random, today: date, now: datetime) -> None:
    await_clerks_lock(session)
    unspent = clothing_fund.c.designated_cents - clothing_fund.c.spent_cents
    found = session.execute(select(clothing_fund.c.id, unspent).where(unspent > 0)).all()
    if not found:
        return
    fund_id, cents = chance.choice(found)
    cents = chance.choice((cents, chance.randint(1, cents)))
    bought = postings.purchase(
        reference=tokens.draw_hex_token(),
        children_cents=cents,
        operations_cents=0,
        paid_from="assets:bank:children",
        happened_at=now,
        effective_on=today,
        actor="treasurer",
    )
    posted = ledger.post(session, bought, recorded_at=now)
    session.execute(insert(clothing_spend).values(entry_id=posted.entry_id, clothing_fund_id=fund_id, cents=cents))
    file_entries(session, [(posted.entry_id, "purchase")])


def simulated_settings(database_url: str, home: Path) -> Settings:
    """Return the settings of a fictitious charity in simulated mode."""
    return Settings(
        home=home,
        organisation=example_organisation(date(2026, 3, 1)),
        database_url=database_url,
        base_url="http://127.0.0.1:8000",
        stripe_mode="simulated",
        production=False,
        trusted_proxies=0,
        mail_url=f"maildir:{home / 'mail'}",
        files_url=str(home / "files"),
        registers=home / "registers",
        stripe_api_key="",
        stripe_webhook_secrets=(),
        secret_keys=(bytes(range(32)),),
    )


def found(settings: Settings) -> None:
    """Found the book, with what operations starts from, in a migrated database."""
    opening = postings.opening_balance(
        day=BEGINNING.date(),
        fund="operations",
        account="assets:bank:operations",
        cents=OPERATIONS_OPENING_CENTS,
        happened_at=BEGINNING,
    )
    database = open_database(settings.database_url)
    try:
        database.write(
            lambda session: ledger.found_book(
                session,
                origin=f"{urlsplit(settings.base_url).hostname}/simulation",
                zone=settings.organisation.time_zone,
                mode="simulated",
                fiscal_year_start=settings.organisation.fiscal_year_start,
            )
        )
        database.write(lambda session: ledger.post(session, opening, recorded_at=BEGINNING))
    finally:
        database.close()


@contextmanager
def open_world(database_url: str, home: Path) -> Iterator[World]:
    """Yield a founded house in a migrated, empty database, on the first day of its history."""
    settings = simulated_settings(database_url, home)
    found(settings)
    with rejoin_world(database_url, home) as world:
        control.set_clock(world.stripe, BEGINNING)
        yield world


@contextmanager
def rejoin_world(database_url: str, home: Path) -> Iterator[World]:
    """Yield a house that was founded before, as another process of it sees it: letters and files are its own."""
    with open_rooms(simulated_settings(database_url, home)) as opened:
        fuse = Fuse()
        rooms = replace(opened, payments=FusedPayments(_payments(opened), fuse))
        yield World(
            rooms=rooms, street=open_street(rooms), fuse=fuse, pigeonholes=Pigeonholes(fuse), shelf=Shelf(fuse)
        )


def _payments(rooms: Rooms) -> StripePayments:
    """Return the gateway with its breaker on the history's own time: the machine's hardly passes meanwhile."""
    return StripePayments(
        SIMULATED_KEY,
        instance=rooms.origin,
        http_client=rooms.simulation,
        breaker=Breaker(tell_seconds=lambda: rooms.clock.now().timestamp()),
    )
