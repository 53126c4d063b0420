"""What every page for everyone promises: light, without a cookie, in order by keyboard and for a screen reader."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, Response

from tests.journeys.browser.conftest import Invite
from tests.web_house import FakeHouse

EVERYONES = ("/", "/about", "/why", "/give", "/transparency")
WIRE_BYTES = 60_000

_STOPS = """() => {
  const seen = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(one => one.checkVisibility() && !one.disabled && one.type !== 'hidden' && one.tabIndex >= 0);
  const radios = new Set();
  return seen.filter(one => {
    if (one.type !== 'radio') return true;
    if (radios.has(one.name)) return false;
    radios.add(one.name);
    return true;
  }).length;
}"""
_AT = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const near = one.closest('label') || one, ring = [one, near].some(it => {
    const drawn = getComputedStyle(it);
    return (drawn.outlineStyle !== 'none' && parseFloat(drawn.outlineWidth) > 0) || drawn.boxShadow !== 'none';
  });
  const all = [...document.querySelectorAll('*')];
  return {place: all.indexOf(one), ring, tag: one.tagName, hidden: style.visibility === 'hidden'};
}"""


def _wire_bytes(response: Response) -> int:
    sizes = response.request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


@pytest.mark.parametrize("address", EVERYONES)
def test_a_page_is_light_and_sets_no_cookie_before_someone_gives(
    house: FakeHouse, invite: Invite, address: str
) -> None:
    visitor = invite()
    page = visitor.open()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  # It marks what it is handed.
    page.goto(house.base_url + address, wait_until="networkidle")
    counted = [answer for answer in answers if not answer.url.endswith(".woff2")]
    assert len(counted) > 1, "page and style at least"
    assert sum(_wire_bytes(answer) for answer in counted) <= WIRE_BYTES
    assert bool(visitor.context.cookies()) == (address == "/give")


@pytest.mark.parametrize("address", EVERYONES)
def test_the_tab_key_visits_everything_once_in_the_order_of_the_page_and_shows_where_it_is(
    house: FakeHouse, invite: Invite, address: str
) -> None:
    page = invite(width=320, reduced_motion="reduce").open()
    page.goto(house.base_url + address)
    stops = int(page.evaluate(_STOPS))
    visited = [_press_tab(page) for _ in range(stops)]
    places = [int(str(at["place"])) for at in visited]
    assert places == sorted(set(places)), "in the order of the page, nothing twice"
    assert all(at["ring"] and not at["hidden"] for at in visited), "where one is can be seen"


def _press_tab(page: Page) -> dict[str, object]:
    page.keyboard.press("Tab")
    found: dict[str, object] = page.evaluate(_AT)
    return found


@pytest.mark.parametrize("address", EVERYONES)
def test_a_screen_reader_is_told_landmarks_and_headings_in_order(
    house: FakeHouse, invite: Invite, address: str
) -> None:
    page = invite().open()
    page.goto(house.base_url + address)
    told = _told(page)
    roles = [node["role"]["value"] for node in told]
    landmarks = [role for role in roles if role in {"banner", "navigation", "main", "contentinfo"}]
    assert landmarks == ["banner", "navigation", "main", "contentinfo"]
    levels = [_level(node) for node in told if node["role"]["value"] == "heading"]
    assert (levels[0], levels.count(1)) == (1, 1)
    assert all(below - above <= 1 for above, below in pairwise(levels)), "no level is skipped"
    assert all(node.get("name", {}).get("value") for node in told if node["role"]["value"] in {"link", "button"})


def _told(page: Page) -> list[dict[str, Any]]:
    """Return what a screen reader is told, in its order."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in nodes}
    found, waiting = [], [nodes[0]]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += [by_id[child] for child in reversed(node.get("childIds", [])) if child in by_id]
    return [node for node in found if not node.get("ignored")]


def _level(node: dict[str, Any]) -> int:
    return next(int(each["value"]["value"]) for each in node["properties"] if each["name"] == "level")
