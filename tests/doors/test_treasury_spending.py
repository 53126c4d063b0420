"""/treasury/funds and /treasury/purchases: one drafts, another books, and a slip of the pen keeps what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from donations.web.treasury.rooms import Treasury
from donations.wiring import open_treasury_desks
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.journeys.houses import founded, street_of
from tests.treasury_room import TreasuryRoom, staffed

BILL = {
    "receipt_number": "W-1002",
    "amount": "131.50",
    "count": "1",
    "outfit": "5",
    "shoes": "1",
    "paid_from": "bank",
}
PAGE = "/treasury/purchases"


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house with one clothing fund filled."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        street.give(FORM, how="paid")
        street.deliver_and_drain()
        yield staffed(street)


def _desks(room: TreasuryRoom) -> Treasury:
    return open_treasury_desks(room.rooms)


def _spent(room: TreasuryRoom) -> list[int]:
    return [fund.spent_cents for fund in _desks(room).spending.funds()]


def test_a_purchaser_drafts_and_the_treasurer_books(room: TreasuryRoom) -> None:
    purchaser, treasurer = room.browser("purchaser"), room.browser("treasurer")
    drafted = purchaser.send(PAGE, BILL).headers["Location"]
    assert _spent(room) == [0, 0, 0]
    assert "another person approves it" in purchaser.get(drafted).get_data(as_text=True)
    assert purchaser.send(drafted, {"act": "approve"}, page=PAGE).status_code == 403
    assert treasurer.send(drafted, {"act": "approve"}).status_code == 303
    assert _spent(room) == [13_000, 0, 0]
    page = treasurer.get(drafted).get_data(as_text=True)
    assert "$1.50" in page
    assert "5 outfit, 1 shoes" in page


def test_a_bill_noted_as_paid_by_mistake_is_owed_again(room: TreasuryRoom) -> None:
    purchaser, treasurer = room.browser("purchaser"), room.browser("treasurer")
    drafted = purchaser.send(PAGE, {**BILL, "paid_from": "account"}).headers["Location"]
    for act in ("approve", "pay"):
        assert treasurer.send(drafted, {"act": act}).status_code == 303
    assert purchaser.send(drafted, {"act": "unpay"}, page=PAGE).status_code == 403
    assert "on account, and paid" in treasurer.get(drafted).get_data(as_text=True)
    assert treasurer.send(drafted, {"act": "unpay"}).status_code == 303
    assert "not yet paid" in treasurer.get(drafted).get_data(as_text=True)
    refused = treasurer.send(drafted, {"act": "unpay"})
    assert (refused.status_code, "is not noted as paid" in refused.get_data(as_text=True)) == (422, True)


def test_a_slip_of_the_pen_keeps_what_was_typed(room: TreasuryRoom) -> None:
    answer = room.browser("purchaser").send(PAGE, {**BILL, "amount": "a hundred"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "in dollars" in page
    assert 'value="W-1002"' in page
    answer = room.browser("purchaser").send(PAGE, {**BILL, "count": "2"})
    assert "Only 1 clothing funds are full" in answer.get_data(as_text=True)


def test_the_treasurer_opens_clothing_funds_and_closes_one(room: TreasuryRoom) -> None:
    treasurer = room.browser("treasurer")
    assert treasurer.send("/treasury/funds", {"act": "open", "count": "2"}).status_code == 303
    funds = _desks(room).spending.funds()
    assert len(funds) == 5
    assert treasurer.send("/treasury/funds", {"act": "close", "code": funds[4].code}).status_code == 303
    assert _desks(room).spending.funds()[4].state == "closed"
    refused = treasurer.send("/treasury/funds", {"act": "open", "count": "0"})
    assert (refused.status_code, "Open between 1" in refused.get_data(as_text=True)) == (422, True)


def test_a_funds_page_tells_what_came_and_what_it_bought(room: TreasuryRoom) -> None:
    code = _desks(room).spending.funds()[0].code
    drafted = room.browser("purchaser").send(PAGE, BILL).headers["Location"]
    room.browser("treasurer").send(drafted, {"act": "approve"})
    page = room.browser("auditor").get(f"/treasury/funds/{code}").get_data(as_text=True)
    assert "$0.00 <span" in page
    assert "-$130.00" in page
    assert f'href="{drafted}"' in page
    found = _desks(room).spending.find_fund(code)
    assert sum(line.cents for line in found.lines) == found.left_cents == 0
    assert room.browser("treasurer").send(drafted, {"act": "return"}).status_code == 303
    found = _desks(room).spending.find_fund(code)
    assert sum(line.cents for line in found.lines) == found.left_cents == 13_000
    for other in ("CF-0000000000", "CF-", "x"):
        assert room.browser("auditor").get(f"/treasury/funds/{other}").status_code == 404


@pytest.mark.parametrize(("path", "role", "status"), [(PAGE, "admin", 403), (PAGE, "auditor", 200)])
def test_only_who_may_see_purchases_sees_them(room: TreasuryRoom, path: str, role: str, status: int) -> None:
    assert room.browser(role).get(path).status_code == status  # type: ignore[arg-type]


def test_a_purchase_that_is_not_there_is_the_same_404(room: TreasuryRoom) -> None:
    for reference in ("b_0123456789abcdef", "x", "b_0123456789ABCDEF"):
        assert room.browser("treasurer").get(f"{PAGE}/{reference}").status_code == 404


def test_many_clothing_funds_are_shown_a_hundred_on_a_page(room: TreasuryRoom) -> None:
    treasurer = room.browser("treasurer")
    treasurer.send("/treasury/funds", {"act": "open", "count": "120"})
    codes = [fund.code for fund in _desks(room).spending.funds()]
    first = treasurer.get("/treasury/funds").get_data(as_text=True)
    second = treasurer.get("/treasury/funds?after=100").get_data(as_text=True)
    assert f"Places 1 to 100 of {len(codes)}" in first
    assert [code for code in codes if f"<code>{code}</code>" in first] == codes[:100]
    assert [code for code in codes if f"<code>{code}</code>" in second] == codes[100:]
    assert "after=0" in second
