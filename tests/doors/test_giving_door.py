"""POST /give: believed or refused, with what was written kept; nothing is opened for a request we do not trust."""

from __future__ import annotations

from datetime import timedelta
from html import escape

import pytest
from flask.testing import FlaskClient

from donations.errors import DonationError, StripeAwayError, TooManyTriesError
from donations.giving import State
from tests.doors.conftest import FORM, open_form, send_form
from tests.web_examples import REFERENCE, THANKS, example_gift, example_pledge
from tests.web_house import FakeHouse


def test_a_good_form_leads_to_the_payment_page_once(client: FlaskClient, house: FakeHouse) -> None:
    answer = send_form(client, house, {"cover_fee": "1", "preference": "coats", "appeal": "spring"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "https://checkout.stripe.com/c/pay/cs_test_1"
    (wish,) = house.desk.wishes
    assert (wish.amount_cents, wish.fee_cover_cents, wish.preference, wish.appeal) == (13_000, 419, "coats", "spring")
    (asker,) = house.desk.askers
    assert asker.address == "127.0.0.1"


def test_a_link_fills_the_form_in(client: FlaskClient) -> None:
    page = client.get("/give?amount=47.50&preference=coats&appeal=spring").get_data(as_text=True)
    assert 'name="other_amount" id="other_amount" value="47.50"' in page
    assert 'value="coats" checked' in page
    assert 'name="appeal" value="spring"' in page
    assert 'id="choice-2" value="65" checked' in client.get("/give?amount=65").get_data(as_text=True)


def test_the_form_is_bound_to_the_browser_that_opened_it(client: FlaskClient, house: FakeHouse) -> None:
    token = open_form(client, house)
    stranger = house.open().test_client()
    answer = stranger.post("/give", data={**FORM, "form_token": token})
    assert answer.status_code == 422
    assert "open the page again" in answer.get_data(as_text=True)
    assert house.desk.wishes == []


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ü", "x" * 600])
def test_a_forged_form_token_opens_nothing(client: FlaskClient, house: FakeHouse, token: str) -> None:
    assert send_form(client, house, {"form_token": token}).status_code == 422
    assert house.desk.wishes == []


@pytest.mark.parametrize("cookie", ["", "x", "ü", "a" * 32 + ".b.c", "0" * 3000])
def test_a_forged_cookie_is_a_stranger(client: FlaskClient, house: FakeHouse, cookie: str) -> None:
    token = open_form(client, house)
    client.set_cookie("f", cookie)
    assert client.post("/give", data={**FORM, "form_token": token}).status_code == 422


@pytest.mark.parametrize("age", [timedelta(seconds=1), timedelta(hours=2, minutes=1)])
def test_a_form_too_young_or_too_old_is_shown_again_with_a_new_token(
    client: FlaskClient, house: FakeHouse, age: timedelta
) -> None:
    token = open_form(client, house)
    house.clock.advance(age - timedelta(seconds=5))
    answer = client.post("/give", data={**FORM, "form_token": token, "name": "Ada Example"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert token not in page
    assert 'value="Ada Example"' in page


def test_what_was_written_stays_and_each_problem_is_tied_to_its_field(client: FlaskClient, house: FakeHouse) -> None:
    answer = send_form(client, house, {"amount": "other", "other_amount": "2", "name": "1", "city": "Reno"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'role="alert"' in page
    assert 'href="#other_amount"' in page
    assert 'id="other_amount" value="2"' in page
    assert page.count('aria-invalid="true"') == 2
    assert 'aria-describedby="name-problem"' in page
    assert 'value="Reno"' in page
    assert "<details open>" in page
    assert "Nothing was charged." in page


def test_the_same_form_can_be_sent_after_it_was_put_right(client: FlaskClient, house: FakeHouse) -> None:
    token = open_form(client, house)
    page = client.post("/give", data={**FORM, "form_token": token, "name": ""}).get_data(as_text=True)
    assert token in page
    assert client.post("/give", data={**FORM, "form_token": token}).status_code == 303


@pytest.mark.parametrize(
    "hostile", ["<script>alert(1)</script>", '" onfocus="alert(1)', "{{ 7 * 7 }}", "{% raw %}", "'><img src=x>"]
)
def test_hostile_text_is_shown_as_text(client: FlaskClient, house: FakeHouse, hostile: str) -> None:
    page = send_form(client, house, {"name": hostile, "email": "x", "city": hostile}).get_data(as_text=True)
    assert hostile not in page.replace("&#34;", "").replace("&#39;", "") or "{" in hostile
    assert escape(hostile).replace("&quot;", "&#34;").replace("&#x27;", "&#39;") in page


@pytest.mark.parametrize("name", ["fund", "clothing_fund", "designation", "beneficiary", "child", "child_id"])
def test_a_gift_cannot_name_a_child(client: FlaskClient, house: FakeHouse, name: str) -> None:
    assert send_form(client, house, {name: "x"}).status_code == 422
    assert send_form(client, house, {"name": "Ada CF-ABCDEFGHJK"}).status_code == 422
    assert house.desk.wishes == []


def test_a_program_that_fills_everything_opens_nothing(client: FlaskClient, house: FakeHouse) -> None:
    answer = send_form(client, house, {"comment": "cheap watches"})
    assert answer.status_code == 400
    assert "cheap watches" not in answer.get_data(as_text=True)
    assert house.desk.wishes == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"}, {"Origin": "http://127.0.0.1.evil.example"}, {"Origin": ""},
    ],
)  # fmt: skip
def test_other_sites_cannot_send_our_form(client: FlaskClient, house: FakeHouse, headers: dict[str, str]) -> None:
    assert send_form(client, house, {}, **headers).status_code == 403
    assert house.desk.wishes == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8000"},
        {},
    ],
)
def test_our_own_page_can(client: FlaskClient, house: FakeHouse, headers: dict[str, str]) -> None:
    assert send_form(client, house, {}, **headers).status_code == 303


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (TooManyTriesError("There were many tries."), 429),
        (StripeAwayError("Stripe does not answer just now."), 503),
        (DonationError("Not now."), 400),
    ],
)
def test_a_refusal_behind_the_door_keeps_the_form(
    client: FlaskClient, house: FakeHouse, refusal: DonationError, status: int
) -> None:
    house.desk.refusal = refusal
    answer = send_form(client, house, {"name": "Ada Example"})
    assert answer.status_code == status
    assert refusal.sentence in answer.get_data(as_text=True)
    assert 'value="Ada Example"' in answer.get_data(as_text=True)


def test_programs_get_a_problem_they_can_read(client: FlaskClient, house: FakeHouse) -> None:
    answer = send_form(client, house, {"amount": "x", "email": "y"}, Accept="application/json")
    assert answer.status_code == 422
    facts = answer.get_json(force=True)
    assert [problem["field"] for problem in facts["errors"]] == ["amount", "email"]


def test_only_the_browser_that_promised_sees_who_gave(client: FlaskClient, house: FakeHouse) -> None:
    send_form(client, house, {})
    house.desk.gifts[THANKS] = example_gift("settled")
    own = client.get(f"/thanks/{THANKS}").get_data(as_text=True)
    other = house.open().test_client().get(f"/thanks/{THANKS}").get_data(as_text=True)
    for personal in ("Ada Example", "ada@example.org", "/r/", "R-2026-"):
        assert personal in own
        assert personal not in other
    assert "$134.19" in other
    house.desk.gifts[THANKS] = example_gift("settled", reference="g_fedcba9876543210")
    assert "Ada Example" not in client.get(f"/thanks/{THANKS}").get_data(as_text=True)


def test_a_browser_remembers_its_last_three_gifts_for_two_hours(client: FlaskClient, house: FakeHouse) -> None:
    send_form(client, house, {})
    house.desk.gifts[THANKS] = example_gift(reference=REFERENCE)
    assert "Ada Example" in client.get(f"/thanks/{THANKS}").get_data(as_text=True)
    house.clock.advance(timedelta(hours=2, minutes=1))
    assert "Ada Example" not in client.get(f"/thanks/{THANKS}").get_data(as_text=True)


def test_a_monthly_form_leads_to_the_payment_page_and_its_browser_knows_the_pledge(
    client: FlaskClient, house: FakeHouse
) -> None:
    assert send_form(client, house, {"frequency": "monthly", "amount": "65"}).status_code == 303
    (wish,) = house.desk.wishes
    assert (wish.frequency, wish.amount_cents) == ("monthly", 6_500)
    house.desk.gifts[THANKS] = example_pledge()
    own = client.get(f"/thanks/{THANKS}").get_data(as_text=True)
    other = house.open().test_client().get(f"/thanks/{THANKS}").get_data(as_text=True)
    for personal in ("Ada Example", "ada@example.org", "/r/", "R-2026-"):
        assert personal in own
        assert personal not in other
    assert "$67.25" in other


def test_a_monthly_form_is_kept_while_stripe_is_away(client: FlaskClient, house: FakeHouse) -> None:
    house.desk.refusal = StripeAwayError("Stripe does not answer just now.")
    answer = send_form(client, house, {"frequency": "monthly", "name": "Ada Example"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert 'id="frequency-monthly" value="monthly" checked' in page
    assert 'value="Ada Example"' in page
    house.desk.refusal = None
    token = page.split('name="form_token" value="')[1].split('"')[0]
    again = client.post("/give", data={**FORM, "frequency": "monthly", "form_token": token})
    assert again.status_code == 303


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("processing", "up to 4 business days"),
        ("refunded", "given back"),
        ("disputed", "looking into"),
        ("lost", "taken this payment back"),
        ("failed", "did not go through"),
    ],
)
def test_every_state_of_a_gift_is_told_kindly_and_to_strangers_without_a_name(
    client: FlaskClient, house: FakeHouse, state: State, told: str
) -> None:
    house.desk.gifts[THANKS] = example_gift(state)
    page = client.get(f"/thanks/{THANKS}").get_data(as_text=True)
    assert told in page
    assert "Ada" not in page
    assert "http-equiv" not in page, "nothing changes within seconds"
    assert (house.desk.asked == [THANKS]) is (state == "processing")
