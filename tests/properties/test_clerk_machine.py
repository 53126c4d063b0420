"""One state machine over the clerk's desk on both engines: rows, numbers and invariants after each step."""

from __future__ import annotations

from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from donations import archive, ledger, postings
from donations.database import Database, open_database
from donations.filing import close_clothing_fund, list_clothing_funds, read_idle_sources
from donations.invariants import audit
from donations.ledger import found_book
from donations.tables import Receipt, clothing_fund, clothing_spend, entry, filing, returned, transfer
from receipts.numbers import format_number
from tests.clerk_room import NOON, Giving, open_funds, settle_all, spend, tick
from tests.databases import Foundry
from tests.properties.clerk_model import ClerkModel
from tests.properties.told_gifts import Told, ToldGift
from tests.returning_room import bring_again, fail_refund, give_back, lose_dispute, order, rows

_CENTS = st.integers(min_value=1, max_value=40_000)
_TARGETS = st.sampled_from([1, 700, 13_000])
_PICK = st.integers(min_value=0, max_value=50)
_PARTS = st.sampled_from([0.1, 0.5, 1.0])
_GOOD_NAMES = st.booleans()


class ClerkMachine(RuleBasedStateMachine):
    """Gifts come and go back, funds open and close, clothing is bought, and the clerk sits whenever it pleases."""

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
        _fund_operations(self.book)
        self.model = ClerkModel()
        self.tray: list[Told] = []
        self.gifts: list[ToldGift] = []
        self.receipted: list[int] = []
        """The gift of each receipt, in the order of their numbers."""
        self.asked: list[ToldGift] = []
        self.purchases = 0

    @rule(cents=_CENTS, fee_cover_cents=st.sampled_from([0, 330]), has_name=_GOOD_NAMES)
    def gift(self, cents: int, fee_cover_cents: int, *, has_name: bool) -> None:
        """Settle a gift; it waits in the tray."""
        gift = ToldGift(id=len(self.gifts) + 1, cents=cents, cover=fee_cover_cents, is_receiptable=has_name)
        giving = Giving(cents=cents, fee_cover_cents=fee_cover_cents, name="Alex Example" if has_name else " ")
        settle_all(self.book, giving, first=gift.id)
        self.gifts.append(gift)
        self.tray.append(Told(what="gift", gift=gift, cents=cents, key=gift.key))

    @rule(count=st.integers(min_value=1, max_value=3), target_cents=_TARGETS)
    def open(self, count: int, target_cents: int) -> None:
        """Open clothing funds."""
        open_funds(self.book, funds=count, target_cents=target_cents)
        self.model.open_funds(count, target_cents)

    @precondition(lambda self: self.tray)
    @rule(limit=st.integers(min_value=1, max_value=6))
    def sit(self, limit: int) -> None:
        """Let the clerk file a few."""
        taken, self.tray = self.tray[:limit], self.tray[limit:]
        advanced = tick(self.book, limit=limit)
        for told in taken:
            told.file(self.model)
            if told.what == "gift" and told.gift.is_receiptable:
                self.receipted.append(told.gift.id)
            elif told.gift.is_receiptable and all(told.gift is not each for each in self.asked):
                self.asked.append(told.gift)
        # Only when the tray is empty do documents follow what went back, as many as the sitting has room for.
        room = limit - len(taken)
        answered, self.asked = self.asked[:room], self.asked[room:]
        self.receipted += [gift.id for gift in answered if gift.renew()]
        assert advanced.filed == len(taken)

    @precondition(lambda self: any(gift.kept for gift in self.gifts))
    @rule(pick=_PICK, part=_PARTS, kind=st.sampled_from(["refund", "dispute", "late_return"]))
    def send_back(self, pick: int, part: float, kind: str) -> None:
        """Send cents of a gift back, perhaps before it was filed; a whole return takes the fee cover too."""
        kept = [gift for gift in self.gifts if gift.kept]
        gift = kept[pick % len(kept)]
        cents = max(1, int(gift.kept * part))
        cover = gift.cover_kept if cents == gift.kept else 0
        key = gift.draw_key("back")
        entry_id = give_back(self.book, gift.id, cents, cover=cover, key=key, kind=kind)
        self.tray.append(gift.tell_back(entry_id=entry_id, cents=cents, cover=cover, key=f"btxn/{key}", kind=kind))

    @precondition(lambda self: any(gift.open_refunds for gift in self.gifts))
    @rule(pick=_PICK)
    def fail(self, pick: int) -> None:
        """Let a refund fail after all."""
        gifts = [gift for gift in self.gifts if gift.open_refunds]
        gift = gifts[pick % len(gifts)]
        refund = gift.open_refunds.pop(pick % len(gift.open_refunds))
        fail_refund(self.book, refund.entry_id)
        self.tray.append(gift.tell_again(refund, key=f"{refund.key}_failed"))

    @precondition(lambda self: any(gift.open_disputes for gift in self.gifts))
    @rule(pick=_PICK, part=_PARTS, is_won=st.booleans())
    def decide(self, pick: int, part: float, *, is_won: bool) -> None:
        """Win a dispute, in whole or part, or lose what still stands withdrawn."""
        gifts = [gift for gift in self.gifts if gift.open_disputes]
        gift = gifts[pick % len(gifts)]
        dispute = gift.open_disputes.pop(pick % len(gift.open_disputes))
        key = gift.draw_key("end")
        if is_won:
            won, rest = dispute.cut(part)
            bring_again(self.book, gift.id, won.cents, cover=won.cover, key=key)
            self.tray.append(gift.tell_again(won, key=f"btxn/{key}"))
            gift.open_disputes += [] if rest is None else [rest]
        else:
            lose_dispute(self.book, gift.id, dispute.cents, cover=dispute.cover, key=key)
            self.tray.append(gift.tell_lost(dispute, key=f"dispute/{key}/lost"))

    @precondition(lambda self: any(jar.unspent for jar in self.model.jars))
    @rule(pick=_PICK, cents=_CENTS)
    def buy(self, pick: int, cents: int) -> None:
        """Buy clothing for a fund that holds unspent cents."""
        jars = [jar for jar in self.model.jars if jar.unspent]
        jar = jars[pick % len(jars)]
        self.purchases += 1
        spent = min(cents, jar.unspent)
        reference = str(self.purchases)
        self.book.write(partial(spend, code=self._code(jar.queue_no), cents=spent, reference=reference))
        self.model.buy(jar.queue_no, spent, f"purchase/{reference}")

    @precondition(lambda self: any(not jar.closed for jar in self.model.jars))
    @rule(pick=_PICK)
    def close(self, pick: int) -> None:
        """Close a fund."""
        jars = [jar for jar in self.model.jars if not jar.closed]
        jar = jars[pick % len(jars)]
        self.book.write(partial(close_clothing_fund, code=self._code(jar.queue_no), closed_on=NOON.date()))
        self.model.close(jar.queue_no)

    @precondition(lambda self: not self.tray and any(gift.kept for gift in self.gifts))
    @rule(pick=_PICK, part=_PARTS)
    def there_and_back(self, pick: int, part: float) -> None:
        """Refund cents and let the refund fail, nothing in between: every fund stands as before (law P6)."""
        before = [jar.cents for jar in self.model.jars]
        self.send_back(pick, part, "refund")
        (told,) = self.tray
        self.sit(1)
        told.gift.open_refunds = [refund for refund in told.gift.open_refunds if refund.key != told.key]
        fail_refund(self.book, told.entry_id)
        self.tray.append(told.gift.tell_again(told, key=f"{told.key}_failed"))
        self.sit(1)
        assert [jar.cents for jar in self.model.jars] == before

    @invariant()
    def the_rows_are_those_of_the_model(self) -> None:
        """Compare designations, funds and the idle pool."""
        assert rows(self.book) == self.model.rows
        with self.book.read() as session:
            lines = list_clothing_funds(session)
            idle = [source.free_cents for source in read_idle_sources(session)]
        assert [(line.state, line.designated_cents, line.spent_cents) for line in lines] == [
            (jar.state, jar.cents, jar.spent) for jar in self.model.jars
        ]
        assert idle == [cents for cents in self.model.free.values() if cents]

    @invariant()
    def order_and_numbers_have_no_gap(self) -> None:
        """Compare positions with what happened, and numbers with who got one."""
        with self.book.read() as session:
            positions = session.scalars(select(filing.c.position).order_by(filing.c.position)).all()
            receipts = session.execute(select(Receipt.number, Receipt.gift_id).order_by(Receipt.n)).all()
        assert positions == list(range(1, len(positions) + 1))
        assert order(self.book) == self.model.filed
        assert [tuple(row) for row in receipts] == [
            (format_number("R", 2026, n), gift) for n, gift in enumerate(self.receipted, start=1)
        ]

    @invariant()
    def every_receipt_says_what_became_of_its_gift(self) -> None:
        """Compare the newest document of each gift with what was filed of it; all before it are replaced."""
        with self.book.read() as session:
            documents = session.scalars(select(Receipt).order_by(Receipt.n)).all()
            stand = [(each.gift_id, archive.stand_of(session, each).status, each.amount_cents) for each in documents]
        newest = {gift_id: (status, cents) for gift_id, status, cents in stand}
        assert newest == {gift: (self.gifts[gift - 1].status, self.gifts[gift - 1].told) for gift in self.receipted}
        assert sum(status != "replaced" for _, status, _ in stand) == len(newest)

    @invariant()
    def every_invariant_of_the_book_holds(self) -> None:
        """Ask the book itself."""
        with self.book.read() as session:
            assert [check for check in audit(session) if not check.ok] == []

    def teardown(self) -> None:
        """Replay the filing order from the stored facts alone (law P7), then let the database go."""
        try:
            replayed = _replay(self.book)
            assert (replayed.rows, replayed.filed) == (rows(self.book), order(self.book))
        finally:
            self.book.close()
            self.foundry.drop(self.url)

    def _code(self, queue_no: int) -> str:
        with self.book.read() as session:
            chosen = select(clothing_fund.c.code).where(clothing_fund.c.queue_no == queue_no)
            return str(session.scalars(chosen).one())


def _fund_operations(book: Database) -> None:
    opening = postings.opening_balance(
        day=NOON.date(),
        fund="operations",
        account="assets:bank:children",
        cents=100_000_000,
        happened_at=NOON,
    )
    book.write(lambda session: ledger.post(session, opening, recorded_at=NOON))


def _replay(book: Database) -> ClerkModel:
    model = ClerkModel()
    with book.read() as session:
        funds = {row.id: row for row in session.execute(select(clothing_fund))}
        keys = {row.id: row.source_key for row in session.execute(select(entry))}
        children = select(transfer.c.entry_id, transfer.c.cents).where(transfer.c.fund_id == 1)
        cents = {row.entry_id: row.cents for row in session.execute(children)}
        bought = {row.entry_id: row.clothing_fund_id for row in session.execute(select(clothing_spend))}
        gone = {row.entry_id: row for row in session.execute(select(returned))}
        steps = session.execute(select(filing).order_by(filing.c.position)).all()
    for step in steps:
        key = keys.get(step.entry_id, "")
        if step.what == "gift":
            model.file_gift(key, cents[step.entry_id])
        elif step.what == "opened":
            model.open_funds(1, funds[step.clothing_fund_id].target_cents)
        elif step.what == "purchase":
            model.buy(funds[bought[step.entry_id]].queue_no, cents[step.entry_id], key)
        elif step.what == "closed":
            model.close(funds[step.clothing_fund_id].queue_no)
        elif step.what == "return" and step.entry_id in gone:
            back = gone[step.entry_id]
            move = model.send_back if back.children_cents > 0 else model.bring_again
            move(f"charge/ch_{back.gift_id}", abs(back.children_cents), key)
        elif step.what == "return":
            model.note(key)
    return model


def test_the_desk_keeps_every_law_whatever_happens_in_whatever_order(foundry: Foundry) -> None:
    class OnThisEngine(ClerkMachine):
        def __init__(self) -> None:
            super().__init__(foundry)

    # A step is a dozen durable commits and every invariant: a third of the usual examples is minutes enough.
    few = settings(max_examples=settings().max_examples // 3, stateful_step_count=20)
    run_state_machine_as_test(OnThisEngine, settings=few)
