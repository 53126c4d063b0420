from __future__ import annotations

from datetime import UTC, datetime

import pytest

from donations import postings
from donations.postings import CHART, NewTransfer, Opening
from tests.money_facts import NOW, TODAY, WHEN, fee, gift


def test_a_gift_goes_to_the_children_whole_and_its_cover_to_operations() -> None:
    entry = gift(cents=13_000, cover=420)

    assert entry.source_key == "charge/ch_1"
    assert entry.transfers == (
        NewTransfer("children", "assets:stripe", "income:gifts", 13_000),
        NewTransfer("operations", "assets:stripe", "income:fee-cover", 420),
    )
    assert len(gift(cover=0).transfers) == 1


def test_a_fee_is_of_operations_and_one_that_comes_back_is_its_mirror() -> None:
    assert fee(cents=407).transfers == (NewTransfer("operations", "expense:processing-fees", "assets:stripe", 407),)
    assert fee(cents=-407).transfers == (NewTransfer("operations", "assets:stripe", "expense:processing-fees", 407),)
    assert postings.stripe_fee(txn_id="txn_1", fee_cents=0, **WHEN) is None


def test_suspense_that_was_a_gift_after_all_moves_its_cover_to_operations_where_the_cents_are() -> None:
    entry = postings.claimed_suspense(
        suspense_key="charge/ch_1",
        n=1,
        gift_cents=13_000,
        fee_cover_cents=420,
        place="assets:bank:children",
        actor="ada",
        **WHEN,
    )

    assert entry.source_key == "suspense/charge/ch_1/resolved/1"
    assert entry.transfers == (
        NewTransfer("children", "liabilities:suspense", "income:gifts", 13_000),
        NewTransfer("children", "liabilities:suspense", "assets:bank:children", 420),
        NewTransfer("operations", "assets:bank:children", "income:fee-cover", 420),
    )


def test_a_payout_whose_fees_exceed_operations_income_arrives_with_operations_share_negative() -> None:
    entry = postings.payout_arrival(
        bank_line="children/2026-11-25/3", children_cents=13_000, operations_cents=-407, **WHEN
    )

    assert entry.transfers == (
        NewTransfer("children", "assets:bank:children", "assets:in-transit", 13_000),
        NewTransfer("operations", "assets:in-transit", "assets:bank:children", 407),
    )


def test_opening_balances_of_a_day_are_one_entry_each_fund_against_its_own_net_assets() -> None:
    owed = Opening(fund="operations", account="liabilities:payable", cents=-900)
    held = Opening(fund="children", account="assets:bank:children", cents=5_000)

    assert postings.opening_balances(day=TODAY, balances=[held, owed], happened_at=NOW).transfers == (
        NewTransfer("children", "assets:bank:children", "net-assets:with-restriction", 5_000),
        NewTransfer("operations", "net-assets:without-restriction", "liabilities:payable", 900),
    )


@pytest.mark.parametrize(
    ("debit", "credit", "cents"),
    [
        ("assets:stripe", "income:gifts", 0),
        ("assets:stripe", "income:gifts", -1),
        ("assets:stripe", "income:gifts", 10**11 + 1),
        ("assets:stripe", "assets:stripe", 5),
        ("assets:stripe", "income:unheard-of", 5),
    ],
)
def test_a_transfer_that_means_nothing_cannot_be_made(debit: str, credit: str, cents: int) -> None:
    with pytest.raises(ValueError, match="a transfer moves between"):
        NewTransfer("children", debit, credit, cents)


def test_an_entry_needs_something_to_move_and_an_instant_with_its_offset() -> None:
    with pytest.raises(ValueError, match="moves nothing"):
        gift(cents=0)
    naive = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="offset"):
        postings.operations_gift(charge_id="ch_1", cents=5, happened_at=naive, effective_on=TODAY)


def test_the_childrens_fund_has_no_account_for_any_fee_nor_the_operations_bank() -> None:
    without = {each.path for each in CHART if not each.children}

    assert {"expense:processing-fees", "expense:dispute-fees", "expense:bank-charges"} <= without
    assert "assets:bank:operations" in without
    assert postings.permitted("children", "net-assets:interfund") == "C"
    assert postings.permitted("operations", "net-assets:interfund") == "D"
