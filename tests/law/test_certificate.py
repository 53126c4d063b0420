"""No payout certificate leaves a cent unexplained."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts.facts import DocumentRefusedError, PayoutCertificate, PayoutRow, freeze, thaw
from receipts.facts.certificate import ROWS_MAX
from tests.documents import samples

CENTS = st.integers(min_value=-(10**9), max_value=10**9).filter(bool)


def good() -> PayoutCertificate:
    document = samples.sample("payout_certificate")
    assert isinstance(document, PayoutCertificate)
    return document


@pytest.mark.parametrize("where", ["parts", "shares"])
@given(odd=CENTS, place=st.integers(min_value=0, max_value=1))
def test_a_part_or_a_share_that_is_off_by_anything_is_refused(where: str, odd: int, place: int) -> None:
    parts = list(getattr(good(), where))
    parts[place] = replace(parts[place], cents=parts[place].cents + odd)
    with pytest.raises(DocumentRefusedError, match=where):
        replace(good(), **dict[str, Any]({where: tuple(parts)}))


@given(odd=CENTS)
def test_a_bank_line_of_another_amount_is_refused(odd: int) -> None:
    with pytest.raises(DocumentRefusedError, match="bank_cents is not what was paid out"):
        replace(good(), bank_cents=good().payout_cents + odd)


def test_a_row_that_is_left_out_is_refused() -> None:
    with pytest.raises(DocumentRefusedError, match="neither all rows nor left out"):
        replace(good(), rows=good().rows[1:])


def test_rows_that_do_not_come_to_the_payout_are_refused() -> None:
    first, *others = good().rows
    with pytest.raises(DocumentRefusedError, match="do not come to the payout"):
        replace(good(), rows=(replace(first, fee_cents=first.fee_cents + 1), *others))


def test_more_rows_than_can_be_printed_stand_in_the_attached_file_alone() -> None:
    row = PayoutRow(row="txn_1", category="charge", gift="", amount_cents=1, fee_cents=0)
    with pytest.raises(DocumentRefusedError, match="rows"):
        replace(good(), row_count=ROWS_MAX + 1, rows=(row,) * (ROWS_MAX + 1))
    told = replace(good(), row_count=ROWS_MAX + 1, rows=())
    assert thaw(freeze(told)) == told
