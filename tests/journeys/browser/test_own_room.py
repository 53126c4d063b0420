"""A donor's own room in Chromium without a script: a link by mail, gifts, a new amount, the receipt, and out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.journeys.browser.conftest import Invite
from tests.journeys.browser.test_monthly import TOO_SOON, _give_monthly, _wait
from tests.journeys.browser.town import Town, open_town

WIDTHS = (320, 768, 1440)
_LOOK = os.environ.get("ALMONER_TEST_LOOK")
"""A folder for pictures of what the journey sees, for a person's eyes."""


@pytest.fixture
def town(tmp_path: Path, cache_folder: Path) -> Iterator[Town]:
    """Open a town of one house."""
    with open_town(tmp_path / "house", cache_folder) as opened:
        yield opened


@pytest.mark.parametrize("script", [False, True])
def test_a_donor_comes_in_by_mail_changes_a_monthly_gift_and_takes_the_receipt(
    town: Town, invite: Invite, *, script: bool
) -> None:
    visitor = invite(script=script, width=320)
    page = visitor.open()
    _give_monthly(page, town.address)
    page.get_by_role("button", name="Pay $67.25").click()
    page.wait_for_url("**/thanks/**")
    _wait(page, lambda: any("has begun" in str(message["Subject"]) for message in town.messages()))
    page.goto(f"{town.address}/me")
    _look(page, "door", script=script)
    page.get_by_label("E-mail address you gave with").fill("zoe@example.org")
    page.get_by_role("button", name="Mail me a link").click()
    expect(page.locator("h1")).to_have_text("Look at your mail")
    page.goto(_link_of(town, page))
    _look(page, "link", script=script)
    page.get_by_role("button", name="Open my room").click()
    page.wait_for_url("**/me")
    expect(page.get_by_text("Received", exact=True)).to_be_visible()
    _wait_for_receipt(page)
    _look(page, "room", script=script)
    with page.expect_download() as receipt:
        page.get_by_role("link", name="PDF R-").click()
    assert receipt.value.suggested_filename.startswith("R-")
    _change_amount(page, script=script)
    page.goto(f"{town.address}/me")
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("button", name="Mail me a link")).to_be_visible()
    assert visitor.complaints == []


def _change_amount(page: Page, *, script: bool) -> None:
    page.get_by_role("link", name="Change amount").click()
    page.get_by_text("Amount", exact=True).click()
    _look(page, "pledge", script=script)
    page.get_by_label("Each month to the").fill("80")
    page.wait_for_timeout(TOO_SOON)
    page.get_by_role("button", name="Change the amount").click()

    def is_changed() -> bool:
        page.reload()
        return "$80.00" in page.locator(".facts").inner_text()

    _wait(page, is_changed)


def _wait_for_receipt(page: Page) -> None:
    def is_there() -> bool:
        page.reload()
        return page.get_by_role("link", name="PDF R-").is_visible()

    _wait(page, is_there)


def _link_of(town: Town, page: Page) -> str:
    _wait(page, lambda: any("Your link" in str(message["Subject"]) for message in town.messages()))
    (message,) = (message for message in town.messages() if "Your link" in str(message["Subject"]))
    body = message.get_body(("plain",))
    assert body is not None
    (link,) = (word for word in body.get_content().split() if "/me/link/" in word)
    return str(link)


def _look(page: Page, name: str, *, script: bool) -> None:
    """See that nothing is cut off at any width, and that nobody is shut out."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if script:
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (name, width)
        if _LOOK:
            page.screenshot(path=f"{_LOOK}/{name}-{width}.png", full_page=True)
    if script:
        # Axe itself needs a page that runs script.
        assert Axe().run(page).response["violations"] == []
