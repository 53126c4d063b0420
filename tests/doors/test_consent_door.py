"""/consent/<link>: looking changes nothing; only the donor's own form answers for a held gift."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from tests.web_examples import CONSENT_LINK, example_held
from tests.web_house import FakeHouse

PAGE = f"/consent/{CONSENT_LINK}"


@pytest.fixture
def asked(house: FakeHouse) -> FakeHouse:
    """Put a held gift behind the link."""
    house.consents.held[CONSENT_LINK] = example_held("held")
    return house


def _form_token(client: FlaskClient, house: FakeHouse) -> str:
    page = client.get(PAGE).get_data(as_text=True)
    house.clock.advance(timedelta(seconds=5))
    return page.split('name="form_token" value="')[1].split('"')[0]


def test_looking_shows_the_question_word_for_word_and_changes_nothing(client: FlaskClient, asked: FakeHouse) -> None:
    answer = client.get(PAGE)
    page = answer.get_data(as_text=True)
    for said in ("$103.30", "full control of the money", "Give it back to me", "1-888-373-7888", "SIMULATED"):
        assert said in page, said
    assert "Ada" not in page
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "no-store"
    client.head(PAGE)
    assert asked.consents.answers == []


@pytest.mark.parametrize(("answer", "said"), [("pool", "Part of the fund"), ("return", "Going back")])
def test_an_answer_is_carried_out_and_the_page_says_so(
    client: FlaskClient, asked: FakeHouse, answer: str, said: str
) -> None:
    token = _form_token(client, asked)
    sent = client.post(PAGE, data={"form_token": token, "answer": answer})
    assert (sent.status_code, sent.headers["Location"]) == (303, PAGE)
    assert asked.consents.answers == [(CONSENT_LINK, answer == "pool")]
    page = client.get(PAGE).get_data(as_text=True)
    assert said in page
    assert "<button" not in page


@pytest.mark.parametrize("answer", ["", "maybe", "pool\x00", "POOL"])
def test_anything_but_the_two_answers_is_refused_with_a_sentence(
    client: FlaskClient, asked: FakeHouse, answer: str
) -> None:
    token = _form_token(client, asked)
    sent = client.post(PAGE, data={"form_token": token, "answer": answer})
    assert sent.status_code in {400, 422}
    assert asked.consents.answers == []


@pytest.mark.parametrize("token", ["", "x", "ü", "x" * 600])
def test_a_forged_form_changes_nothing(client: FlaskClient, asked: FakeHouse, token: str) -> None:
    client.get(PAGE)
    assert client.post(PAGE, data={"form_token": token, "answer": "pool"}).status_code == 422
    assert asked.consents.answers == []


def test_a_form_of_another_browser_or_another_site_changes_nothing(client: FlaskClient, asked: FakeHouse) -> None:
    sent = {"form_token": _form_token(client, asked), "answer": "pool"}
    assert asked.open().test_client().post(PAGE, data=sent).status_code == 422
    assert client.post(PAGE, data=sent, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert asked.consents.answers == []


def test_unknown_ended_and_mistyped_links_are_one_answer(client: FlaskClient, asked: FakeHouse) -> None:
    assert list(asked.consents.held) == [CONSENT_LINK]
    links = (CONSENT_LINK[:-1] + "x", "x", "g_0123456789abcdef", CONSENT_LINK.replace("g_", "p_"), CONSENT_LINK + "!")
    answers = [client.get(f"/consent/{link}") for link in links]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.get_data() for answer in answers}) == 1
