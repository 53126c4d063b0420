"""/treasury/batches: counted, entered by keyboard, posted when both agree, with a slip for the bank."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Foundry
from tests.journeys.houses import founded, street_of
from tests.treasury_room import Browser, TreasuryRoom, staffed

LINE = {
    "kind": "cheque",
    "amount": "130.00",
    "name": "Ada Example",
    "cheque_number": "1042",
    "received_on": "2026-11-01",
}


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        yield staffed(street)


def _open(browser: Browser, *, count: str = "2", total: str = "155.00") -> str:
    return browser.send("/treasury/batches", {"count": count, "total": total}).headers["Location"]


def _line(**changes: str) -> dict[str, str]:
    day = "2026-11-01"
    return {**LINE, "received_on": day, "postmarked_on": day, **changes}


def test_a_batch_is_posted_only_when_count_and_total_agree(room: TreasuryRoom) -> None:
    browser = room.browser("treasurer")
    page = _open(browser)
    assert browser.send(page, _line()).status_code == 303
    refused = browser.send(f"{page}/post", {}, page=page)
    assert refused.status_code in {400, 422}
    assert "$25.00" in refused.get_data(as_text=True)
    cash = {"kind": "cash", "amount": "25.00", "name": "Ben Example", "received_on": "2026-11-01"}
    assert browser.send(page, cash).status_code == 303
    assert browser.send(f"{page}/post", {}, page=page).status_code == 303
    assert "posted" in browser.get(page).get_data(as_text=True)
    slip = browser.get(f"{page}/slip").get_data(as_text=True)
    assert "Check 1042" in slip
    assert "$155.00" in slip
    room.street.worker().drain()
    gift = browser.get(page).get_data(as_text=True).split('href="/treasury/gifts/')[1][:18]
    assert "R-2026-" in browser.get(f"/treasury/gifts/{gift}").get_data(as_text=True)


def test_a_likely_duplicate_is_ticked_away_and_what_was_typed_stays(room: TreasuryRoom) -> None:
    browser = room.browser("treasurer")
    page = _open(browser)
    browser.send(page, _line())
    again = browser.send(page, _line()).get_data(as_text=True)
    assert "is here already" in again
    assert 'value="Ada Example"' in again
    assert browser.send(page, _line(not_duplicate="1")).status_code == 303


def test_a_gift_of_an_unknown_donor_is_entered_by_a_tick_and_gets_no_receipt(room: TreasuryRoom) -> None:
    browser = room.browser("treasurer")
    page = _open(browser, count="1", total="412.00")
    line = {"kind": "cash", "amount": "412.00", "name": "", "received_on": "2026-11-01"}
    assert "donor is unknown" in browser.send(page, line).get_data(as_text=True)
    assert browser.send(page, {**line, "unknown_donor": "1"}).status_code == 303
    assert browser.send(f"{page}/post", {}, page=page).status_code == 303
    room.street.worker().drain()
    shown = browser.get(page).get_data(as_text=True)
    assert "Unknown donor" in shown
    gift = browser.get(f"/treasury/gifts/{shown.split('/treasury/gifts/')[1][:18]}")
    assert gift.status_code == 200
    assert "R-2026-" not in gift.get_data(as_text=True)


def test_the_next_line_begins_as_the_last_one_and_a_line_can_be_taken_out(room: TreasuryRoom) -> None:
    browser = room.browser("treasurer")
    page = _open(browser)
    browser.send(page, {"kind": "cash", "amount": "5.00", "name": "Ada", "received_on": "2026-10-30"})
    shown = browser.get(page).get_data(as_text=True)
    assert '<option value="cash" selected>' in shown
    assert 'value="2026-10-30"' in shown
    line = shown.split('name="remove" value="')[1][:18]
    assert browser.send(page, {"remove": line}).status_code == 303
    assert "Nothing entered yet" in browser.get(page).get_data(as_text=True)


def test_posting_wants_a_key_just_proved_and_entering_does_not(room: TreasuryRoom) -> None:
    browser = room.browser("treasurer", fresh=False)
    page = _open(browser, count="1", total="130.00")
    assert browser.send(page, _line()).status_code == 303
    assert "/treasury/step-up" in browser.send(f"{page}/post", {}, page=page).headers["Location"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"amount": "a lot"}, "in dollars"),
        ({"name": "\u202eAda"}, "cannot be printed"),
        ({"cheque_number": ""}, "number printed"),
        ({"received_on": "2999-01-01"}, "day to come"),
        ({"received_on": "yesterday"}, "like 2026-11-23"),
        ({"kind": "gold"}, "how the gift came"),
    ],
)
def test_a_line_that_cannot_be_believed_is_refused_in_words(
    room: TreasuryRoom, changes: dict[str, str], sentence: str
) -> None:
    browser = room.browser("treasurer")
    page = _open(browser)
    answer = browser.send(page, _line(**changes))
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
