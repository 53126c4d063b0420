from __future__ import annotations

from dataclasses import replace

import pytest
import stripe
from sqlalchemy import select

from donations import invariants, reconciliation
from donations.database import Database
from donations.ports import BalanceTransaction, Family, StripeBalance
from donations.reconciliation import EVENT_TYPES, Comparison
from donations.settlement import settle_family
from donations.tables import Payout, payout_row
from tests.giving_room import books, fee_row
from tests.return_facts import balances, dispute, failed, keys, payout, promise, refund, row, settle, told

_NET = 13_000 - 407


def _compare(book: Database, available: int, pending: int = 0, reserved: int = 0) -> Comparison:
    balance = StripeBalance(available_cents=available, pending_cents=pending, reserved_cents=reserved)
    with book.read() as session:
        return reconciliation.compare(session, balance)


def _tasks(book: Database) -> list[tuple[str, str]]:
    with book.read() as session:
        return [(one["kind"], one["subject"]) for one in reconciliation.list_tasks(session)["alarms"]]


def test_a_book_that_says_what_stripe_says_differs_by_nothing(book: Database) -> None:
    settle(book, told(promise(book)))
    found = _compare(book, 593, 12_000)
    assert (found.ok, found.stripe_difference_cents, found.awaited) == (True, 0, ())
    assert not _compare(book, 593, 12_001).ok


def test_a_charge_whose_row_is_not_there_yet_is_named_and_no_difference(book: Database) -> None:
    settle(book, told(promise(book), balance_transaction=None))
    found = _compare(book, 0)
    assert (found.ok, found.awaited) == (True, ("ch_1",))


def test_a_payout_takes_each_funds_own_share_out_of_stripe(book: Database) -> None:
    settle(book, told(promise(book)))
    settle(book, payout=payout(None, _NET))
    assert balances(book)["operations", "assets:in-transit"] == _NET
    settle(book, payout=payout((fee_row(1),), _NET))
    settle(book, payout=payout((fee_row(1),), _NET))
    assert keys(book)[2:] == ["btxn/txn_po_1", "payout/po_1/shares"]
    assert not any(account == "assets:stripe" for _, account in balances(book))
    assert balances(book)["children", "assets:in-transit"] == 13_000
    assert balances(book)["operations", "assets:in-transit"] == -407
    (line,) = _compare(book, 0).payouts
    assert (line.payout, line.amount_cents, line.rows, line.difference_cents) == ("po_1", _NET, 1, 0)
    assert _compare(book, 0).ok


def test_a_payout_whose_rows_do_not_sum_to_it_is_an_alarm_that_names_it(book: Database) -> None:
    settle(book, told(promise(book)))
    settle(book, payout=payout((fee_row(1),), _NET - 1))
    (line,) = _compare(book, 1).payouts
    assert line.difference_cents == -1
    assert not _compare(book, 1).ok
    assert ("payout_difference", "po_1") in _tasks(book)


def test_a_payout_with_a_row_nobody_knows_waits_for_its_shares_and_is_an_alarm(book: Database) -> None:
    settle(book, payout=payout((fee_row(1),), _NET))
    assert keys(book) == ["btxn/txn_po_1"]
    assert ("payout_difference", "po_1") in _tasks(book)
    settle(book, told(promise(book)))
    settle(book, payout=payout((fee_row(1),), _NET))
    assert keys(book)[-1] == "payout/po_1/shares"
    assert ("payout_difference", "po_1") not in _tasks(book)


def _came_back(cents: int = _NET) -> BalanceTransaction:
    return row("po_1_back", cents, hours=99, type="payout_failure", source_id="po_1")


@pytest.mark.parametrize("rows_first", [True, False])
def test_a_payout_that_failed_gives_each_fund_its_share_back_and_the_next_takes_it_again(
    book: Database,
    rows_first: bool,  # noqa: FBT001  # Pytest hands it over by name.
) -> None:
    settle(book, told(promise(book)))
    before = balances(book)
    whole = payout((fee_row(1),), _NET)
    came_back = replace(whole, status="failed", failure_balance_transaction=_came_back())
    if rows_first:
        settle(book, payout=whole)
    else:
        settle(book, payout=replace(came_back, rows=None))
    settle(book, payout=came_back)
    assert balances(book) == before
    assert ("payout_failed", "po_1") in _tasks(book)
    again = row("po_2", -_NET, hours=120, type="payout", source_id="po_2")
    settle(book, payout=replace(payout((_came_back(),), _NET), payout_id="po_2", balance_transaction=again))
    assert balances(book)["children", "assets:in-transit"] == 13_000
    assert not any(account == "assets:stripe" for _, account in balances(book))
    assert _compare(book, 0).ok


def test_a_negative_payout_takes_from_the_bank_what_returns_had_cost(book: Database) -> None:
    charged = told(promise(book))
    settle(book, charged)
    settle(book, payout=payout((fee_row(1),), _NET))
    settle(book, replace(charged, refunds=(refund("1", 13_000, hours=60),)))
    taken = row("po_2", 13_000, hours=120, type="payout", source_id="po_2")
    gone = charged.refunds or (refund("1", 13_000, hours=60),)
    rows = tuple(one.balance_transaction for one in gone if one.balance_transaction is not None)
    negative = replace(payout(rows, -13_000), payout_id="po_2", balance_transaction=taken)
    settle(book, payout=negative)
    assert balances(book).get(("children", "assets:in-transit"), 0) == 0
    assert balances(book)["operations", "assets:in-transit"] == -407
    assert ("payout_failed", "po_2") in _tasks(book)


@pytest.mark.parametrize(
    ("category", "account"),
    [
        ("fee", "expense:processing-fees"),
        ("network_cost", "expense:processing-fees"),
        ("risk_reserved_funds", "assets:stripe:reserved"),
        ("contribution", "liabilities:suspense"),
        ("a_word_nobody_has_heard", "liabilities:suspense"),
    ],
)
def test_a_row_that_hangs_on_nothing_is_of_operations(book: Database, category: str, account: str) -> None:
    one = row("x", -250, type="adjustment", reporting_category=category, source_id=None)
    settle(book, rows=(one,))
    settle(book, rows=(one,))
    assert balances(book) == {("operations", account): 250, ("operations", "assets:stripe"): -250}
    assert (("unknown_row", "txn_x") in _tasks(book)) == (account == "liabilities:suspense")
    assert _compare(book, -250).ok


def test_a_row_in_another_currency_is_an_alarm_and_no_entry(book: Database) -> None:
    settle(book, rows=(row("x", 250, currency="eur", reporting_category="fee"),))
    assert keys(book) == []
    assert _tasks(book) == [("foreign_row", "txn_x")]


def test_what_needs_a_person_is_listed_until_it_is_over(book: Database) -> None:
    taken = row("dp", -5_000, hours=2, type="adjustment", source_id="dp_1")
    charged = told(None, disputes=(dispute(taken),))
    settle(book, charged, warnings=("ch_1",))
    assert set(_tasks(book)) == {("dispute", "dp_1"), ("suspense", "charge/ch_1"), ("early_fraud_warning", "ch_1")}
    with book.read() as session:
        (waiting,) = reconciliation.list_suspense(session)
    assert (waiting["key"], waiting["cents"]) == ("charge/ch_1", 8_000)
    settle(book, replace(charged, disputes=(dispute(taken, status="lost"),)))
    assert ("dispute", "dp_1") not in _tasks(book)
    one = refund("1", 100, hours=3)
    settle(book, replace(charged, refunds=(failed(one),)))
    assert ("refund_failed", "re_1") in _tasks(book)


def test_stripes_rows_and_our_entries_agree_both_ways_after_a_whole_life(book: Database) -> None:
    one, two = refund("1", 1_000), refund("2", 2_000, hours=2)
    taken = row("dp", -10_000, fee_cents=1_500, hours=3, type="adjustment", source_id="dp_1")
    some = row("dp_some", 4_000, hours=9, type="adjustment", source_id="dp_1")
    lost = dispute(taken, some, status="lost")
    settle(book, told(promise(book), refunds=(failed(one), two), disputes=(lost,)))
    rows = (-407, -1_000, 1_000, -2_000, -10_000 - 1_500, 4_000)
    assert _compare(book, 13_000 + sum(rows)).ok
    with book.read() as session:
        assert [check for check in invariants.audit_stripe(session) if not check.ok] == []


def test_a_row_that_was_mirrored_and_not_booked_is_found(book: Database) -> None:
    settle(book, told(promise(book)))
    with book.read() as session:
        assert session.scalars(select(payout_row.c.txn_id)).all() == []
        assert session.scalars(select(Payout.id)).all() == []
    settle(book, payout=payout((fee_row(1),), _NET, balance_transaction=None))
    assert _compare(book, _NET).stripe_difference_cents == 0


def test_a_family_of_another_mode_is_refused_whole(book: Database) -> None:
    other = Family(payout=payout(None, _NET, livemode=True))
    with pytest.raises(AssertionError, match="other mode"):
        book.write(lambda session: settle_family(session, other, books()))
    assert keys(book) == []


def test_every_event_that_stripe_can_send_about_our_objects_is_asked_for() -> None:
    told_about = (
        "checkout.session.",
        "charge.",
        "refund.",
        "payout.",
        "invoice_payment.",
        "radar.early_fraud_warning.",
        "review.",
    )
    every = _types_of_the_sdk()
    known = {name for name in every if name.startswith(told_about)}
    assert known - set(EVENT_TYPES) == set()
    assert set(EVENT_TYPES) <= every


def _types_of_the_sdk() -> set[str]:
    hints = stripe.Event.__annotations__["type"]
    text = hints if isinstance(hints, str) else str(hints)
    return {part.strip().strip("'\"") for part in text.partition("[")[2].rpartition("]")[0].split(",")}
