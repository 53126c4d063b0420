"""Journey: invited by the command, a key made, out and in again, stepped up, and a third person let in by two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from donations.cli.playing import Street
from donations.simulator import control
from tests.databases import Foundry
from tests.journeys.browser.conftest import Invite
from tests.journeys.browser.staff import accept, invite_by_command, served_street


@pytest.fixture
def street(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[Street]:
    """Serve a founded house on loopback."""
    with served_street(foundry, tmp_path, cache_folder) as opened:
        yield opened


def test_two_people_let_a_third_in(street: Street, invite: Invite) -> None:
    invite_by_command(street, "Ada Admin", ("admin", "treasurer"))
    first = invite()
    ada = accept(street, first, "ada@example.org")
    ada.goto(ada.url.replace("/treasury", "/treasury/account"))
    ada.get_by_role("button", name="Sign out").click()
    ada.get_by_role("button", name="Use my passkey").click()
    ada.get_by_role("heading", name="The desk").wait_for()
    invite_by_command(street, "Bo Board", ("approver",))
    second = invite()
    bo = accept(street, second, "bo@example.org")
    control.set_clock(street.stripe, street.rooms.clock.now() + timedelta(minutes=6))
    for page in (ada, bo):
        page.reload()
    ada.get_by_role("link", name="Staff").first.click()
    ada.get_by_label("Name").fill("Cy Clerk")
    ada.get_by_label("E-mail address").fill("cy@example.org")
    ada.get_by_label("purchaser").check()
    ada.get_by_role("button", name="Ask for the invitation").click()
    ada.get_by_role("button", name="Use my passkey").click()
    ada.get_by_label("Name").fill("Cy Clerk")
    ada.get_by_label("E-mail address").fill("cy@example.org")
    ada.get_by_label("purchaser").check()
    ada.get_by_role("button", name="Ask for the invitation").click()
    ada.wait_for_url("**/treasury/approvals/*")
    asked = ada.url
    bo.goto(asked)
    bo.get_by_role("button", name="Approve").click()
    bo.get_by_role("button", name="Use my passkey").click()
    bo.get_by_role("button", name="Approve").click()
    bo.get_by_text("being carried out").wait_for()
    street.deliver_and_drain()
    third = invite()
    cy = accept(street, third, "cy@example.org")
    assert cy.get_by_role("heading", name="The desk").is_visible()
    assert first.complaints + second.complaints + third.complaints == []
