"""Two workers book different returns of one charge at once: PostgreSQL lets both read, so one has to wait."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from donations.database import Database
from donations.ports import ChargeFacts, Family
from donations.settlement import settle_family
from tests.giving_room import books
from tests.races import meet
from tests.return_facts import balances, dispute, promise, refund, row, settle, told

pytestmark = pytest.mark.parametrize("foundry", ["postgresql"], indirect=True)
"""On SQLite there is one writer: the second never reads before the first has committed."""


def _meet(book: Database, first: ChargeFacts, second: ChargeFacts) -> None:
    """Settle both at once."""
    works = [partial(settle_family, family=Family(charges=(told,)), books=books()) for told in (first, second)]
    meet(book, works[0], lambda: book.write(works[1]))


def test_money_in_suspense_that_is_refunded_and_disputed_at_once_leaves_suspense_once(book: Database) -> None:
    """Each worker asked Stripe before the other's return was there: neither family holds both."""
    charged = told(None)
    settle(book, charged)
    back = refund("1", 8_000, balance_transaction=row("re_1", -8_000, source_id="re_1"))
    taken = row("dp_1", -13_000, type="adjustment", reporting_category="dispute", source_id="dp_1")
    _meet(book, replace(charged, refunds=(back,)), replace(charged, disputes=(dispute(taken),)))
    left = balances(book)
    assert ("children", "liabilities:suspense") not in left
    assert ("children", "assets:stripe") not in left
    assert left["operations", "assets:stripe"] == -8_000 - 407


def test_a_debit_that_is_taken_back_and_disputed_at_once_takes_from_the_children_what_they_got(
    book: Database,
) -> None:
    charged = told(promise(book))
    settle(book, charged)
    late = row("late", -13_000, hours=2, type="payment_failure_refund", reporting_category="charge_failure")
    taken = row("dp_1", -13_000, hours=1, type="adjustment", reporting_category="dispute")
    back = replace(charged, status="failed", failure_balance_transaction=late)
    _meet(book, back, replace(back, disputes=(dispute(taken),)))
    left = balances(book)
    assert ("children", "assets:stripe") not in left
    assert left["operations", "assets:stripe"] == -13_000 - 407
