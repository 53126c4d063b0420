"""Giving in real Chromium: the line that fills, the sums that follow, the keyboard, and no script at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from donations.tributes import TributeWish
from tests.journeys.browser.conftest import Invite
from tests.web_examples import THANKS, example_gift
from tests.web_house import FakeHouse

FILLED = """() => [...document.querySelectorAll('.clothesline')]
    .filter(line => getComputedStyle(line).display !== 'none')
    .flatMap(line => [...line.querySelectorAll('.piece')])
    .map(piece => getComputedStyle(piece.querySelector('.c1, .c2, .c3, .c4')).fill)
    .filter(colour => colour !== 'rgba(0, 0, 0, 0)').length"""
CHOICES = (
    ("#choice-1", 1, "$26.00", "$1.09"),
    ("#choice-2", 4, "$65.00", "$2.25"),
    ("#choice-3", 9, "$130.00", "$4.19"),
    ("#choice-4", 18, "$260.00", "$8.07"),
)


def filled(page: Page) -> int:
    """Return how many pieces hang in colour, once the colours have settled."""
    page.wait_for_timeout(500)
    return int(page.evaluate(FILLED))


def summary(page: Page) -> str:
    """Return the summary as a person reads it."""
    return " ".join(page.locator(".sum").inner_text().split())


@pytest.mark.parametrize("script", [True, False])
def test_the_clothesline_and_the_sums_follow_the_choice(house: FakeHouse, invite: Invite, *, script: bool) -> None:
    page = invite(script=script).open()
    page.goto(house.base_url + "/give")
    for choice, pieces, gift, cover in CHOICES:
        page.check(choice)
        page.uncheck("#cover_fee")
        assert filled(page) == pieces
        assert gift in summary(page)
        assert cover not in summary(page)
        expect(page.locator("label[for=cover_fee]")).to_contain_text(cover)
        page.check("#cover_fee")
        assert cover in summary(page)
    assert "$268.07" in summary(page)
    assert page.locator("button[type=submit]").inner_text() == "Give $260"


def test_another_amount_is_summed_up_exactly_as_the_server_does(house: FakeHouse, invite: Invite) -> None:
    page = invite().open()
    page.goto(house.base_url + "/give")
    page.check("#choice-other")
    assert page.evaluate("document.activeElement.id") == "other_amount"
    page.check("#cover_fee")
    for written, total in (("100", "$103.30"), ("47.50", "$49.23"), ("12345.67", "$12,714.70")):
        page.fill("#other_amount", written)
        assert total in summary(page)
    assert filled(page) == 9
    page.fill("#other_amount", "12,5")
    assert "shown on the next page" in summary(page)
    house.clock.advance(timedelta(seconds=5))
    page.fill("#other_amount", "12345.67")
    _sign(page)
    page.click("button[type=submit]")
    page.wait_for_url("**/thanks/**")
    (wish,) = house.desk.wishes
    assert wish.amount_cents + wish.fee_cover_cents == 1_271_470


def test_giving_needs_no_script(house: FakeHouse, invite: Invite) -> None:
    visitor = invite(script=False, width=320)
    page = visitor.open()
    page.goto(house.base_url + "/give")
    page.check("#choice-other")
    page.fill("#other_amount", "47.5")
    _sign(page)
    house.clock.advance(timedelta(seconds=5))
    page.locator("#other_amount").fill("3")
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("The smallest gift we can take here is $5.00.")
    expect(page.locator("#name")).to_have_value("Ada Example")
    page.get_by_role("alert").get_by_role("link").click()
    page.fill("#other_amount", "47.50")
    page.click("button[type=submit]")
    page.wait_for_url("**/thanks/**")
    expect(page.get_by_text("On its way", exact=True)).to_be_visible()
    assert house.desk.wishes[0].amount_cents == 4_750
    house.desk.gifts[THANKS] = example_gift("settled")
    expect(page.get_by_text("Received", exact=True)).to_be_visible(timeout=15_000)
    assert visitor.complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_somebody_is_honored_and_somebody_told_with_and_without_script(
    house: FakeHouse, invite: Invite, *, script: bool
) -> None:
    visitor = invite(script=script, width=320)
    page = visitor.open()
    page.goto(house.base_url + "/give")
    expect(page.locator("#tribute_name")).not_to_be_visible()
    page.get_by_text("Give in honor or in memory of somebody").click()
    page.fill("#tribute_name", "Maria Lopez")
    page.fill("#notify_name", "Ana")
    page.fill("#tribute_message", "With love. See evil.example")
    _sign(page)
    house.clock.advance(timedelta(seconds=5))
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("in honor or in memory")
    # The part of the form that holds what is wrong stands open.
    expect(page.locator("#tribute_name")).to_have_value("Maria Lopez")
    page.check("#tribute_kind")
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("no web or e-mail address")
    page.fill("#notify_email", "ana@example.org")
    page.fill("#tribute_message", "With love.")
    page.click("button[type=submit]")
    page.wait_for_url("**/thanks/**")
    (wish,) = house.desk.wishes
    assert wish.tribute == TributeWish(
        kind="honour",
        name="Maria Lopez",
        notify_name="Ana",
        notify_email="ana@example.org",
        message="With love.",
    )
    house.desk.gifts[THANKS] = replace(example_gift("settled"), card="sent")
    page.reload()
    expect(page.get_by_text("The card to the person you named is sent.")).to_be_visible()
    assert visitor.complaints == []


def test_the_thanks_page_turns_by_itself(house: FakeHouse, invite: Invite) -> None:
    page = invite().open()
    page.goto(f"{house.base_url}/thanks/{THANKS}")
    expect(page.get_by_text("On its way", exact=True)).to_be_visible()
    house.desk.gifts[THANKS] = example_gift("settled")
    expect(page.get_by_text("Received", exact=True)).to_be_visible(timeout=15_000)
    expect(page.locator("body")).not_to_contain_text("Ada Example")


def test_a_person_gives_by_keyboard_alone(house: FakeHouse, invite: Invite) -> None:
    page = invite().open()
    page.goto(house.base_url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    _tab_to(page, "a.button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/give")
    _tab_to(page, "#choice-3")
    page.keyboard.press("ArrowLeft")
    _tab_to(page, "#cover_fee")
    page.keyboard.press("Space")
    _tab_to(page, "#preference")
    page.keyboard.press("ArrowDown")
    _tab_to(page, "#name")
    page.keyboard.type("Ada Example")
    _tab_to(page, "#email")
    page.keyboard.type("ada@example.org")
    house.clock.advance(timedelta(seconds=5))
    _tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/thanks/**")
    (wish,) = house.desk.wishes
    assert (wish.amount_cents, wish.fee_cover_cents, wish.preference) == (6_500, 225, "coats")


def test_the_sentences_the_law_asks_for_stand_right_above_the_button(house: FakeHouse, invite: Invite) -> None:
    page = invite(width=320).open()
    page.goto(house.base_url + "/give")
    legal = page.locator(".legal")
    for sentence in (
        "has full control of the funds",
        "We cannot accept gifts set aside for a particular child.",
        "was formed in Nevada",
        "E0000000000-0",
    ):
        line = legal.get_by_text(sentence)
        expect(line).to_be_visible()
        above, button = line.bounding_box(), page.locator("button[type=submit]").bounding_box()
        assert above is not None
        assert button is not None
        assert 0 < button["y"] - above["y"] < 900


def _sign(page: Page) -> None:
    page.fill("#name", "Ada Example")
    page.fill("#email", "ada@example.org")


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element is reached, and see that its focus can be seen."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            seen = "e => [e, e.closest('label')].some(x => x && parseFloat(getComputedStyle(x).outlineWidth) >= 2)"
            assert page.evaluate(f"({seen})(document.activeElement)"), selector
            return
    raise AssertionError(f"no Tab leads to {selector}")
