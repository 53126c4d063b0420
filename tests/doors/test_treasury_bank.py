"""/treasury/bank and /treasury/months: a statement is taken in, matched, agreed on, and its month closed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from donations.simulator import acts
from donations.wiring import open_treasury_desks
from tests.bank_files import Told, ofx
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.journeys.houses import founded, street_of
from tests.treasury_room import Browser, TreasuryRoom, staffed

PAGE = "/treasury/bank"


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house whose one gift was paid out to the bank."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        street.give(FORM, how="paid")
        street.deliver_and_drain()
        paid_out = acts.pay_out_all(street.stripe)
        street.deliver_and_drain()
        acts.let_payout_arrive(street.stripe, paid_out.objects[0])
        street.deliver_and_drain()
        yield staffed(street)


def _upload(browser: Browser, content: bytes, *, account: str = "children") -> TestResponse:
    shown = browser.get(PAGE).get_data(as_text=True)
    token = re.search(r'name="form_token" value="([0-9a-f]+)"', shown)
    fields = {"account": account, "form_token": token[1] if token else "", "file": (io.BytesIO(content), "bank.ofx")}
    return browser.client.post(PAGE, data=fields, base_url=browser.base_url)


def _awaited(room: TreasuryRoom) -> tuple[int, date]:
    (payout,) = open_treasury_desks(room.rooms).bank.list_awaited()
    return payout.cents, payout.since


def test_a_certificate_ties_rows_payout_and_bank_line_to_nothing(room: TreasuryRoom) -> None:
    cents, arrives = _awaited(room)
    auditor = room.browser("auditor")
    listed = auditor.get("/treasury/payouts").get_data(as_text=True)
    address = re.search(r'href="(/treasury/payouts/po_\w+)"', listed)
    assert address is not None
    assert "It is whole; the bank has not shown it yet." in auditor.get(address[1]).get_data(as_text=True)
    _upload(room.browser("treasurer"), ofx([Told(fitid="1", on=arrives, cents=cents)]))
    room.browser("treasurer").send(f"{PAGE}/certain", {}, page=PAGE)
    page = auditor.get(address[1]).get_data(as_text=True)
    assert "Rows, payout and bank line are one sum." in page
    assert "$130.00" in page, "gross, and the children's whole share"
    assert page.count("/treasury/gifts/g_") == 1
    assert auditor.get("/treasury/payouts/po_unknown").status_code == 404


def test_a_payout_is_matched_and_its_month_closed(room: TreasuryRoom) -> None:
    cents, arrives = _awaited(room)
    treasurer = room.browser("treasurer")
    shown = _upload(treasurer, ofx([Told(fitid="1", on=arrives, cents=cents)], balance=(arrives, cents)))
    assert "New lines: 1; known already: 0." in shown.get_data(as_text=True)
    assert "Book the 1 certain one" in treasurer.get(PAGE).get_data(as_text=True)
    assert treasurer.send(f"{PAGE}/certain", {}, page=PAGE).status_code == 303
    assert "Every line of the bank is in the book." in treasurer.get(PAGE).get_data(as_text=True)
    again = _upload(treasurer, ofx([Told(fitid="1", on=arrives, cents=cents)]))
    assert "known already: 1." in again.get_data(as_text=True)
