"""The simulated customer portal behind the real front door: plainly not real, and all a donor can do there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import stripe
from flask.testing import FlaskClient

from donations.simulator import control, pledge_control
from tests.simulator.pledging import Pledged, monthly, pledge
from tests.simulator.world import World
from tests.web_house import FakeHouse

BACK = "https://example.org/me/pledge"


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


def portal_of(world: World, made: Pledged) -> str:
    url = world.payments.open_portal(made.customer_id, world.permit, return_url=BACK)
    return url.removeprefix("http://127.0.0.1:8000")


def choose(client: FlaskClient, address: str, made: Pledged, act: str) -> str:
    answer = client.post(address, data={"act": act, "subscription": made.subscription_id})
    assert answer.status_code == 303
    return client.get(answer.headers["Location"]).get_data(as_text=True)


def test_the_portal_says_simulated_and_needs_no_script(world: World, client: FlaskClient) -> None:
    made = pledge(world, amount_cents=13_000, fee_cover_cents=419)
    page = client.get(portal_of(world, made))
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "SIMULATED" in text
    assert "$134.19" in text
    assert "4242" in text
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", text)
    assert (page.headers["X-Robots-Tag"], page.headers["Cache-Control"]) == ("noindex", "no-store")


def test_the_till_says_that_a_monthly_gift_is_paid_again_every_month(world: World, client: FlaskClient) -> None:
    checkout = world.payments.open_checkout(monthly(world), world.permit).checkout_id
    address = f"/simulated-stripe/pay/{checkout}"
    assert "again every month" in client.get(address).get_data(as_text=True)
    declined = client.post(address, data={"choice": "decline", "code": "expired_card"})
    assert "was declined" in client.get(declined.headers["Location"]).get_data(as_text=True)
    assert client.post(address, data={"choice": "accept"}).status_code == 303
    assert [told.status for told in world.raw.subscriptions.list().data] == ["active"]
    assert "every month" not in client.get(f"/simulated-stripe/pay/{world.open()}").get_data(as_text=True)


def test_a_monthly_gift_can_be_paid_by_bank_debit_at_the_till(world: World, client: FlaskClient) -> None:
    checkout = world.payments.open_checkout(monthly(world), world.permit).checkout_id
    address = f"/simulated-stripe/pay/{checkout}"
    assert 'value="debit"' in client.get(address).get_data(as_text=True)
    assert client.post(address, data={"choice": "debit"}).status_code == 303
    session = world.raw.checkout.sessions.retrieve(checkout)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    url = world.payments.open_portal(str(session.customer), world.permit, return_url=BACK)
    assert "bank account that ends in 6789" in client.get(url).get_data(as_text=True)


def test_a_new_card_is_put_in_place_and_pays_what_is_owed(world: World, client: FlaskClient) -> None:
    made = pledge(world)
    pledge_control.order_card(world.stripe, made.reference, "expired_card")
    failed = pledge_control.renew(world.stripe, made.reference)
    address = portal_of(world, made)
    assert "past due" in client.get(address).get_data(as_text=True)
    assert "1881" in choose(client, address, made, "new_card")
    assert world.raw.invoices.retrieve(str(failed.invoice_id)).status == "paid"


def test_a_pledge_ends_after_the_paid_month_unless_the_donor_thinks_again(world: World, client: FlaskClient) -> None:
    made = pledge(world, at=datetime(2027, 3, 10, 9, 0, tzinfo=UTC))
    address = portal_of(world, made)
    assert "It ends on 10 April 2027" in choose(client, address, made, "cancel")
    assert world.raw.subscriptions.retrieve(made.subscription_id).cancel_at_period_end
    assert "It ends on" not in choose(client, address, made, "keep")
    choose(client, address, made, "cancel")
    control.set_clock(world.stripe, datetime(2027, 4, 11, tzinfo=UTC))
    assert world.raw.subscriptions.retrieve(made.subscription_id).status == "canceled"
    assert len(world.raw.invoices.list().data) == 1
    assert "canceled" in client.get(portal_of(world, made)).get_data(as_text=True)


def test_a_pledge_is_paused_and_taken_up_again(world: World, client: FlaskClient) -> None:
    made = pledge(world, at=datetime(2027, 3, 10, 9, 0, tzinfo=UTC))
    choose(client, portal_of(world, made), made, "pause")
    assert world.raw.subscriptions.retrieve(made.subscription_id).status == "paused"
    control.set_clock(world.stripe, datetime(2027, 6, 1, tzinfo=UTC))
    choose(client, portal_of(world, made), made, "resume")
    assert world.raw.subscriptions.retrieve(made.subscription_id).status == "active"
    assert len(world.raw.invoices.list({"status": "paid"}).data) == 2


def test_back_leads_to_us(world: World, client: FlaskClient) -> None:
    answer = client.post(portal_of(world, pledge(world)), data={"act": "back"})
    assert (answer.status_code, answer.headers["Location"]) == (303, BACK)


def test_what_is_not_offered_is_refused(world: World, client: FlaskClient) -> None:
    made, other = pledge(world), pledge(world)
    address = portal_of(world, made)
    for act, subscription in (("resume", made), ("steal", made), ("cancel", other)):
        answer = client.post(address, data={"act": act, "subscription": subscription.subscription_id})
        assert answer.status_code == 422
    assert world.raw.subscriptions.retrieve(other.subscription_id).cancel_at is None


def test_an_unknown_or_old_portal_opens_nothing(world: World, client: FlaskClient) -> None:
    made = pledge(world)
    address = portal_of(world, made)
    assert client.get(f"/simulated-stripe/portal/bps_sim_{'0' * 24}").status_code == 404
    assert client.get("/simulated-stripe/portal/else").status_code == 404
    control.advance(world.stripe, timedelta(hours=2))
    assert client.get(address).status_code == 410
    answer = client.post(address, data={"act": "cancel", "subscription": made.subscription_id})
    assert answer.status_code == 303
    assert world.raw.subscriptions.retrieve(made.subscription_id).cancel_at is None


def test_a_portal_is_opened_for_a_known_customer_with_a_known_configuration(world: World) -> None:
    made = pledge(world)
    sessions = world.raw.billing_portal.sessions
    for customer, configuration in (("cus_sim_none", ""), (made.customer_id, "bpc_sim_none")):
        with pytest.raises(stripe.InvalidRequestError):
            sessions.create({"customer": customer, "configuration": configuration})
