"""A house of typed fakes, its front door, and a browser's good manners."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web_examples import CHECKED, THANKS, example_document, example_gift
from tests.web_house import FakeHouse

FORM = {"amount": "130", "name": "Ada Example", "email": "ada@example.org", "frequency": "once"}


@pytest.fixture
def house(fake_home: Path) -> FakeHouse:
    """Furnish a simulated house with one gift on its way and one document to check."""
    built = FakeHouse(home=fake_home)
    built.desk.gifts[THANKS] = example_gift()
    built.documents[CHECKED] = example_document()
    return built


@pytest.fixture
def client(house: FakeHouse) -> FlaskClient:
    """Stand a browser before the front door."""
    return house.open().test_client()


def open_form(client: FlaskClient, house: FakeHouse) -> str:
    """Open the give page, wait as a person does, and return its form token."""
    page = client.get("/give").get_data(as_text=True)
    house.clock.advance(timedelta(seconds=5))
    return page.split('name="form_token" value="')[1].split('"')[0]


def send_form(client: FlaskClient, house: FakeHouse, fields: Mapping[str, str], **headers: str) -> TestResponse:
    """Open the form and send it with these fields over the good ones."""
    token = open_form(client, house)
    body = {**FORM, "form_token": token, **fields}
    return client.post("/give", data=body, headers={key.replace("_", "-"): value for key, value in headers.items()})
