"""Several events about one family are worked off by one look, and the book cannot tell the difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from donations import inbox
from donations.database import Database, open_database
from donations.errors import StripeAwayError
from donations.gateways.files import FileFolder
from donations.leases import LEASE
from donations.ledger import found_book
from donations.ports import Family
from donations.simulator import acts, pledge_control
from donations.tables import GiftSettlement, HealedGap, InboxRow, Receipt, entry, transfer
from tests.clerk_room import NOON
from tests.databases import Foundry, fresh_database_url
from tests.giving_room import (
    FakePayments,
    Outside,
    begin,
    charge,
    checkout,
    giving_desk,
    ring,
    tell,
    worker,
)
from tests.return_facts import refund
from tests.simulation.world import World, open_world

_TYPES = {"cs": "checkout.session", "pi": "payment_intent", "ch": "charge", "re": "refund"}
_News = tuple[str, Literal["webhook", "sweep"]]
"""An object's id and where we heard of it."""
_Picture = dict[str, object]
_EXAMPLES = max(6, settings().max_examples // 4)
"""A quarter of the profile's: each example is two houses."""


@dataclass
class _ForgetfulPayments(FakePayments):
    """A card processor whose families do not say what they cover: each event is looked at by itself."""

    def fetch_family(self, object_type: str, object_id: str) -> Family | None:
        family = FakePayments.fetch_family(self, object_type, object_id)
        return None if family is None else replace(family, covers=frozenset())


@dataclass
class _SlowPayments(FakePayments):
    """A card processor while whose answer something else happens."""

    meanwhile: Callable[[], None] | None = None

    def fetch_family(self, object_type: str, object_id: str) -> Family | None:
        if self.meanwhile is not None:
            self.meanwhile()
        return FakePayments.fetch_family(self, object_type, object_id)


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    """Give fakes of everything outside."""
    return Outside(files=FileFolder(folder=tmp_path))


def _members(number: int) -> list[str]:
    return [f"{kind}_{number}" for kind in _TYPES]


def _pay(book: Database, outside: Outside, number: int) -> None:
    """Promise a gift and let Stripe have its checkout, intent, charge and refund."""
    begun = begin(giving_desk(book, outside.payments, outside.clock), outside.clock)
    given_back = refund(str(number), 500, charge_id=f"ch_{number}")
    paid = charge(number, gift=begun.reference, refunds=(given_back,))
    family = Family(
        checkout=checkout(f"cs_{number}", gift=begun.reference), charges=(paid,), covers=frozenset(_members(number))
    )
    outside.payments.families.update(dict.fromkeys(_members(number), family))


def _tell(book: Database, told: Sequence[_News]) -> None:
    """Put events into the inbox, each an object's id and where we heard of it."""
    for number, (object_id, origin) in enumerate(told):
        bell = ring(f"evt_{number}", object_id=object_id, object_type=_TYPES[object_id[:2]])
        book.write(partial(inbox.record, ring=bell, origin=origin, received_at=NOON))


def _picture(book: Database) -> _Picture:
    """Return everything of the book that could tell how it came about, but for its random names."""
    with book.read() as session:
        moved = select(entry.c.source_key, transfer.c.debit_id, transfer.c.credit_id, transfer.c.cents).join(
            transfer, transfer.c.entry_id == entry.c.id
        )
        return {
            "money": Counter(tuple(row) for row in session.execute(moved)),
            "gifts": Counter(session.scalars(select(GiftSettlement.charge_id))),
            "receipts": len(session.scalars(select(Receipt)).all()),
            "healed": Counter(session.scalars(select(HealedGap.object_id))),
            "inbox": Counter((row.event_id, row.state, row.tries) for row in session.scalars(select(InboxRow))),
        }


def test_one_look_is_enough_for_all_that_was_told_of_a_family(book: Database, outside: Outside) -> None:
    _pay(book, outside, 1)
    _pay(book, outside, 2)
    _tell(book, [(member, "webhook") for number in (1, 2) for member in _members(number)])
    worker(book, outside).drain()
    assert outside.payments.fetched == ["cs_1", "cs_2"]
    with book.read() as session:
        assert set(session.scalars(select(InboxRow.state))) == {"done"}


def test_what_is_told_after_the_look_gets_a_look_of_its_own(book: Database, outside: Outside) -> None:
    payments = _SlowPayments()
    outside.payments = payments
    _pay(book, outside, 1)

    def tell_more() -> None:
        tell(book, ring("evt_late", object_id="ch_1"))

    payments.meanwhile = tell_more
    _tell(book, [("cs_1", "webhook"), ("pi_1", "webhook")])
    worker(book, outside).drain()
    assert payments.fetched == ["cs_1", "ch_1"]


def test_where_the_look_fails_every_event_is_tried_by_itself(book: Database, outside: Outside) -> None:
    _pay(book, outside, 1)
    family = outside.payments.families["ch_1"]
    outside.payments.families["ch_1"] = ValueError("odd")
    outside.payments.faults.append(StripeAwayError("away"))
    _tell(book, [(member, "webhook") for member in ("pi_1", "ch_1", "re_1")])
    worker(book, outside).drain()
    assert isinstance(family, Family)
    assert outside.payments.fetched == ["pi_1", "ch_1", "re_1"]
    with book.read() as session:
        states = {row.object_id: row.state for row in session.scalars(select(InboxRow))}
    assert states == {"pi_1": "waiting", "ch_1": "parked", "re_1": "done"}


def test_a_covered_event_that_another_worker_holds_by_now_is_left_to_it(book: Database, outside: Outside) -> None:
    payments = _SlowPayments()
    outside.payments = payments
    _pay(book, outside, 1)
    _tell(book, [("cs_1", "webhook"), ("ch_1", "webhook")])

    def take_over() -> None:
        payments.meanwhile = None
        later = outside.clock.now() + LEASE
        book.write(lambda session: inbox.claim(session, now=later, limit=50))

    payments.meanwhile = take_over
    worker(book, outside).run_round()
    with book.read() as session:
        assert set(session.scalars(select(InboxRow.state))) == {"leased"}


_ALL_NEWS: st.SearchStrategy[list[_News]] = st.lists(
    st.tuples(st.sampled_from([*_members(1), *_members(2)]), st.sampled_from(["webhook", "sweep"])),
    max_size=10,
)


@settings(max_examples=_EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=_ALL_NEWS)
def test_the_book_is_the_same_whether_events_are_worked_off_together_or_alone(
    told: list[_News], foundry: Foundry, tmp_path: Path
) -> None:
    pictures = [_lived(foundry, tmp_path, payments, told) for payments in (FakePayments(), _ForgetfulPayments())]
    assert pictures[0] == pictures[1]


def _lived(foundry: Foundry, folder: Path, payments: FakePayments, told: Sequence[_News]) -> _Picture:
    outside = Outside(files=FileFolder(folder=folder), payments=payments)
    with fresh_database_url(foundry) as url:
        book = open_database(url)
        try:
            book.write(_found)
            for number in (1, 2):
                _pay(book, outside, number)
            _tell(book, told)
            worker(book, outside).drain()
            return _picture(book)
        finally:
            book.close()


def _found(session: Session) -> None:
    found_book(
        session,
        origin="almoner.example",
        zone="America/Los_Angeles",
        mode="simulated",
        fiscal_year_start="01-01",
    )


def test_a_family_says_no_less_than_that_of_any_object_it_covers(database_url: str, tmp_path: Path) -> None:
    with open_world(database_url, tmp_path) as world:
        _let_things_happen(world)
        with world.stripe.cabinet.open() as drawer:
            things = drawer.sql.execute("SELECT id, type FROM object WHERE type != 'event'").fetchall()
        types = dict(things)
        families = {one: world.rooms.payments.fetch_family(types[one], one) for one in types}
        covered = [(family, families[one]) for family in families.values() if family for one in family.covers]
        assert len(covered) > len(families)
        assert [pair for pair in covered if not _says_no_less(*pair)] == []
        kinds = {types[one] for family in families.values() if family for one in family.covers}
        assert {"checkout.session", "payment_intent", "charge", "refund", "dispute", "invoice", "payout"} <= kinds


def _let_things_happen(world: World) -> None:
    """Let gifts come once and monthly, be refunded, disputed, and paid out."""
    fields = {"amount": "130", "email": "ann@example.org", "name": "Ann Example"}
    first = world.street.give(fields, how="paid").played
    world.street.give(fields, how="debited")
    world.street.give(fields, how="declined")
    monthly = world.street.give({**fields, "frequency": "monthly"}, how="paid")
    assert first is not None
    assert first.charge_id is not None
    acts.refund(world.stripe, first.charge_id, 500)
    acts.dispute(world.stripe, first.charge_id, 700, outcome="open")
    pledge_control.renew(world.stripe, monthly.begun.reference)
    acts.pay_out_all(world.stripe)


def _says_no_less(family: Family, other: Family | None) -> bool:
    if other is None:
        return True
    alone = (
        (other.checkout, family.checkout),
        (other.subscription, family.subscription),
        (other.payout, family.payout),
    )
    many = (
        (other.charges, family.charges),
        (other.invoices, family.invoices),
        (other.rows, family.rows),
        (other.warnings, family.warnings),
    )
    return all(less in (None, more) for less, more in alone) and all(set(less) <= set(more) for less, more in many)
