"""Every page of the desk in real Chromium: axe finds nothing, nothing overflows or is complained about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from donations.staff import StaffDesk
from donations.web.treasury.access import PREFIX, declared_permission
from tests.databases import Foundry
from tests.doors.lived import Lived, address_of, lived_house, own_object
from tests.journeys.browser.conftest import Invite, free_port, serving
from tests.journeys.browser.test_pages import violations

_FILES = (".svg", ".png", ".pdf", ".zip")
"""Files to download, no pages."""


@pytest.fixture
def lived(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[Lived]:
    """Serve a house that lived through one of each."""
    port = free_port()
    with (
        lived_house(foundry, tmp_path / "house", cache_folder / "fonts", port=port) as house,
        serving(house.app, port),
    ):
        yield house


def addresses(lived: Lived) -> list[str]:
    """Return the address of every page that a member of the staff may open, from the URL map."""
    return [
        address_of(rule, own_object(lived.objects, rule) if rule.arguments else {})
        for rule in lived.app.url_map.iter_rules()
        if rule.rule.startswith(PREFIX)
        and not rule.rule.endswith(_FILES)
        and "GET" in (rule.methods or ())
        and declared_permission(lived.app, rule.endpoint) is not None
    ]


@pytest.mark.parametrize("foundry", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (768, "light"), (1440, "light")])
def test_axe_finds_nothing_on_any_page_of_the_desk(lived: Lived, invite: Invite, width: int, scheme: str) -> None:
    rooms = lived.room.rooms
    visitor = invite(width=width, color_scheme=scheme, reduced_motion="reduce")
    token = StaffDesk(database=rooms.database, clock=rooms.clock).begin_session(lived.whole.id, with_key=True)
    visitor.context.add_cookies([{"name": "s", "value": token, "url": rooms.settings.base_url}])
    page, pages = visitor.open(), addresses(lived)
    found, too_wide = {}, []
    for address in pages:
        answer = page.goto(rooms.settings.base_url + address)
        assert answer is not None
        assert answer.status == 200, address
        found[address] = violations(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            too_wide.append(address)
    assert found == {address: [] for address in pages}
    assert too_wide == []
    assert len(pages) >= 30
    assert visitor.complaints == []
