"""Every page in real Chromium: axe finds nothing, nothing overflows, the browser complains about nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from donations.consent import HeldState
from donations.giving import PledgeState, State
from tests.journeys.browser.conftest import Invite
from tests.web_examples import (
    CHECKED,
    CONSENT_LINK,
    PLEDGE_LINK,
    THANKS,
    example_document,
    example_gift,
    example_held,
    example_pledge,
    example_report,
)
from tests.web_house import FakeHouse

STATES: dict[State, str] = {
    "processing": "3",
    "refunded": "4",
    "disputed": "5",
    "lost": "6",
    "failed": "7",
    "held": "d",
    "returning": "e",
}
BEGUN: dict[PledgeState, str] = {"promised": "8", "active": "9", "processing": "a", "abandoned": "b", "ended": "c"}
PLEDGES: tuple[PledgeState, ...] = ("active", "past_due", "paused", "ended", "processing", "unclear")


HELD: tuple[HeldState, ...] = ("held", "cleared", "refused")


def link(state: PledgeState) -> str:
    """Return the link of the example pledge in a state."""
    return PLEDGE_LINK.replace("ZZZZZZ", state)


def held_link(state: HeldState) -> str:
    """Return the link of the example held gift in a state."""
    return CONSENT_LINK.replace("ZZZZZZ", state)


PAGES = {
    "home": "/",
    "give": "/give",
    "give-other": "/give?amount=47.50&preference=coats",
    "give-monthly": "/give?amount=65&frequency=monthly",
    "about": "/about",
    "why": "/why",
    "thanks-waiting": f"/thanks/{THANKS}",
    "thanks-received": "/thanks/" + "1" * 32,
    "thanks-abandoned": "/thanks/" + "2" * 32,
    **{f"thanks-{state}": "/thanks/" + digit * 32 for state, digit in STATES.items()},
    **{f"thanks-monthly-{state}": "/thanks/" + digit * 32 for state, digit in BEGUN.items()},
    **{f"pledge-{state}": f"/pledge/{link(state)}" for state in PLEDGES},
    **{f"consent-{state}": f"/consent/{held_link(state)}" for state in HELD},
    "verify": f"/v/{CHECKED}",
    "verify-replaced": "/v/" + "1" * 32,
    "verify-void": "/v/" + "2" * 32,
    "verify-disputed": "/v/" + "3" * 32,
    "embed": "/embed",
    "transparency": "/transparency",
    "report": "/transparency/2025",
    "not-found": "/nothing-here",
}
WIDTHS = (320, 768, 1440)


@pytest.fixture
def furnished(house: FakeHouse) -> FakeHouse:
    """Put something behind every address of `PAGES`."""
    house.desk.gifts |= {"1" * 32: example_gift("settled"), "2" * 32: example_gift("abandoned")}
    house.desk.gifts |= {digit * 32: example_gift(state) for state, digit in STATES.items()}
    house.desk.gifts |= {digit * 32: example_pledge(state) for state, digit in BEGUN.items()}
    house.pledges.pledges |= {link(state): example_pledge(state) for state in PLEDGES}
    house.consents.held |= {held_link(state): example_held(state) for state in HELD}
    house.documents |= {
        "1" * 32: example_document("replaced"),
        "2" * 32: example_document("void"),
        "3" * 32: example_document("disputed"),
    }
    house.published["2025"] = example_report(edition=1, spent_cents=260_000)
    return house


def violations(page: Page) -> list[str]:
    """Return the names of the rules axe finds broken."""
    return [str(found["id"]) for found in Axe().run(page).response["violations"]]


@pytest.mark.parametrize(
    ("width", "scheme", "spoken"), [(320, "dark", ""), (1440, "light", ""), (320, "light", "/es")]
)
def test_axe_finds_nothing_on_any_page(
    furnished: FakeHouse, invite: Invite, width: int, scheme: str, spoken: str
) -> None:
    page = invite(width=width, color_scheme=scheme, reduced_motion="reduce").open()
    found = {}
    for name, address in PAGES.items():
        page.goto(furnished.base_url + spoken + address)
        found[name] = violations(page)
    assert found == {name: [] for name in PAGES}


def test_axe_does_find_what_is_wrong(invite: Invite) -> None:
    page = invite().open()
    page.set_content(
        "<html><body><img src='data:,'><input><a href='/x'></a><p style='color:#aaa;background:#fff'>faint</p>"
        "<button></button><div role='nonsense'>x</div></body></html>"
    )
    assert {"image-alt", "label", "link-name", "color-contrast", "button-name", "html-has-lang"} <= set(
        violations(page)
    )


def test_a_refused_form_is_accessible_too(furnished: FakeHouse, invite: Invite) -> None:
    page = invite(width=320).open()
    page.goto(furnished.base_url + "/give?amount=7")
    page.evaluate("document.querySelector('form').noValidate = true")
    page.fill("#other_amount", "1")
    page.click("button[type=submit]")
    page.wait_for_selector("[role=alert]")
    assert violations(page) == []
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"


@pytest.mark.parametrize("spoken", ["", "/es"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_its_window_without_a_complaint(
    furnished: FakeHouse, invite: Invite, width: int, tmp_path: Path, spoken: str
) -> None:
    kept = Path(os.environ.get("ALMONER_SCREENSHOTS", tmp_path))
    for scheme in ("light",) if spoken else ("light", "dark"):
        visitor = invite(width=width, color_scheme=scheme, reduced_motion="reduce")
        page = visitor.open()
        for name, address in PAGES.items():
            page.goto(furnished.base_url + spoken + address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            told = f"{name}{spoken.replace('/', '-')}-{width}-{scheme}.png"
            photograph = page.screenshot(path=kept / told, full_page=True)
            assert len(photograph) > 10_000
        assert visitor.complaints == []


def test_pages_can_be_printed(furnished: FakeHouse, invite: Invite) -> None:
    page = invite().open()
    for address in ("/transparency", f"/v/{CHECKED}"):
        page.goto(furnished.base_url + address)
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert not page.locator("nav").first.is_visible()
        assert page.pdf(format="Letter").startswith(b"%PDF")


def test_the_set_sways_once_and_never_for_those_who_asked_for_calm(furnished: FakeHouse, invite: Invite) -> None:
    address = furnished.base_url + PAGES["thanks-received"]
    moving, still = invite().open(), invite(reduced_motion="reduce").open()
    moving.goto(address)
    still.goto(address)
    animation = "getComputedStyle(document.querySelector('.sway .hung')).animationName"
    count = "getComputedStyle(document.querySelector('.sway .hung')).animationIterationCount"
    assert (moving.evaluate(animation), moving.evaluate(count)) == ("sway", "1")
    assert still.evaluate(animation) == "none"


def test_the_type_is_our_own(furnished: FakeHouse, invite: Invite) -> None:
    page = invite().open()
    page.goto(furnished.base_url)
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family + f.weight)")
    assert {face.replace('"', "") for face in loaded} == {
        "Source Serif Pro600",
        "Source Sans Pro400",
        "Source Sans Pro600",
    }


def test_nothing_is_asked_of_any_other_host(furnished: FakeHouse, invite: Invite) -> None:
    page = invite().open()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in PAGES.values():
        page.goto(furnished.base_url + address)
    assert asked
    assert all(url.startswith(furnished.base_url) for url in asked)
