"""Law: whatever happened and however often the bank tells it, the matched book equals the statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations.bank import accepting
from donations.bank.accepting import Saying
from donations.bank.matching import list_waiting
from donations.database import Database, open_database
from donations.ledger import found_book
from donations.offline.recording import record_gift
from donations.tables import BankMatch
from tests.bank_files import Told
from tests.bank_room import CHEQUE, HAND, OFFLINE, TODAY, agreement_of, assert_sound, certain, pay_out, take
from tests.clerk_room import tick
from tests.databases import Foundry, fresh_database_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What happened in a month: payouts by their shares, cheques, charges of the bank, money of strangers; cents."""

    payouts: Sequence[tuple[int, int]]
    cheques: Sequence[int]
    charges: Sequence[int]
    strangers: Sequence[int]


@settings(max_examples=12)
@given(
    life=st.builds(
        Life,
        payouts=st.lists(st.tuples(st.integers(1, 99_999), st.integers(-9_999, 9_999)), max_size=5),
        cheques=st.lists(st.integers(1, 99_999), max_size=4),
        charges=st.lists(st.integers(1, 5_000), max_size=3),
        strangers=st.lists(st.integers(1, 5_000), max_size=3),
    ),
    repeats=st.integers(1, 3),
)
def test_whatever_the_bank_tells_and_however_often_the_matched_book_equals_the_statement(
    foundry: Foundry,
    life: Life,
    repeats: int,
) -> None:
    with fresh_database_url(foundry) as url:
        book = open_database(url)
        try:
            book.write(_found)
            told = _live_through(book, life)
            for _ in range(repeats):
                take(book, *told)
            certain(book)
            _accept_first_each(book)
            found = agreement_of(book)
            assert (found.expected_cents, found.outstanding) == (sum(one.cents for one in told), ())
            with book.read() as session:
                assert session.scalar(select(func.count()).select_from(BankMatch)) == len(told)
            assert_sound(book)
        finally:
            book.close()


def _live_through(book: Database, life: Life) -> list[Told]:
    """Book what happened and return what the bank tells of it."""
    told = [Told(fitid=f"f{n}", on=TODAY, cents=-cents, type="FEE") for n, cents in enumerate(life.charges)]
    told += [Told(fitid=f"s{n}", on=TODAY, cents=cents) for n, cents in enumerate(life.strangers)]
    for n, (children, operations) in enumerate(life.payouts):
        if children + operations > 0:
            told.append(Told(fitid=f"p{n}", on=TODAY, cents=pay_out(book, f"po_{n}", children, operations)))
    for n, cents in enumerate(life.cheques):
        wish = replace(CHEQUE, amount_cents=cents, cheque_number=str(n))
        book.write(partial(record_gift, wish=wish, hand=OFFLINE))
        told.append(Told(fitid=f"c{n}", on=TODAY, cents=cents))
    tick(book)
    return told


def _accept_first_each(book: Database) -> None:
    """Take what is offered first for every line that waits: a person who believes us."""
    with book.read() as session:
        count = len(list_waiting(session))
    for _ in range(count):
        with book.read() as session:
            one = list_waiting(session)[0]
        first, reference = one.candidates[0], one.line.reference
        saying = Saying(act=first.act, subjects=first.subjects)
        book.write(partial(accepting.accept, reference=reference, saying=saying, hand=HAND))


def _found(session: Session) -> None:
    found_book(
        session,
        origin="almoner.example",
        zone="America/Los_Angeles",
        mode="simulated",
        fiscal_year_start="01-01",
    )
