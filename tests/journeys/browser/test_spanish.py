"""A donor gives in Spanish with a browser: chosen by a link, kept without a cookie, from the form to the mail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.browser.conftest import Invite
from tests.journeys.browser.test_whole_way import MINUTE, TOO_SOON
from tests.journeys.browser.town import Town, open_town


@pytest.fixture
def town(tmp_path: Path, cache_folder: Path) -> Iterator[Town]:
    """Open a town of one house."""
    with open_town(tmp_path / "house", cache_folder) as opened:
        yield opened


@pytest.mark.parametrize(("script", "width"), [(True, 768), (False, 320)])
def test_a_donor_chooses_spanish_and_everything_that_follows_is_in_it(
    town: Town, invite: Invite, *, script: bool, width: int
) -> None:
    visitor = invite(script=script, width=width)
    page = visitor.open()
    page.goto(f"{town.address}/about")
    page.get_by_role("link", name="Español").click()
    page.wait_for_url("**/es/about")
    assert page.context.cookies() == []
    page.get_by_role("navigation").get_by_role("link", name="Donar").click()
    page.wait_for_url("**/es/give")
    page.get_by_label("Nombre", exact=True).fill("Lucía Ejemplo")
    page.get_by_label("Correo electrónico", exact=True).fill("lucia@example.org")
    page.wait_for_timeout(TOO_SOON)
    page.get_by_role("button", name="Donar $130").click()
    page.get_by_role("button", name="Pay $130.00").click()
    page.wait_for_url("**/thanks/**")
    expect(page.get_by_text("Recibido", exact=True)).to_be_visible(timeout=MINUTE)
    expect(page.locator("h1")).to_have_text("Gracias, Lucía Ejemplo.")
    expect(page.get_by_role("link", name="Descargar el recibo (PDF)")).to_be_visible(timeout=MINUTE)
    assert page.get_attribute("html", "lang") == "es"
    assert visitor.complaints == []
    subjects = [str(letter["Subject"]) for letter in town.messages()]
    assert any("Su recibo R-" in subject for subject in subjects)
