"""Whatever is told of a charge, in whatever order, twice or never: the book ends the same."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count, permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations import invariants, ledger
from donations.database import Database
from donations.ports import ChargeFacts, Family, RefundFacts
from donations.settlement import settle_family
from donations.tables import GiftSettlement, returned, tray
from tests.giving_room import books, charge
from tests.return_facts import covered, dispute, failed, promise, refund, row

_Picture = tuple[Any, ...]

_NUMBERS = count(10_000)
"""Of five figures each, so that no charge's name begins another's."""


def _life(number: int, reference: str) -> list[ChargeFacts]:
    """Return six answers of Stripe's to "what is this charge now", as its life goes on."""
    name = f"ch_{number}"
    begun = charge(number, gift=reference, amount_cents=10_330)
    back = refund(f"{number}", 333, charge_id=name)
    taken = row(f"dp_{number}", -5_000, hours=2, fee_cents=1_500, type="adjustment")
    some = row(f"dp_{number}_some", 1_777, hours=80, type="adjustment")
    opened = dispute(taken, dispute_id=f"dp_{number}", charge_id=name)
    ended = dispute(taken, some, dispute_id=f"dp_{number}", charge_id=name, status="lost")
    sent_back = failed(back)
    return [
        replace(begun, balance_transaction=None),
        begun,
        replace(begun, refunds=(back,)),
        replace(begun, refunds=(back,), disputes=(opened,)),
        replace(begun, refunds=(sent_back,), disputes=(opened,)),
        replace(begun, refunds=(sent_back,), disputes=(ended,)),
    ]


def _tell(session: Session, answers: Sequence[ChargeFacts]) -> None:
    for answer in answers:
        settle_family(session, Family(charges=(answer,)), books())


def _picture(session: Session, number: int) -> _Picture:
    """Return all that the book says of one charge, its number left out."""
    prefixes = ("charge/ch_", "btxn/txn_", "btxn/txn_re_", "btxn/txn_dp_", "dispute/dp_")
    entries = [one for prefix in prefixes for one in ledger.entries_of(session, f"{prefix}{number}")]
    gone = session.execute(
        select(returned.c.kind, returned.c.children_cents, returned.c.operations_cents)
        .join(GiftSettlement, GiftSettlement.gift_id == returned.c.gift_id)
        .where(GiftSettlement.charge_id == f"ch_{number}")
    ).all()
    laid = session.scalar(
        select(func.count()).select_from(tray).where(tray.c.entry_id.in_([one.entry_id for one in entries]))
    )
    told = sorted((one.kind, one.source_key.replace(f"_{number}", "_N"), str(one.transfers)) for one in entries)
    return told, sorted(tuple(one) for one in gone), laid


def _assert_whole(book: Database) -> None:
    with book.read() as session:
        broken = [check for check in invariants.audit(session) if not check.ok and check.id != "I6"]
    assert broken == []


def _promises(book: Database, numbers: Sequence[int]) -> list[str]:
    return [promise(book, covered(), form=f"form-{number}") for number in numbers]


@pytest.mark.parametrize("length", [4, pytest.param(6, marks=pytest.mark.slow)])
def test_every_order_of_a_gifts_answers_ends_in_the_same_book(book: Database, length: int) -> None:
    orders = list(permutations(range(length)))
    numbers = [next(_NUMBERS) for _ in orders]
    references = _promises(book, numbers)

    def tell_all(session: Session) -> list[_Picture]:
        pictures = []
        for number, reference, order in zip(numbers, references, orders, strict=True):
            life = _life(number, reference)[-length:]
            _tell(session, [life[step] for step in order])
            pictures.append(_picture(session, number))
        return pictures

    pictures = book.write(tell_all)
    assert all(picture == pictures[0] for picture in pictures)
    assert len(pictures[0][0]) == 7
    _assert_whole(book)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.integers(0, 5), max_size=8), min_size=1, max_size=8))
def test_what_is_told_twice_late_or_never_changes_nothing_in_the_end(book: Database, orders: list[list[int]]) -> None:
    numbers = [next(_NUMBERS) for _ in [*orders, None]]
    references = _promises(book, numbers)

    def tell_all(session: Session) -> list[_Picture]:
        pictures = []
        for number, reference, order in zip(numbers, references, [*orders, []], strict=True):
            life = _life(number, reference)
            _tell(session, [life[step] for step in (*order, 5)])
            pictures.append(_picture(session, number))
        return pictures

    pictures = book.write(tell_all)
    assert all(picture == pictures[-1] for picture in pictures)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 2_000), min_size=1, max_size=6), data=st.data())
def test_refunds_told_one_by_one_in_any_order_cost_each_fund_the_same(
    book: Database, cuts: list[int], data: st.DataObject
) -> None:
    number = next(_NUMBERS)
    (reference,) = _promises(book, [number])
    begun = charge(number, gift=reference, amount_cents=10_330)
    every: list[RefundFacts] = [
        refund(f"{number}_{at}", cents, charge_id=f"ch_{number}", hours=at + 1)
        for at, cents in enumerate(cuts[: 10_330 // 2_000])
    ]
    tellings = data.draw(st.lists(st.lists(st.sampled_from(every), unique_by=id), max_size=4))
    answers = [replace(begun, refunds=tuple(some)) for some in [*tellings, every]]
    book.write(lambda session: _tell(session, answers))
    with book.read() as session:
        children, operations = session.execute(
            select(func.sum(returned.c.children_cents), func.sum(returned.c.operations_cents))
            .join(GiftSettlement, GiftSettlement.gift_id == returned.c.gift_id)
            .where(GiftSettlement.charge_id == f"ch_{number}")
        ).one()
    back = sum(one.amount_cents for one in every)
    assert (children, operations) == (back * 10_000 // 10_330, back - back * 10_000 // 10_330)


def test_many_workers_told_the_same_lives_at_once_book_each_fact_once(book: Database) -> None:
    numbers = [next(_NUMBERS) for _ in range(4)]
    lives = [_life(number, reference) for number, reference in zip(numbers, _promises(book, numbers), strict=True)]
    tellings = [answer for life in lives for answer in (life[-1], *life, *reversed(life))]

    def tell(answer: ChargeFacts) -> None:
        book.write(lambda session: _tell(session, [answer]))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(tell, tellings))
    with book.read() as session:
        pictures = [_picture(session, number) for number in numbers]
    assert all(picture == pictures[0] for picture in pictures)
    assert len(pictures[0][0]) == 7
    _assert_whole(book)
