"""The simulated till and its panel behind the real front door: plainly not real, safe, and usable without script."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from donations.simulator import control
from tests.simulator.world import LetterSlot, World
from tests.web_house import FakeHouse

HEX = "0" * 24


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the cut fonts for the whole run."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def client(world: World, home: Path) -> FlaskClient:
    """Stand a browser before the front door with the simulated Stripe's pages beside it."""
    app = FakeHouse(home=home).open()
    app.register_blueprint(world.stripe.pages())
    return app.test_client()


def status_of(world: World, checkout: str) -> str | None:
    return world.raw.checkout.sessions.retrieve(checkout).status


def test_the_till_shows_what_is_to_be_paid_and_says_simulated(world: World, client: FlaskClient) -> None:
    checkout = world.open(amount_cents=13_000, fee_cover_cents=419)
    url = world.raw.checkout.sessions.retrieve(checkout).url
    assert url is not None
    page = client.get(url.removeprefix("http://127.0.0.1:8000"))
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "SIMULATED" in text
    assert "$130.00" in text
    assert "$4.19" in text
    assert "$134.19" in text
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Cache-Control"] == "no-store"


def test_no_page_needs_script_or_inline_style(world: World, client: FlaskClient) -> None:
    world.gift()
    for address in (f"/simulated-stripe/pay/{world.open()}", "/simulated-stripe/"):
        text = client.get(address).get_data(as_text=True)
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", text)


def test_a_good_card_pays_and_leads_to_the_thanks_page(world: World, client: FlaskClient) -> None:
    checkout = world.open()
    answer = client.post(f"/simulated-stripe/pay/{checkout}", data={"choice": "accept"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "http://127.0.0.1:8000/thanks/token")
    assert status_of(world, checkout) == "complete"
    again = client.post(f"/simulated-stripe/pay/{checkout}", data={"choice": "accept"})
    assert (again.status_code, again.headers["Location"]) == (303, "http://127.0.0.1:8000/thanks/token")
    assert control.read_book(world.stripe).gross_cents == 13_000
    assert "Already paid" in client.get(f"/simulated-stripe/pay/{checkout}").get_data(as_text=True)


def test_a_bank_debit_completes_the_checkout_without_money_yet(world: World, client: FlaskClient) -> None:
    checkout = world.open()
    answer = client.post(f"/simulated-stripe/pay/{checkout}", data={"choice": "debit"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "http://127.0.0.1:8000/thanks/token")
    session = world.raw.checkout.sessions.retrieve(checkout)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    assert control.read_book(world.stripe).lines == ()


def test_a_declined_card_comes_back_to_the_till_which_says_so(world: World, client: FlaskClient) -> None:
    checkout = world.open()
    answer = client.post(f"/simulated-stripe/pay/{checkout}", data={"choice": "decline", "code": "expired_card"})
    assert answer.status_code == 303
    text = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "was declined" in text
    assert status_of(world, checkout) == "open"
    (charge,) = world.raw.charges.list().data
    assert charge.outcome is not None
    assert charge.outcome.reason == "expired_card"


def test_walking_away_leads_back_and_leaves_the_checkout_open(world: World, client: FlaskClient) -> None:
    checkout = world.open()
    answer = client.post(f"/simulated-stripe/pay/{checkout}", data={"choice": "leave"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "http://127.0.0.1:8000/give")
    assert status_of(world, checkout) == "open"
    assert world.raw.charges.list().data == []


def test_an_expired_till_is_closed(world: World, client: FlaskClient) -> None:
    checkout = world.open()
    control.advance(world.stripe, timedelta(hours=1))
    assert "closed" in client.get(f"/simulated-stripe/pay/{checkout}").get_data(as_text=True)
    assert client.post(f"/simulated-stripe/pay/{checkout}", data={"choice": "accept"}).status_code == 409
    assert control.read_book(world.stripe).lines == ()


@pytest.mark.parametrize("choice", [{}, {"choice": "steal"}, {"choice": "decline", "code": "<b>"}])
def test_an_unknown_choice_is_refused_and_changes_nothing(
    world: World, client: FlaskClient, choice: dict[str, str]
) -> None:
    checkout = world.open()
    assert client.post(f"/simulated-stripe/pay/{checkout}", data=choice).status_code == 422
    assert status_of(world, checkout) == "open"
    assert world.raw.charges.list().data == []


@pytest.mark.parametrize(
    "name", ["cs_sim_x", f"cs_sim_{HEX}", f"ch_sim_{HEX}", "<script>", "%2e%2e", "cs_sim_" + "é" * 24]
)
def test_a_till_that_does_not_exist_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/simulated-stripe/pay/{name}").status_code == 404
    assert client.post(f"/simulated-stripe/pay/{name}", data={"choice": "accept"}).status_code == 404


def test_another_site_cannot_push_the_buttons(world: World, client: FlaskClient) -> None:
    checkout = world.open()
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    answer = client.post(f"/simulated-stripe/pay/{checkout}", data={"choice": "accept"}, headers=headers)
    assert answer.status_code == 403
    assert status_of(world, checkout) == "open"


def test_text_from_stripes_objects_is_escaped(world: World, client: FlaskClient) -> None:
    product = world.raw.products.create({"name": "<script>alert(1)</script>"})
    session = world.raw.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [
                {"quantity": 1, "price_data": {"currency": "usd", "unit_amount": 500, "product": product.id}}
            ],
            "success_url": "https://example.org/a",
            "cancel_url": 'https://example.org/"onclick="x',
        }
    )
    text = client.get(f"/simulated-stripe/pay/{session.id}").get_data(as_text=True)
    assert "<script>alert" not in text
    control.advance(world.stripe, timedelta(days=2))
    assert '"onclick' not in client.get(f"/simulated-stripe/pay/{session.id}").get_data(as_text=True)


def test_the_panel_lists_every_webhook_and_sends_one_again(world: World, client: FlaskClient) -> None:
    assert "No event has happened yet" in client.get("/simulated-stripe/").get_data(as_text=True)
    world.gift(amount_cents=10_000)
    slot = LetterSlot(world)
    slot.closed_for = 1
    taken = control.deliver(world.stripe, slot).taken
    text = client.get("/simulated-stripe/").get_data(as_text=True)
    assert all(event in text for event in taken)
    assert all(words in text for words in ("503", "delivered", "waiting", "$100.00", "$3.20", "$96.80"))
    assert "@" not in text.partition("<main")[2].partition("</main")[0]
    assert client.post(f"/simulated-stripe/resend/{taken[0]}").status_code == 303
    assert control.deliver(world.stripe, slot).taken == (taken[0],)
    for unknown in (f"evt_sim_{HEX}", "evt_1"):
        assert client.post(f"/simulated-stripe/resend/{unknown}").status_code == 404
