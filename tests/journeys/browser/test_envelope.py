"""Journey: an envelope of fifty cheques, entered by keyboard alone in less than ten minutes of a person's typing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from donations import ledger
from donations.cli.playing import Street
from donations.ledger import AsOf
from donations.postings import FUND_IDS
from tests.bench.cheques import CHEQUES, KEYS_A_SECOND, TEN_MINUTES, Cheque
from tests.journeys.browser.conftest import Invite
from tests.journeys.browser.staff import accept, invite_by_command
from tests.journeys.browser.test_pages import violations
from tests.journeys.browser.test_staff_enter import street
from tests.journeys.houses import today_of

__all__ = ["street"]


@dataclass
class Typist:
    """Hands on a keyboard, with no mouse: every key they strike is counted."""

    page: Page
    struck: int = 0

    def type(self, text: str) -> None:
        """Strike the keys of a text."""
        self.page.keyboard.type(text)
        self.struck += len(text)

    def press(self, key: str) -> None:
        """Strike one key."""
        self.page.keyboard.press(key)
        self.struck += 1

    def enter(self, cheque: Cheque) -> None:
        """Enter one cheque once the cursor stands in its first field, put there by the page itself."""
        expect(self.page.locator("#cheque_number")).to_be_focused()
        for text in (cheque.number, cheque.amount, cheque.name):
            self.type(text)
            self.press("Tab")
        self.type(cheque.postmark)
        with self.page.expect_navigation():
            self.press("Enter")


def test_fifty_cheques_are_entered_by_keyboard_in_ten_minutes_of_typing(street: Street, invite: Invite) -> None:
    invite_by_command(street, "Ada Admin", ("treasurer",))
    visitor = invite()
    page = accept(street, visitor, "ada@example.org")
    page.goto(page.url + "/batches")
    expect(page.locator("#count")).to_be_focused()
    hands = Typist(page)
    hands.type(str(len(CHEQUES)))
    hands.press("Tab")
    hands.type("7375.00")
    with page.expect_navigation():
        hands.press("Enter")
    for cheque in CHEQUES:
        hands.enter(cheque)
    page.get_by_text("50 of 50 gifts entered").wait_for()
    assert page.get_by_role("heading", name="$7,375.00").is_visible()
    # The house's own time is no part of this: the bench tells it beside the same keys (./run bench treasury).
    assert hands.struck <= TEN_MINUTES * KEYS_A_SECOND
    assert hands.struck == sum(cheque.keys for cheque in CHEQUES) + len("50") + len("7375.00") + 2
    page.get_by_role("button", name="Post the batch").press("Enter")
    page.get_by_text("posted").first.wait_for()
    with street.rooms.database.read() as session:
        on = AsOf(effective_on=today_of(street))
        assert sum(ledger.balance(session, fund, "assets:undeposited", on) for fund in FUND_IDS) == 737_500
    assert visitor.complaints == []


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_the_lines_of_a_batch_can_be_read_at_every_width(
    street: Street, invite: Invite, tmp_path: Path, width: int
) -> None:
    invite_by_command(street, "Ada Admin", ("treasurer",))
    visitor = invite(width=width)
    page = accept(street, visitor, "ada@example.org")
    page.goto(page.url + "/batches")
    page.locator("#count").fill("3")
    page.locator("#total").fill("90.00")
    page.locator("#total").press("Enter")
    hands = Typist(page)
    for cheque in CHEQUES[:3]:
        hands.enter(cheque)
    page.screenshot(path=Path(os.environ.get("ALMONER_SCREENSHOTS", tmp_path)) / f"batch-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".scroll").evaluate("table => table.scrollWidth <= table.clientWidth")
    assert violations(page) == []
