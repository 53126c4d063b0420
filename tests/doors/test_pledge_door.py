"""/pledge/<link>: looking changes nothing and shows no name; what changes something is sent by our own form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from donations.errors import DonationError, StripeAwayError, TooManyTriesError
from tests.web_examples import PLEDGE_LINK, example_pledge
from tests.web_house import FakeHouse

PAGE = f"/pledge/{PLEDGE_LINK}"


@pytest.fixture
def pledged(house: FakeHouse) -> FakeHouse:
    """Put a pledge behind the link."""
    house.pledges.pledges[PLEDGE_LINK] = example_pledge()
    return house


def _form_token(client: FlaskClient, house: FakeHouse) -> str:
    page = client.get(PAGE).get_data(as_text=True)
    house.clock.advance(timedelta(seconds=5))
    return page.split('name="form_token" value="')[1].split('"')[0]


def test_looking_shows_amount_and_day_but_no_name_and_changes_nothing(
    client: FlaskClient, pledged: FakeHouse
) -> None:
    answer = client.get(PAGE)
    page = answer.get_data(as_text=True)
    for said in ("$67.25", "$65.00", "December 22, 2026", "Active", "1-888-373-7888", "SIMULATED"):
        assert said in page, said
    for personal in ("Ada", "ada@example.org", "/r/", "R-2026-"):
        assert personal not in page
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert pledged.pledges.asked == []
    client.head(PAGE)
    assert pledged.pledges.asked == []


@pytest.mark.parametrize("way", ["portal", "end"])
def test_only_post_changes_something(client: FlaskClient, pledged: FakeHouse, way: str) -> None:
    assert client.get(f"{PAGE}/{way}").status_code == 405
    assert pledged.pledges.asked == []


def test_the_portal_is_followed_once_and_never_shown(client: FlaskClient, pledged: FakeHouse) -> None:
    token = _form_token(client, pledged)
    answer = client.post(f"{PAGE}/portal", data={"form_token": token})
    assert (answer.status_code, answer.headers["Location"]) == (303, pledged.pledges.portal_url)
    assert pledged.pledges.portal_url not in client.get(PAGE).get_data(as_text=True)
    assert pledged.pledges.asked == [("portal", PLEDGE_LINK)]


def test_an_end_is_noted_and_the_page_says_so(client: FlaskClient, pledged: FakeHouse) -> None:
    token = _form_token(client, pledged)
    answer = client.post(f"{PAGE}/end", data={"form_token": token})
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    page = client.get(PAGE).get_data(as_text=True)
    assert "Nothing more will be charged" in page
    assert "<button" not in page


@pytest.mark.parametrize("way", ["portal", "end"])
@pytest.mark.parametrize("token", ["", "x", "ü", "x" * 600])
def test_a_forged_form_changes_nothing(client: FlaskClient, pledged: FakeHouse, way: str, token: str) -> None:
    client.get(PAGE)
    assert client.post(f"{PAGE}/{way}", data={"form_token": token}).status_code == 422
    assert pledged.pledges.asked == []


@pytest.mark.parametrize("way", ["portal", "end"])
def test_a_form_of_another_browser_or_another_site_changes_nothing(
    client: FlaskClient, pledged: FakeHouse, way: str
) -> None:
    token = _form_token(client, pledged)
    stranger = pledged.open().test_client()
    assert stranger.post(f"{PAGE}/{way}", data={"form_token": token}).status_code == 422
    crossed = client.post(f"{PAGE}/{way}", data={"form_token": token}, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 403
    assert pledged.pledges.asked == []


@pytest.mark.parametrize("way", ["portal", "end"])
@pytest.mark.parametrize(
    ("refusal", "status"),
    [(StripeAwayError("Stripe does not answer just now."), 503), (TooManyTriesError("Many tries."), 429)],
)
def test_a_refusal_shows_the_pledge_again_with_a_kind_sentence(
    client: FlaskClient, pledged: FakeHouse, way: str, refusal: DonationError, status: int
) -> None:
    token = _form_token(client, pledged)
    pledged.pledges.refusal = refusal
    answer = client.post(f"{PAGE}/{way}", data={"form_token": token})
    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert refusal.sentence in page
    assert "Nothing was changed." in page
    assert "Or end it right here" in page


def test_unknown_ended_and_mistyped_links_are_one_answer(client: FlaskClient, pledged: FakeHouse) -> None:
    links = (PLEDGE_LINK[:-1] + "x", "x", "p_0123456789abcdef", PLEDGE_LINK.replace("p_", "g_"), PLEDGE_LINK + "!")
    answers = [client.get(f"/pledge/{link}") for link in links]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    posted = [
        client.post(f"/pledge/{link}/{way}", data={"form_token": "x"}) for link in links for way in ("portal", "end")
    ]
    assert {answer.status_code for answer in posted} == {404}
    assert pledged.pledges.asked == []
