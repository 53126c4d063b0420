"""A gift entered wrongly at the desk: one asks that it be taken out, another agrees, and its receipt is void."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from donations.invariants.checking import audit
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.journeys.houses import founded, street_of, today_of
from tests.treasury_room import Browser, TreasuryRoom, staffed


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        yield staffed(street)


def _enter(room: TreasuryRoom) -> str:
    """Post a batch of one gift in cash and return the page of the gift."""
    browser = room.browser("treasurer")
    page = browser.send("/treasury/batches", {"count": "1", "total": "25.00"}).headers["Location"]
    day = today_of(room.street).isoformat()
    browser.send(page, {"kind": "cash", "amount": "25.00", "name": "Ben Example", "received_on": day})
    assert browser.send(f"{page}/post", {}, page=page).status_code == 303
    room.street.worker().drain()
    return _first_gift(browser)


def _first_gift(browser: Browser) -> str:
    found = re.search(r"/treasury/gifts/g_[0-9a-z]{16}", browser.get("/treasury/gifts").get_data(as_text=True))
    assert found is not None
    return found[0]


def test_one_asks_another_agrees_and_the_gift_is_out_of_the_book(room: TreasuryRoom) -> None:
    gift = _enter(room)
    treasurer, approver = room.browser("treasurer"), room.browser("approver")
    assert "Was it entered wrongly?" in treasurer.get(gift).get_data(as_text=True)
    asked = treasurer.send(f"{gift}/correction", {"reason": "wrong_amount"}, page=gift).headers["Location"]
    assert treasurer.send(asked, {"decision": "approve"}).status_code in {403, 422}
    shown = approver.get(asked).get_data(as_text=True)
    assert "is taken out of the book" in shown
    assert "children: debit income:gifts, credit assets:undeposited, $25.00" in shown
    assert approver.send(asked, {"decision": "approve"}).status_code == 303
    room.street.worker().drain()
    page = treasurer.get(gift).get_data(as_text=True)
    assert "badge-corrected" in page
    assert "badge-void" in page
    assert "Was it entered wrongly?" not in page
    with room.rooms.database.read() as session:
        assert [check for check in audit(session) if not check.ok] == []


def test_a_gift_by_stripe_and_a_reason_nobody_knows_are_refused(room: TreasuryRoom) -> None:
    room.street.give(FORM, how="paid")
    room.street.deliver_and_drain()
    treasurer = room.browser("treasurer")
    by_stripe = _first_gift(treasurer)
    assert "Was it entered wrongly?" not in treasurer.get(by_stripe).get_data(as_text=True)
    answer = treasurer.send(f"{by_stripe}/correction", {"reason": "never_came"}, page=by_stripe)
    assert answer.status_code == 422
    assert "is given back, not taken out" in answer.get_data(as_text=True)
    desk = _enter(room)
    assert treasurer.send(f"{desk}/correction", {"reason": "because"}, page=desk).status_code == 422
    assert room.browser("auditor").send(f"{desk}/correction", {"reason": "never_came"}, page=desk).status_code == 403
