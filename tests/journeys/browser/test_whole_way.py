"""The whole way of a gift in Chromium, against the real house: form, till, thanks, mail, receipt, check, figures."""

from __future__ import annotations

import email
import email.policy
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from donations.invariants import audit
from tests.journeys.browser.conftest import Invite
from tests.journeys.browser.town import Town, open_town

MINUTE = 60_000
TOO_SOON = 3_300
"""Milliseconds a person needs at least for the form; one sent sooner is taken for a program's."""


@pytest.fixture
def town(tmp_path: Path, cache_folder: Path) -> Iterator[Town]:
    """Open a town of one house."""
    with open_town(tmp_path / "house", cache_folder) as opened:
        yield opened


@pytest.mark.parametrize("script", [True, False])
def test_a_gift_goes_all_the_way(town: Town, invite: Invite, tmp_path: Path, *, script: bool) -> None:
    visitor = invite(script=script, width=1280 if script else 320)
    page = visitor.open()
    _give(page, town.address)
    expect(page.locator("main")).to_contain_text("Simulated")
    expect(page.locator("main")).to_contain_text("$134.19")
    page.get_by_role("button", name="Pay $134.19").click()
    page.wait_for_url("**/thanks/**")
    expect(page.get_by_text("Received", exact=True)).to_be_visible(timeout=MINUTE)
    expect(page.locator("h1")).to_have_text("Thank you, Zoë Example.")
    link = page.get_by_role("link", name="Download the receipt (PDF)")
    expect(link).to_be_visible(timeout=MINUTE)
    with page.expect_download() as downloading:
        link.click()
    receipt = tmp_path / "receipt.pdf"
    downloading.value.save_as(receipt)
    assert receipt.read_bytes().startswith(b"%PDF-")
    _letter_brings(town, page, receipt.read_bytes())
    _anyone_can_check(page, receipt)
    _the_public_sees(page, town.address)
    stranger = invite().open()
    stranger.goto(page.url)
    expect(stranger.locator("body")).not_to_contain_text("Zoë Example")
    assert visitor.complaints == []
    with town.rooms.database.read() as session:
        assert [check.name for check in audit(session) if not check.ok] == []


def test_a_declined_card_and_a_walk_away_leave_no_gift(town: Town, invite: Invite) -> None:
    page = invite().open()
    _give(page, town.address)
    assert Axe().run(page).response["violations"] == []
    page.get_by_role("button", name="Card declined").click()
    expect(page.get_by_role("alert")).to_contain_text("declined")
    page.get_by_role("button", name="Walk away without paying").click()
    page.wait_for_url("**/give")
    page.goto(f"{town.address}/transparency")
    expect(page.locator(".figures")).to_contain_text("$0.00")
    assert town.letters() == []
    page.goto(f"{town.address}/simulated-stripe/")
    assert Axe().run(page).response["violations"] == []


def _give(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Give $130").first.click()
    page.wait_for_url("**/give")
    page.check("#cover_fee")
    page.get_by_label("winter coats").check()
    page.fill("#name", "Zoë Example")
    page.fill("#email", "zoe@example.org")
    page.wait_for_timeout(TOO_SOON)
    page.get_by_role("button", name="Give $130").click()
    page.wait_for_url("**/simulated-stripe/pay/**")


def _letter_brings(town: Town, page: Page, pdf: bytes) -> None:
    for _ in range(60):
        if town.letters():
            break
        page.wait_for_timeout(500)
    (letter,) = town.letters()
    message = email.message_from_bytes(letter.read_bytes(), policy=email.policy.default)
    assert message["To"] == "zoe@example.org"
    (attachment,) = message.iter_attachments()
    assert attachment.get_content() == pdf


def _anyone_can_check(page: Page, receipt: Path) -> None:
    """Scan the code on the paper and open where it leads."""
    paper = pypdfium2.PdfDocument(receipt)
    try:
        (found,) = zxingcpp.read_barcodes(paper[len(paper) - 1].render(scale=150 / 72).to_pil())
    finally:
        paper.close()
    page.goto(found.text)
    expect(page.locator("h1")).to_have_text("Valid")
    expect(page.locator("main")).to_contain_text("$134.19")
    expect(page.locator("main")).to_contain_text(hashlib.sha256(receipt.read_bytes()).hexdigest())
    expect(page.locator("main")).not_to_contain_text("Zoë")


def _the_public_sees(page: Page, address: str) -> None:
    page.goto(f"{address}/transparency")
    expect(page.locator("main")).to_contain_text("1 gift brought $130.00 to the Children's Clothing Fund")
    expect(page.locator("body")).not_to_contain_text("Zoë")
