"""One state machine over the clerk's desk on both engines: rows, numbers and invariants after each step."""

from __future__ import annotations

from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from donations.database import Database, open_database
from donations.filing import close_clothing_fund, list_clothing_funds, read_idle_sources
from donations.invariants import audit
from donations.ledger import found_book
from donations.tables import GiftSettlement, Receipt, clothing_fund, clothing_spend, designation, filing, transfer
from receipts.numbers import format_number
from tests.clerk_room import NOON, Giving, open_funds, settle_all, spend, tick
from tests.databases import Foundry
from tests.properties.clerk_model import ClerkModel, Row

_CENTS = st.integers(min_value=1, max_value=40_000)
_TARGETS = st.sampled_from([1, 700, 13_000])
_PICK = st.integers(min_value=0, max_value=50)
_GOOD_NAMES = st.booleans()


class ClerkMachine(RuleBasedStateMachine):
    """Gifts come, funds open and close, clothing is bought, and the clerk sits whenever it pleases."""

    def __init__(self, foundry: Foundry) -> None:
        super().__init__()
        self.foundry = foundry
        self.url = foundry.make()
        self.book = open_database(self.url)
        self.book.write(
            partial(
                found_book,
                origin="almoner.example",
                zone="America/Los_Angeles",
                mode="simulated",
                fiscal_year_start="01-01",
            )
        )
        self.model = ClerkModel()
        self.tray: list[tuple[int, int, bool]] = []
        self.filed: list[str] = []
        self.receipted: list[int] = []
        self.gifts = 0
        self.purchases = 0

    @rule(cents=_CENTS, fee_cover_cents=st.sampled_from([0, 330]), has_name=_GOOD_NAMES)
    def gift(self, cents: int, fee_cover_cents: int, *, has_name: bool) -> None:
        """Settle a gift; it waits in the tray."""
        self.gifts += 1
        giving = Giving(cents=cents, fee_cover_cents=fee_cover_cents, name="Alex Example" if has_name else " ")
        settle_all(self.book, giving, first=self.gifts)
        self.tray.append((self.gifts, cents, has_name))

    @rule(count=st.integers(min_value=1, max_value=3), target_cents=_TARGETS)
    def open(self, count: int, target_cents: int) -> None:
        """Open clothing funds."""
        open_funds(self.book, funds=count, target_cents=target_cents)
        self.filed += ["opened"] * count
        self.model.open_funds(count, target_cents)

    @precondition(lambda self: self.tray)
    @rule(limit=st.integers(min_value=1, max_value=4))
    def sit(self, limit: int) -> None:
        """Let the clerk file a few."""
        taken, self.tray = self.tray[:limit], self.tray[limit:]
        advanced = tick(self.book, limit=limit)
        for gift, cents, is_receiptable in taken:
            self.model.file_gift(self._entry(gift), cents)
            self.filed.append("gift")
            self.receipted += [gift] if is_receiptable else []
        assert advanced.filed == len(taken)
        assert len(advanced.issued) == sum(is_receiptable for _, _, is_receiptable in taken)

    @precondition(lambda self: any(jar.cents > jar.spent for jar in self.model.jars))
    @rule(pick=_PICK, cents=_CENTS)
    def buy(self, pick: int, cents: int) -> None:
        """Buy clothing for a fund that holds unspent cents."""
        jars = [jar for jar in self.model.jars if jar.cents > jar.spent]
        jar = jars[pick % len(jars)]
        self.purchases += 1
        spent = min(cents, jar.cents - jar.spent)
        self.book.write(partial(spend, code=self._code(jar.queue_no), cents=spent, reference=str(self.purchases)))
        self.filed.append("purchase")
        self.model.buy(jar.queue_no, spent)

    @precondition(lambda self: any(not jar.closed for jar in self.model.jars))
    @rule(pick=_PICK)
    def close(self, pick: int) -> None:
        """Close a fund."""
        jars = [jar for jar in self.model.jars if not jar.closed]
        jar = jars[pick % len(jars)]
        self.book.write(partial(close_clothing_fund, code=self._code(jar.queue_no), closed_on=NOON.date()))
        self.filed.append("closed")
        self.model.close(jar.queue_no)

    @invariant()
    def the_rows_are_those_of_the_model(self) -> None:
        """Compare designations, funds and the idle pool."""
        assert _designations(self.book) == self.model.rows
        with self.book.read() as session:
            lines = list_clothing_funds(session)
            idle = [(source.entry_id, source.free_cents) for source in read_idle_sources(session)]
        assert [(line.state, line.designated_cents, line.spent_cents) for line in lines] == [
            (jar.state, jar.cents, jar.spent) for jar in self.model.jars
        ]
        assert idle == [(entry, cents) for entry, cents in self.model.free.items() if cents]

    @invariant()
    def order_and_numbers_have_no_gap(self) -> None:
        """Compare positions with what happened, and numbers with who got one."""
        with self.book.read() as session:
            filed = session.execute(select(filing.c.position, filing.c.what).order_by(filing.c.position)).all()
            receipts = session.execute(select(Receipt.number, Receipt.gift_id).order_by(Receipt.n)).all()
        assert [tuple(row) for row in filed] == list(enumerate(self.filed, start=1))
        assert [tuple(row) for row in receipts] == [
            (format_number("R", 2026, n), gift) for n, gift in enumerate(self.receipted, start=1)
        ]

    @invariant()
    def every_invariant_of_the_book_holds(self) -> None:
        """Ask the book itself."""
        with self.book.read() as session:
            assert [check for check in audit(session) if not check.ok] == []

    def teardown(self) -> None:
        """Replay the filing order from the stored facts alone (law P7), then let the database go."""
        try:
            assert _replay(self.book) == _designations(self.book)
        finally:
            self.book.close()
            self.foundry.drop(self.url)

    def _entry(self, gift: int) -> int:
        with self.book.read() as session:
            return session.scalars(select(GiftSettlement.entry_id).where(GiftSettlement.gift_id == gift)).one()

    def _code(self, queue_no: int) -> str:
        with self.book.read() as session:
            chosen = select(clothing_fund.c.code).where(clothing_fund.c.queue_no == queue_no)
            return str(session.scalars(chosen).one())


def _designations(book: Database) -> list[Row]:
    with book.read() as session:
        rows = session.execute(
            select(designation.c.source_entry_id, clothing_fund.c.queue_no, designation.c.cents, designation.c.reason)
            .join(clothing_fund, clothing_fund.c.id == designation.c.clothing_fund_id)
            .order_by(designation.c.id)
        )
        return [(source, queue_no, cents, reason) for source, queue_no, cents, reason in rows]


def _replay(book: Database) -> list[Row]:
    model = ClerkModel()
    with book.read() as session:
        funds = {row.id: row for row in session.execute(select(clothing_fund))}
        children = select(transfer.c.entry_id, transfer.c.cents).where(transfer.c.fund_id == 1)
        cents = {row.entry_id: row.cents for row in session.execute(children)}
        bought = {row.entry_id: row.clothing_fund_id for row in session.execute(select(clothing_spend))}
        order = session.execute(select(filing).order_by(filing.c.position)).all()
    for step in order:
        if step.what == "gift":
            model.file_gift(step.entry_id, cents[step.entry_id])
        elif step.what == "opened":
            model.open_funds(1, funds[step.clothing_fund_id].target_cents)
        elif step.what == "purchase":
            model.buy(funds[bought[step.entry_id]].queue_no, cents[step.entry_id])
        else:
            model.close(funds[step.clothing_fund_id].queue_no)
    return model.rows


def test_the_desk_keeps_every_law_whatever_happens_in_whatever_order(foundry: Foundry) -> None:
    class OnThisEngine(ClerkMachine):
        def __init__(self) -> None:
            super().__init__(foundry)

    # A step is a dozen durable commits and every invariant: a third of the usual examples is minutes enough.
    few = settings(max_examples=settings().max_examples // 3, stateful_step_count=20)
    run_state_machine_as_test(OnThisEngine, settings=few)
