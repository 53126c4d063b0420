"""Journeys at the desk: a batch entered, a refund, a purchase, a wrong match undone, a month closed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from donations import ledger
from donations.bank.months import last_day_of
from donations.cli.playing import Street
from donations.ledger import AsOf
from donations.postings import FUND_IDS
from donations.simulator import acts, control
from donations.staff import Role
from tests.bank_files import Told, ofx
from tests.doors.conftest import FORM
from tests.journeys.browser.conftest import Invite, Visitor
from tests.journeys.browser.staff import accept, invite_by_command
from tests.journeys.browser.test_staff_enter import street
from tests.journeys.houses import today_of

__all__ = ["street"]


def _let_in(street: Street, visitor: Visitor, name: str, *roles: Role) -> Page:
    invite_by_command(street, name, roles)
    return accept(street, visitor, f"{name.split(maxsplit=1)[0].lower()}@example.org")


def _book_cents(street: Street, account: str, on: date) -> int:
    with street.rooms.database.read() as session:
        return sum(ledger.balance(session, fund, account, AsOf(effective_on=on)) for fund in FUND_IDS)


def test_an_envelope_of_cheques_is_entered_by_keyboard_and_posted(street: Street, invite: Invite) -> None:
    visitor = invite()
    ada = _let_in(street, visitor, "Ada Admin", "treasurer")
    ada.get_by_role("link", name="Batches").first.click()
    ada.locator("#count").fill("2")
    ada.locator("#total").fill("155.00")
    ada.keyboard.press("Enter")
    ada.wait_for_url("**/treasury/batches/b_*")
    day = today_of(street).isoformat()
    for number, dollars, name in (("1042", "130.00", "Bea Example"), ("1043", "25.00", "Cleo Example")):
        ada.locator("#cheque_number").fill(number)
        ada.locator("#amount").fill(dollars)
        ada.locator("#postmarked_on").fill(day)
        ada.locator("#received_on").fill(day)
        ada.locator("#name").fill(name)
        ada.locator("#name").press("Enter")
        ada.get_by_text(name).first.wait_for()
    ada.get_by_role("button", name="Post").click()
    ada.get_by_text("posted").first.wait_for()
    assert _book_cents(street, "assets:undeposited", today_of(street)) == 15_500
    assert visitor.complaints == []


def test_a_refund_is_asked_for_by_one_and_approved_by_another(street: Street, invite: Invite) -> None:
    street.give(FORM, how="paid")
    street.deliver_and_drain()
    first, second = invite(), invite()
    ada = _let_in(street, first, "Ada Admin", "treasurer")
    bo = _let_in(street, second, "Bo Board", "approver")
    ada.get_by_role("link", name="Gifts", exact=True).first.click()
    ada.locator("tbody a").first.click()
    ada.locator("#amount").fill("130.00")
    ada.get_by_role("button", name="Ask for the refund").click()
    ada.wait_for_url("**/treasury/approvals/*")
    assert not ada.get_by_role("button", name="Approve").is_visible()
    bo.goto(ada.url)
    bo.get_by_text("$130.00").first.wait_for()
    bo.get_by_role("button", name="Approve").click()
    bo.get_by_text("being carried out").wait_for()
    street.deliver_and_drain()
    ada.reload()
    ada.get_by_text("done").first.wait_for()
    assert _book_cents(street, "income:refunds", today_of(street)) == 13_000
    assert first.complaints + second.complaints == []


def test_clothing_is_drafted_by_one_and_booked_by_another(street: Street, invite: Invite) -> None:
    street.give(FORM, how="paid")
    street.deliver_and_drain()
    first, second = invite(), invite()
    cy = _let_in(street, first, "Cy Clerk", "purchaser")
    ada = _let_in(street, second, "Ada Admin", "treasurer")
    cy.get_by_role("link", name="Purchases").first.click()
    for field, value in (("receipt_number", "W-1002"), ("amount", "131.50"), ("count", "1"), ("outfit", "5")):
        cy.locator(f"#{field}").fill(value)
    cy.get_by_role("button", name="Draft it").click()
    cy.get_by_text("another person approves it").wait_for()
    ada.goto(cy.url)
    ada.get_by_role("button", name="Approve and book").click()
    ada.get_by_text("approved").first.wait_for()
    assert _book_cents(street, "expense:clothing", today_of(street)) == 13_150
    assert first.complaints + second.complaints == []


@pytest.mark.parametrize("width", [320, 1280])
def test_a_month_is_reconciled_with_the_bank_and_closed(
    street: Street, invite: Invite, tmp_path: Path, width: int
) -> None:
    statement = tmp_path / "november.qfx"
    last = _let_a_month_pass(street, statement)
    visitor = invite(width=width)
    ada = _let_in(street, visitor, "Ada Admin", "treasurer")
    home = ada.url
    control.set_clock(street.stripe, datetime.combine(last, datetime.min.time(), UTC) + timedelta(days=3))
    _prove_key(ada, home)
    ada.locator("#file").set_input_files(statement)
    ada.get_by_role("button", name="Take it in").click()
    ada.get_by_text("New lines: 2").wait_for()
    ada.get_by_role("button", name="Book the 1 certain one").click()
    ada.get_by_text("1 line waits for you").wait_for()
    ada.get_by_role("button", name="Book it").click()
    ada.get_by_text("Every line of the bank is in the book.").wait_for()
    for account in ("children", "operations"):
        ada.goto(f"{home}/bank")
        ada.locator("#says-account").select_option(account)
        ada.locator("#on").fill(last.isoformat())
        ada.locator("#amount").fill(f"{_book_cents(street, f'assets:bank:{account}', last) / 100:.2f}")
        ada.get_by_role("button", name="Note it").click()
        ada.wait_for_url("**/treasury/months?*")
    ada.get_by_text("Book and bank agree to the cent.").wait_for()
    ada.get_by_role("button", name=f"Close {last:%Y-%m}").click()
    ada.get_by_text("Nothing more is booked on its days").wait_for()
    with street.rooms.database.read() as session:
        assert ledger.closed_through(session) == last
    assert visitor.complaints == []


def test_a_wrong_match_of_the_bank_is_undone_by_two(street: Street, invite: Invite, tmp_path: Path) -> None:
    statement, today = tmp_path / "november.qfx", today_of(street)
    statement.write_bytes(ofx([Told(fitid="9", on=today, cents=-1_200)]))
    first, second = invite(), invite()
    ada = _let_in(street, first, "Ada Admin", "treasurer")
    bo = _let_in(street, second, "Bo Board", "approver")
    ada.goto(ada.url + "/bank")
    ada.locator("#file").set_input_files(statement)
    ada.get_by_role("button", name="Take it in").click()
    ada.get_by_label("It is").select_option("suspense")
    ada.get_by_role("button", name="Book it").click()
    ada.get_by_text("Every line of the bank is in the book.").wait_for()
    ada.get_by_role("button", name="Ask to undo it").click()
    ada.wait_for_url("**/treasury/approvals/*")
    bo.goto(ada.url)
    bo.get_by_text("what it booked is reversed, and the line waits again").wait_for()
    bo.get_by_role("button", name="Approve").click()
    bo.get_by_text("being carried out").wait_for()
    street.deliver_and_drain()
    ada.goto(ada.url.partition("/approvals")[0] + "/bank")
    ada.get_by_text("1 line waits for you").wait_for()
    assert _book_cents(street, "assets:bank:children", today) == 0
    assert first.complaints + second.complaints == []


def _let_a_month_pass(street: Street, statement: Path) -> date:
    """Give, pay it out, and write what the bank tells of it; return the month's last day."""
    street.give(FORM, how="paid")
    street.deliver_and_drain()
    paid_out = acts.pay_out_all(street.stripe)
    street.deliver_and_drain()
    acts.let_payout_arrive(street.stripe, paid_out.objects[0])
    street.deliver_and_drain()
    on = today_of(street)
    cents = _book_cents(street, "assets:in-transit", on + timedelta(days=30))
    lines = [Told(fitid="1", on=on, cents=cents), Told(fitid="2", on=on, cents=-500, words="SERVICE FEE", type="FEE")]
    statement.write_bytes(ofx(lines, balance=(on, cents - 500)))
    return last_day_of(f"{on:%Y-%m}")


def _prove_key(page: Page, home: str) -> None:
    """Open the bank's page, signing in again where the clock has ended the session."""
    page.goto(f"{home}/bank")
    if page.get_by_role("button", name="Use my passkey").is_visible():
        page.get_by_role("button", name="Use my passkey").click()
        page.get_by_role("heading", name=re.compile("The desk|Bank lines")).first.wait_for()
    page.goto(f"{home}/bank")
    page.get_by_role("heading", name="Bank lines").wait_for()
