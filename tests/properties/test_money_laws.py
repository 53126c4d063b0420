"""Laws of money that hold for every happening, whatever its cents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from donations import ledger, postings
from donations.database import Database
from donations.errors import SourceKeyConflictError
from donations.money import CENTS_MAX
from donations.postings import NewEntry, NewTransfer, Opening, permitted
from tests.money_facts import NOW, TODAY, WHEN, gift, post

CENTS = st.integers(min_value=1, max_value=CENTS_MAX)
SIGNED = st.integers(min_value=-CENTS_MAX, max_value=CENTS_MAX)
MARKS = count()
PLACES = st.sampled_from(["assets:stripe", "assets:bank:children", "assets:in-transit", "assets:undeposited"])

HAPPENINGS: dict[str, Callable[[st.DrawFn], NewEntry | None]] = {
    "gift": lambda draw: postings.settled_gift(
        charge_id="ch", gift_cents=draw(CENTS), fee_cover_cents=draw(st.just(0) | CENTS), **WHEN
    ),
    "fee": lambda draw: postings.stripe_fee(txn_id="txn", fee_cents=draw(SIGNED), **WHEN),
    "suspense": lambda draw: postings.unclaimed_charge(charge_id="ch", cents=draw(CENTS), **WHEN),
    "claimed": lambda draw: postings.claimed_suspense(
        suspense_key="charge/ch",
        n=1,
        gift_cents=draw(CENTS),
        fee_cover_cents=draw(st.just(0) | CENTS),
        place=draw(PLACES),
        actor="ada",
        **WHEN,
    ),
    "operations": lambda draw: postings.operations_gift(charge_id="ch", cents=draw(CENTS), **WHEN),
    "offline": lambda draw: postings.offline_gift(reference="g", cents=draw(CENTS), actor="ada", **WHEN),
    "deposit": lambda draw: postings.cheque_deposit(bank_line="children/1", cents=draw(CENTS), **WHEN),
    "payout": lambda draw: postings.payout_arrival(
        bank_line="children/1", children_cents=draw(CENTS), operations_cents=draw(SIGNED), **WHEN
    ),
    "sweep": lambda draw: postings.sweep(bank_line="operations/1", cents=draw(CENTS), **WHEN),
    "bank charge": lambda draw: postings.bank_charge(
        bank_line="operations/1",
        cents=draw(CENTS),
        place=draw(st.sampled_from(["assets:bank:operations", "assets:bank:children"])),
        **WHEN,
    ),
    "interest": lambda draw: postings.bank_interest(
        bank_line="children/1",
        cents=draw(SIGNED.filter(bool)),
        place=draw(st.sampled_from(["assets:bank:operations", "assets:bank:children"])),
        **WHEN,
    ),
    "funding": lambda draw: postings.operations_funding(
        bank_line="operations/1", cents=draw(CENTS), place="assets:bank:operations", **WHEN
    ),
    "purchase": lambda draw: postings.purchase(
        reference="b",
        children_cents=draw(CENTS),
        operations_cents=draw(st.just(0) | CENTS),
        paid_from=draw(st.sampled_from(["assets:bank:children", "liabilities:payable"])),
        actor="ada",
        **WHEN,
    ),
    "opening": lambda draw: postings.opening_balances(
        day=TODAY,
        balances=[
            Opening(fund="children", account="assets:bank:children", cents=draw(CENTS)),
            Opening(fund="operations", account="assets:bank:operations", cents=draw(SIGNED)),
            Opening(fund="operations", account="liabilities:payable", cents=draw(SIGNED)),
        ],
        happened_at=NOW,
    ),
}


@st.composite
def happenings(draw: st.DrawFn) -> NewEntry:
    """Draw any happening the rules know, with any cents."""
    entry = HAPPENINGS[draw(st.sampled_from(sorted(HAPPENINGS)))](draw)
    return gift() if entry is None else entry


@given(happenings())
def test_every_happening_balances_in_each_fund_and_uses_permitted_pairs_only(entry: NewEntry) -> None:
    sums: Counter[str] = Counter()
    for each in entry.transfers:
        assert "D" in permitted(each.fund, each.debit), each
        assert "C" in permitted(each.fund, each.credit), each
        sums[f"{each.fund} debit"] += each.cents
        sums[f"{each.fund} credit"] += each.cents
    for fund in ("children", "operations"):
        assert sums[f"{fund} debit"] == sums[f"{fund} credit"]


@given(happenings())
def test_a_reversal_leaves_every_account_as_it_was(entry: NewEntry) -> None:
    mirror = postings.reversal(
        entry_id=1, source_key=entry.source_key, transfers=entry.transfers, actor="ada", **WHEN
    )
    moved: Counter[tuple[str, str]] = Counter()
    for each in (*entry.transfers, *mirror.transfers):
        moved[each.fund, each.debit] += each.cents
        moved[each.fund, each.credit] -= each.cents
    assert set(moved.values()) == {0}


@given(gross=CENTS, cover=st.just(0) | CENTS, fee_cents=SIGNED)
def test_the_children_are_credited_the_whole_gift_whatever_the_fee(gross: int, cover: int, fee_cents: int) -> None:
    charge = gift(cents=gross, cover=cover)
    fee = postings.stripe_fee(txn_id="txn", fee_cents=fee_cents, **WHEN)
    lines = (*charge.transfers, *(fee.transfers if fee else ()))

    assert [line for line in lines if line.fund == "children"] == [
        NewTransfer("children", "assets:stripe", "income:gifts", gross)
    ]
    stripe: Counter[str] = Counter()
    for line in lines:
        stripe[line.debit] += line.cents
        stripe[line.credit] -= line.cents
    assert stripe["assets:stripe"] == gross + cover - fee_cents


def booked(database: Database, entries: Iterable[NewEntry]) -> Counter[tuple[str, str]]:
    """Book entries, each in its own write, and return by how much every account moved."""
    moved: Counter[tuple[str, str]] = Counter()
    for sign, facts in ((-1, ()), (1, entries)):
        for entry in facts:
            post(database, entry)
        with database.read() as session:
            for line in ledger.trial_balance(session):
                moved[line.fund, line.account] += sign * line.balance_cents
    return moved


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(happenings(), max_size=8), again=st.data())
def test_any_order_and_repetition_of_facts_leaves_the_same_balances(
    database: Database, told: list[NewEntry], again: st.DataObject
) -> None:
    """One book serves all examples: each has its own keys, and only what moved is compared."""
    mark = next(MARKS)
    facts = [replace(entry, source_key=f"{mark}/{number}") for number, entry in enumerate(told)]
    repeated = again.draw(st.lists(st.sampled_from(facts), max_size=6)) if facts else []
    order = again.draw(st.permutations([*facts, *repeated]))
    shuffled = [replace(entry, source_key=f"again/{entry.source_key}") for entry in order]

    assert booked(database, facts) == booked(database, shuffled)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=happenings(), other=happenings())
def test_a_key_never_hides_a_difference(database: Database, first: NewEntry, other: NewEntry) -> None:
    key = f"{next(MARKS)}"
    post(database, replace(first, source_key=key))
    other = replace(other, source_key=key, is_decided_once=False)

    if other.transfers == first.transfers:
        assert not post(database, other)[0].is_news
    else:
        with pytest.raises(SourceKeyConflictError):
            post(database, other)
