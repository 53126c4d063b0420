"""/card/<link>: looking changes nothing and tells nothing; only its own form stops further cards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from tests.web_examples import CONSENT_LINK
from tests.web_house import FakeHouse

PAGE = f"/card/{CONSENT_LINK}"


@pytest.fixture
def told(house: FakeHouse) -> FakeHouse:
    """Send a card with the link."""
    house.cards.sent.add(CONSENT_LINK)
    return house


def _form_token(client: FlaskClient, house: FakeHouse) -> str:
    page = client.get(PAGE).get_data(as_text=True)
    house.clock.advance(timedelta(seconds=5))
    return page.split('name="form_token" value="')[1].split('"')[0]


def test_looking_changes_nothing_and_tells_nothing(client: FlaskClient, told: FakeHouse) -> None:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "@" not in answer.get_data(as_text=True).replace("treasurer@example.org", "")
    client.head(PAGE)
    assert told.cards.stopped == []


def test_its_button_stops_further_cards_and_the_page_says_so(client: FlaskClient, told: FakeHouse) -> None:
    sent = client.post(PAGE, data={"form_token": _form_token(client, told)})
    assert sent.status_code == 200
    assert "No other card comes" in sent.get_data(as_text=True)
    assert told.cards.stopped == [CONSENT_LINK]


@pytest.mark.parametrize("token", ["", "x", "ü", "x" * 600])
def test_a_forged_form_stops_nothing(client: FlaskClient, told: FakeHouse, token: str) -> None:
    client.get(PAGE)
    assert client.post(PAGE, data={"form_token": token}).status_code == 422
    assert told.cards.stopped == []


def test_a_form_of_another_browser_or_another_site_stops_nothing(client: FlaskClient, told: FakeHouse) -> None:
    sent = {"form_token": _form_token(client, told)}
    assert told.open().test_client().post(PAGE, data=sent).status_code == 422
    assert client.post(PAGE, data=sent, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert told.cards.stopped == []


def test_unknown_ended_and_mistyped_links_are_one_answer(client: FlaskClient, told: FakeHouse) -> None:
    links = (CONSENT_LINK[:-1] + "x", "x", "g_0123456789abcdef", CONSENT_LINK + "!")
    answers = {
        (answer.status_code, answer.get_data())
        for link in links
        for answer in (client.get(f"/card/{link}"), client.post(f"/card/{link}", data={"form_token": "x"}))
    }
    assert told.cards.stopped == []
    assert {status for status, _ in answers} == {404}
