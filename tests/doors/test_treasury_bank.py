"""/treasury/bank and /treasury/months: a statement is taken in, matched, agreed on, and its month closed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from donations.bank.months import last_day_of
from donations.money import format_dollars
from donations.simulator import acts, control
from donations.tables import BankUnmatch, entry
from donations.wiring import open_treasury_desks
from tests.bank_files import Told, ofx
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.journeys.houses import founded, street_of, today_of
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
    printed = auditor.send(f"{address[1]}/certificate", {}, page=address[1])
    assert printed.content_type == "application/pdf"
    assert printed.get_data().startswith(b"%PDF-")
    assert printed.headers["Cache-Control"] == "no-store"


def test_nothing_is_certified_that_the_bank_has_not_shown(room: TreasuryRoom) -> None:
    auditor = room.browser("auditor")
    address = re.search(r'href="(/treasury/payouts/po_\w+)"', auditor.get("/treasury/payouts").get_data(as_text=True))
    assert address is not None
    refused = auditor.send(f"{address[1]}/certificate", {}, page="/treasury/tasks")
    assert refused.status_code == 422
    assert "The bank has not shown this payout yet" in refused.get_data(as_text=True)
    assert auditor.send("/treasury/payouts/po_unknown/certificate", {}, page="/treasury/tasks").status_code == 404


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


def test_a_strangers_money_is_claimed_from_suspense_and_receipted(room: TreasuryRoom) -> None:
    today = today_of(room.street)
    treasurer = room.browser("treasurer")
    _upload(treasurer, ofx([Told(fitid="7", on=today, cents=2_500, words="CLEO EXAMPLE")]))
    line = re.search(r"/treasury/bank/lines/l_[0-9a-z]{16}", treasurer.get(PAGE).get_data(as_text=True))
    assert line is not None
    assert "CLEO EXAMPLE" in treasurer.get(PAGE).get_data(as_text=True)
    assert "CLEO EXAMPLE" not in room.browser("auditor").get(PAGE).get_data(as_text=True), "a bank names donors"
    assert treasurer.send(line[0], {"saying": "suspense"}, page=PAGE).status_code == 303
    fields = {"key": "bank/children/7", "act": "claim", "kind": "wire", "received_on": today.isoformat()}
    slip = treasurer.send("/treasury/suspense", {**fields, "name": "Cleo Example", "amount": "a lot"})
    assert slip.status_code == 422
    assert 'value="Cleo Example"' in slip.get_data(as_text=True)
    done = treasurer.send("/treasury/suspense", {**fields, "name": "Cleo Example", "amount": "$25.00"})
    assert done.status_code == 303, done.get_data(as_text=True)
    assert "/treasury/gifts/g_" in done.headers["Location"]
    room.street.worker().drain()
    assert "R-2026-" in treasurer.get(done.headers["Location"]).get_data(as_text=True)
    assert "Nothing waits in suspense." in treasurer.get("/treasury/suspense").get_data(as_text=True)


def test_what_was_cleared_as_a_cost_by_mistake_waits_again(room: TreasuryRoom) -> None:
    page, treasurer = "/treasury/suspense", room.browser("treasurer")
    _upload(treasurer, ofx([Told(fitid="7", on=today_of(room.street), cents=-900)]))
    line = re.search(r"/treasury/bank/lines/l_[0-9a-z]{16}", treasurer.get(PAGE).get_data(as_text=True))
    assert line is not None
    assert treasurer.send(line[0], {"saying": "suspense"}, page=PAGE).status_code == 303
    key = {"key": "bank/children/7"}
    assert treasurer.send(page, {**key, "act": "bank_charge"}).status_code == 303
    assert "Cleared as a cost" in room.browser("auditor").get(page).get_data(as_text=True)
    assert room.browser("auditor").send(page, {**key, "act": "wait_again"}).status_code == 403
    for wrong in ({"key": ""}, {"key": "bank/children/%"}, {"key": "bank/children/8"}):
        assert treasurer.send(page, {**wrong, "act": "wait_again"}).status_code == 404
    assert treasurer.send(page, {**key, "act": "wait_again"}).status_code == 303
    shown = treasurer.get(page).get_data(as_text=True)
    assert "Cleared as a cost" not in shown
    assert "bank/children/7" in shown
    assert treasurer.send(page, {**key, "act": "wait_again"}).status_code == 404, "it waits already"


def test_a_month_is_closed_when_all_agrees_and_reopened_by_two(room: TreasuryRoom) -> None:
    cents, arrives = _awaited(room)
    treasurer = room.browser("treasurer")
    _upload(treasurer, ofx([Told(fitid="1", on=arrives, cents=cents)]))
    treasurer.send(f"{PAGE}/certain", {}, page=PAGE)
    control.set_clock(
        room.street.stripe, datetime(arrives.year, arrives.month, 28, 20, tzinfo=UTC) + timedelta(days=20)
    )
    treasurer = room.browser("treasurer")
    month, last = arrives.strftime("%Y-%m"), last_day_of(arrives.strftime("%Y-%m"))
    page = "/treasury/months"
    early = treasurer.send(page, {"act": "close", "month": month}, page=PAGE)
    assert early.status_code == 422
    assert "Nobody noted what the statement" in early.get_data(as_text=True)
    opened = open_treasury_desks(room.rooms).bank.agreement("operations", last).book_cents
    for account, holds in (("children", cents), ("operations", opened)):
        told = {"account": account, "on": last.isoformat(), "amount": f"{holds / 100:.2f}"}
        assert treasurer.send(f"{PAGE}/assertions", told, page=PAGE).status_code == 303
    ready = treasurer.get(f"{page}?month={month}").get_data(as_text=True)
    assert "Book and bank agree to the cent." in ready, ready
    assert treasurer.send(page, {"act": "close", "month": month}).status_code == 303
    closed = f"{page}?month={month}"
    asked = treasurer.send(page, {"act": "reopen", "month": month}, page=closed).headers["Location"]
    assert room.browser("approver").send(asked, {"decision": "approve"}).status_code == 303
    room.street.worker().drain()
    assert f">{month} <" in treasurer.get(f"{page}?month={month}").get_data(as_text=True)
    assert "badge-closed" not in treasurer.get(page).get_data(as_text=True)


def test_a_wrong_match_is_undone_by_two_and_the_line_waits_again(room: TreasuryRoom) -> None:
    cents, arrives = _awaited(room)
    treasurer, approver = room.browser("treasurer"), room.browser("approver")
    _upload(treasurer, ofx([Told(fitid="1", on=arrives, cents=cents)]))
    line = re.search(r"/treasury/bank/lines/(l_[0-9a-z]{16})", treasurer.get(PAGE).get_data(as_text=True))
    assert line is not None
    treasurer.send(line[0], {"saying": "suspense"}, page=PAGE)
    fields = {"line": line[1], "reason": "wrong_kind"}
    assert treasurer.send(f"{PAGE}/undo", {**fields, "reason": "because"}, page=PAGE).status_code == 422
    assert treasurer.send(f"{PAGE}/undo", {**fields, "line": "l_unknown"}, page=PAGE).status_code == 404
    asked = treasurer.send(f"{PAGE}/undo", fields, page=PAGE).headers["Location"]
    shown = approver.get(asked).get_data(as_text=True)
    assert "what it booked is reversed, and the line waits again" in shown
    assert f"children: debit liabilities:suspense, credit assets:bank:children, {format_dollars(cents)}" in shown
    assert treasurer.send(asked, {"decision": "approve"}).status_code in {403, 422}
    room.street.worker().drain()
    assert "Every line of the bank is in the book." in treasurer.get(PAGE).get_data(as_text=True)
    assert approver.send(asked, {"decision": "approve"}).status_code == 303
    room.street.worker().drain()
    assert "Book the 1 certain one" in treasurer.get(PAGE).get_data(as_text=True)
    assert "Nothing waits in suspense." in treasurer.get("/treasury/suspense").get_data(as_text=True)
    with room.rooms.database.read() as session:
        undone = session.scalars(select(BankUnmatch)).one()
        written = {undone.asked_by, undone.approved_by, *session.scalars(select(entry.c.actor))}
    assert {undone.asked_by, undone.approved_by} == {
        room.members["treasurer"].reference,
        room.members["approver"].reference,
    }
    assert not any(member.name in written for member in room.members.values()), "the book names no one"
