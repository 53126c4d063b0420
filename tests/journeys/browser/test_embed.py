"""The button on a page of another origin, under a strict policy of that page: seen, focused, followed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, Response

from tests.journeys.browser.conftest import Invite, free_port, serving
from tests.web_house import FakeHouse


@pytest.fixture
def shop(house: FakeHouse) -> Iterator[str]:
    """Serve a partner's page: nothing inline is allowed there, and no markup from text."""
    app, port = Flask("shop"), free_port()

    @app.get("/")
    def page() -> Response:
        body = (
            "<!doctype html><html lang='en'><title>A shop</title><main><h1>A shop</h1>"
            f"<script src='{house.base_url}/embed/button.js' async></script>"
            "<p><almoner-give amount='65' appeal='shop'>Give $65</almoner-give></p>"
            "<p><almoner-give amount='1e9' appeal='&lt;b&gt;'></almoner-give></p></main></html>"
        )
        answer = Response(body, content_type="text/html; charset=utf-8")
        answer.headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src {house.base_url}; style-src 'none'; base-uri 'none'; form-action 'none';"
            " require-trusted-types-for 'script'; trusted-types 'none'"
        )
        answer.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
        return answer

    @app.get("/favicon.ico")
    def icon() -> Response:
        return Response(status=204)

    with serving(app, port):
        yield f"http://localhost:{port}/"


def test_a_strict_page_of_another_origin_shows_the_button_and_leads_to_the_form(
    house: FakeHouse, shop: str, invite: Invite
) -> None:
    visitor = invite()
    page = visitor.open()
    page.goto(shop)
    button = page.get_by_role("link", name="Give $65")
    button.wait_for()
    assert button.get_attribute("href") == f"{house.base_url}/give?amount=65&appeal=shop"
    assert page.get_by_role("link", name="Give", exact=True).get_attribute("href") == f"{house.base_url}/give"
    assert button.bounding_box()["height"] >= 44  # type: ignore[index]
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.localName") == "almoner-give"
    if "SCREENSHOTS" in os.environ:
        page.screenshot(path=str(Path(os.environ["SCREENSHOTS"]) / "embed-shop.png"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{house.base_url}/give**")
    assert page.locator("input[name=amount]:checked").get_attribute("value") is not None
    assert page.locator("input[name=appeal]").get_attribute("value") == "shop"
    assert visitor.complaints == []
