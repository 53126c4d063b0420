"""A monthly gift in Chromium, against the real house: form, till, thanks, mail, its page, the portal, its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from donations.invariants import audit
from tests.journeys.browser.conftest import Invite
from tests.journeys.browser.town import Town, open_town

MINUTE = 60_000
TOO_SOON = 3_300
"""Milliseconds a person needs at least for a form; one sent sooner is taken for a program's."""


@pytest.fixture
def town(tmp_path: Path, cache_folder: Path) -> Iterator[Town]:
    """Open a town of one house."""
    with open_town(tmp_path / "house", cache_folder) as opened:
        yield opened


@pytest.mark.parametrize("script", [True, False])
def test_a_monthly_gift_begins_is_paused_and_ends_without_an_account(
    town: Town, invite: Invite, *, script: bool
) -> None:
    visitor = invite(script=script, width=1280 if script else 320)
    page = visitor.open()
    _give_monthly(page, town.address)
    expect(page.locator("main")).to_contain_text("$67.25")
    page.get_by_role("button", name="Pay $67.25").click()
    page.wait_for_url("**/thanks/**")
    expect(page.get_by_text("Begun", exact=True)).to_be_visible(timeout=MINUTE)
    expect(page.locator("h1")).to_have_text("Thank you, Zoë Example.")
    expect(page.get_by_role("link", name="Download the receipt (PDF)")).to_be_visible(timeout=MINUTE)
    link = _link_of(town, page)
    if script:
        # Axe itself needs a page that runs script.
        assert Axe().run(page).response["violations"] == []
        page.goto(link)
        assert Axe().run(page).response["violations"] == []
    _pause_at_the_portal(page, link)
    _end_right_here(page, link)
    _wait(page, lambda: any("has ended" in subject for subject in _subjects(town)))
    assert any(subject.startswith("SIMULATED – Your receipt R-") for subject in _subjects(town))
    assert visitor.complaints == []
    with town.rooms.database.read() as session:
        assert [check.name for check in audit(session) if not check.ok] == []


def _give_monthly(page: Page, address: str) -> None:
    page.goto(f"{address}/give")
    page.get_by_label("Every month").check()
    page.check("#choice-2")
    page.check("#cover_fee")
    expect(page.locator(".sum")).to_contain_text("each month")
    expect(page.get_by_text("You allow us to take this amount")).to_be_visible()
    page.fill("#name", "Zoë Example")
    page.fill("#email", "zoe@example.org")
    page.wait_for_timeout(TOO_SOON)
    page.get_by_role("button", name="Give $65 each month").click()
    page.wait_for_url("**/simulated-stripe/pay/**")


def _link_of(town: Town, page: Page) -> str:
    """Return the pledge's link out of the mail that says it has begun."""
    _wait(page, lambda: any("has begun" in subject for subject in _subjects(town)))
    (message,) = (message for message in town.messages() if "has begun" in str(message["Subject"]))
    assert message["To"] == "zoe@example.org"
    body = message.get_body(("plain",))
    assert body is not None
    (link,) = (word for word in body.get_content().split() if "/pledge/" in word)
    return str(link)


def _pause_at_the_portal(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_text("Active", exact=True)).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("Zoë")
    page.wait_for_timeout(TOO_SOON)
    page.get_by_role("button", name="Card and payments").click()
    page.wait_for_url("**/simulated-stripe/portal/**")
    page.get_by_role("button", name="Pause this monthly gift").click()
    page.get_by_role("button", name="Back to the charity").click()
    page.wait_for_url(link)

    def rests() -> bool:
        page.reload()
        return page.get_by_text("Resting", exact=True).is_visible()

    _wait(page, rests)


def _end_right_here(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_text("Or end it right here").click()
    page.wait_for_timeout(TOO_SOON)
    page.get_by_role("button", name="End my monthly gift").click()
    page.wait_for_url(link)
    expect(page.get_by_text("Ended", exact=True)).to_be_visible()
    expect(page.locator("main")).to_contain_text("Nothing more will be charged")
    expect(page.locator("main button")).to_have_count(0)


def _subjects(town: Town) -> list[str]:
    return [str(message["Subject"]) for message in town.messages()]


def _wait(page: Page, for_what: Callable[[], bool]) -> None:
    for _ in range(120):
        if for_what():
            return
        page.wait_for_timeout(500)
    raise AssertionError("it did not come to pass within a minute")
