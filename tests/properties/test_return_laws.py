"""Laws of what goes back: however a gift's return is cut, its funds give back exactly what they had received."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donations import postings
from donations.postings import NOTHING, Leg, NewEntry, Parts, ReturnWay, permitted, split_comeback, split_return
from tests.money_facts import NOW, TODAY, WHEN

_CENTS = st.integers(0, 5_000_000)
_GIFTS = st.builds(Parts, _CENTS, _CENTS).filter(lambda gift: gift.total > 0)
_WAYS: tuple[ReturnWay, ...] = ("refund", "dispute", "late_return")


@st.composite
def cut_gifts(draw: st.DrawFn) -> tuple[Parts, list[int]]:
    """Draw a gift and any cut of it that reaches the whole."""
    gift = draw(_GIFTS)
    ends = sorted(draw(st.sets(st.integers(1, gift.total), max_size=8)) | {gift.total})
    return gift, [end - start for start, end in zip([0, *ends], ends, strict=False)]


@given(cut_gifts())
def test_any_cut_that_reaches_the_whole_ends_at_the_gift_and_its_cover(drawn: tuple[Parts, list[int]]) -> None:
    gift, cuts = drawn
    back = NOTHING
    for cents in cuts:
        parts = split_return(gift, back, cents)
        assert parts.total == cents
        assert min(parts.children, parts.operations) >= 0
        back += parts
        assert back.children == back.total * gift.children // gift.total
    assert back == gift


@given(_GIFTS, st.lists(st.integers(1, 6_000_000), max_size=6))
def test_the_children_never_give_back_more_than_they_received(gift: Parts, cuts: list[int]) -> None:
    back = NOTHING
    for cents in cuts:
        back += split_return(gift, back, cents)
    assert 0 <= back.children <= gift.children
    assert back.total == sum(cuts)


@given(cut_gifts(), st.data())
def test_a_failed_refund_gives_back_its_own_split_and_the_whole_still_ends_exactly(
    drawn: tuple[Parts, list[int]], data: st.DataObject
) -> None:
    gift, cuts = drawn
    back, made = NOTHING, []
    for cents in cuts:
        made.append(split_return(gift, back, cents))
        back += made[-1]
    for undone in data.draw(st.lists(st.sampled_from(made), unique_by=id)):
        back -= undone
    while back.total < gift.total:
        cents = data.draw(st.integers(1, gift.total - back.total))
        back += split_return(gift, back, cents)
        assert 0 <= back.children <= gift.children
    assert back == gift


@given(_GIFTS, st.data())
def test_what_a_dispute_gives_back_in_parts_drains_it_per_fund(gift: Parts, data: st.DataObject) -> None:
    before = data.draw(st.integers(0, gift.total - 1))
    back = split_return(gift, NOTHING, before) if before else NOTHING
    standing = split_return(gift, back, gift.total - before)
    disputed_back = back + standing
    while standing.total:
        cents = data.draw(st.integers(1, standing.total))
        parts = split_comeback(gift, disputed_back, standing, cents)
        assert parts.total == cents
        standing -= parts
        disputed_back -= parts
        assert min(standing.children, standing.operations) >= 0
    assert disputed_back == back


@given(_GIFTS, st.builds(Parts, _CENTS, _CENTS), st.integers(1, 10_000_000))
def test_nobody_gets_again_more_than_is_awaited(gift: Parts, standing: Parts, cents: int) -> None:
    back = gift + Parts(0, 7)
    awaited = Parts(min(standing.children, back.children), min(standing.operations, back.operations))
    parts = split_comeback(gift, back, awaited, cents)
    assert 0 <= parts.children <= awaited.children
    assert 0 <= parts.operations <= awaited.operations
    assert parts.total == min(cents, awaited.total)


@pytest.mark.parametrize("way", _WAYS)
@given(parts=st.builds(Parts, _CENTS, _CENTS), fee=st.integers(-10_000, 10_000), back=st.booleans())
def test_every_return_moves_its_cents_through_permitted_accounts_and_no_fee_through_the_children(
    way: ReturnWay,
    parts: Parts,
    fee: int,
    back: bool,  # noqa: FBT001  # Which way it goes is drawn.
) -> None:
    if parts == NOTHING and fee == 0:
        return
    leg = Leg(txn_id="txn_1", way=way, fee_cents=fee, happened_at=NOW, effective_on=TODAY)
    entry = postings.money_back(leg, parts) if back else postings.money_again(leg, parts, left_over_cents=3)
    _assert_permitted(entry)
    sign = -1 if back else 1
    assert _moved(entry, "children") == sign * parts.children
    assert _moved(entry, "operations") == sign * parts.operations - fee + (0 if back else 3)


@given(_CENTS, st.integers(-10_000, 10_000), st.integers(-10_000, 10_000))
def test_payouts_and_other_rows_move_exactly_their_net(children: int, operations: int, fee: int) -> None:
    when = WHEN
    entries = (
        (postings.payout_leaves(txn_id="t", cents=operations, fee_cents=fee, **when), -operations - fee),
        (postings.payout_shares(payout_id="po", children_cents=children, **when), 0),
        (
            postings.payout_returns(
                txn_id="t", children_cents=children, operations_cents=operations, fee_cents=fee, **when
            ),
            children + operations - fee,
        ),
        (postings.other_fee(txn_id="t", net_cents=operations, **when), operations),
        (postings.reserve(txn_id="t", net_cents=operations, **when), operations),
        (postings.unknown_row(txn_id="t", net_cents=operations, **when), operations),
    )
    for entry, net in entries:
        if entry is None:
            assert net == 0
            continue
        _assert_permitted(entry)
        assert _moved(entry, "children") + _moved(entry, "operations") == net


def _assert_permitted(entry: NewEntry) -> None:
    for line in entry.transfers:
        assert "D" in permitted(line.fund, line.debit)
        assert "C" in permitted(line.fund, line.credit)


def _moved(entry: NewEntry, fund: str) -> int:
    """Return by how much an entry moved the fund's share of Stripe's balance."""
    mine = [line for line in entry.transfers if line.fund == fund]
    return sum(line.cents * ((line.debit == "assets:stripe") - (line.credit == "assets:stripe")) for line in mine)
