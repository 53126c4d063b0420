"""/me: in by a mailed link that only a form uses up, in the browser that asked; nothing of another is ever seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from donations.cli.playing import Street
from donations.simulator import control, pledge_control
from donations.tables import DonorLink, DonorSession, OutboxRow
from donations.web.front_door import open_front_door
from donations.wiring import open_house
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.journeys.houses import founded, street_of
from tests.own_rooms import DonorBrowser


@pytest.fixture
def street(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[Street]:
    """Found a house with one gift of Ada's and one of Bo's."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as opened:
        opened.give(FORM, how="paid")
        opened.give({**FORM, "name": "Bo Example", "email": "bo@example.org", "amount": "65"}, how="paid")
        opened.deliver_and_drain()
        yield opened


@pytest.fixture
def app(street: Street) -> Flask:
    """Open the real front door before it."""
    return open_front_door(open_house(street.rooms))


@pytest.fixture
def ada(street: Street, app: Flask) -> DonorBrowser:
    """Give Ada a browser."""
    return DonorBrowser.of(street, app)


def _letters(street: Street) -> list[str]:
    folder = street.rooms.settings.home / "mail"
    return [file.read_text() for file in folder.rglob("*") if file.is_file() and "/me/link/" in file.read_text()]


def test_a_donor_comes_in_by_mail_sees_their_gift_and_takes_the_receipt(ada: DonorBrowser) -> None:
    assert ada.enter().headers["Location"] == "/me"
    page = ada.page()
    assert "$130.00" in page
    assert "Received" in page
    assert "bo@example.org" not in page
    found = re.search(r"/me/documents/(R-[0-9-]+)\.pdf", page)
    assert found is not None
    answer = ada.client.get(found[0])
    assert (answer.status_code, answer.content_type, answer.data[:5]) == (200, "application/pdf", b"%PDF-")


def test_looking_at_a_link_uses_nothing_up_and_using_it_does(street: Street, ada: DonorBrowser) -> None:
    ada.send("/me/link", {"email": "ada@example.org"})
    path = f"/me/link/{ada.link('ada@example.org')}"
    assert [ada.client.get(path).status_code for _ in range(3)] == [200, 200, 200]
    assert ada.send(path, on=path).status_code == 303
    assert ada.client.get(path).status_code == 404
    with street.rooms.database.read() as session:
        assert len(session.scalars(select(DonorSession)).all()) == 1


def test_a_link_opens_in_the_browser_that_asked_and_for_fifteen_minutes(
    street: Street, app: Flask, ada: DonorBrowser
) -> None:
    ada.send("/me/link", {"email": "ada@example.org"})
    path = f"/me/link/{ada.link('ada@example.org')}"
    thief = DonorBrowser.of(street, app)
    thief.page()
    assert thief.client.get(path).status_code == 404
    assert thief.send(path, on="/me").status_code == 404
    control.advance(street.stripe, timedelta(minutes=16))
    assert ada.client.get(path).status_code == 404


def test_known_and_unknown_addresses_get_the_same_answer_and_only_the_known_one_a_letter(
    street: Street, ada: DonorBrowser
) -> None:
    answers = [ada.send("/me/link", {"email": email}) for email in ("ada@example.org", "nobody@example.org")]
    assert answers[0].status_code == answers[1].status_code == 200
    assert answers[0].data == answers[1].data
    with street.rooms.database.read() as session:
        owed = session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail_donor_link")).all()
        assert len(owed) == 2
    street.deliver_and_drain()
    assert len(_letters(street)) == 1


def test_a_fourth_link_in_an_hour_is_not_mailed_and_told_in_the_same_words(street: Street, ada: DonorBrowser) -> None:
    answers = [ada.send("/me/link", {"email": "ada@example.org"}) for _ in range(4)]
    assert len({answer.data for answer in answers}) == 1
    with street.rooms.database.read() as session:
        assert len(session.scalars(select(OutboxRow).where(OutboxRow.kind == "mail_donor_link")).all()) == 3
        assert len(session.scalars(select(DonorLink)).all()) == 4


def test_one_network_may_not_ask_for_ever(ada: DonorBrowser) -> None:
    answers = [ada.send("/me/link", {"email": f"x{n}@example.org"}).status_code for n in range(13)]
    assert answers == [200] * 12 + [429]


def test_a_sign_in_ends_idle_or_by_leaving(street: Street, ada: DonorBrowser) -> None:
    ada.enter()
    answer = ada.send("/me/leave")
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert "Mail me a link" in ada.page()
    ada.enter()
    assert "Received" in ada.page()
    control.advance(street.stripe, timedelta(minutes=31))
    assert "Mail me a link" in ada.page()


def test_anothers_document_an_unknown_one_and_a_stranger_are_one_404(
    street: Street, app: Flask, ada: DonorBrowser
) -> None:
    bo = DonorBrowser.of(street, app)
    bo.enter("bo@example.org")
    found = re.search(r"/me/documents/R-[0-9-]+\.pdf", bo.page())
    assert found is not None
    assert bo.client.get(found[0]).status_code == 200
    stranger = ada.client.get(found[0])
    ada.enter()
    answers = [stranger, ada.client.get(found[0]), ada.client.get("/me/documents/R-2026-000099-9.pdf")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1


@pytest.mark.parametrize("path", ["/me/leave", "/me/address"])
def test_a_form_of_nobody_or_of_another_sign_in_is_refused(
    street: Street, app: Flask, ada: DonorBrowser, path: str
) -> None:
    assert ada.send(path, {"email": "x@example.org"}).status_code == 403
    ada.enter()
    bo = DonorBrowser.of(street, app)
    bo.enter("bo@example.org")
    token = bo.page().split('name="form_token" value="')[1].split('"')[0]
    assert ada.client.post(path, data={"form_token": token, "email": "x@example.org"}).status_code == 403
    assert "Received" in ada.page()


def test_gifts_of_a_second_address_show_only_once_its_link_is_used(street: Street, ada: DonorBrowser) -> None:
    ada.enter()
    assert ada.send("/me/address", {"email": "bo@example.org"}).status_code == 200
    assert "$65.00" not in ada.page()
    path = f"/me/link/{ada.link('bo@example.org')}"
    assert ada.send(path, on=path).status_code == 303
    page = ada.page()
    assert "$65.00" in page
    assert "$130.00" in page
    street.deliver_and_drain()
    notices = [f.read_text() for f in (street.rooms.settings.home / "mail").rglob("*") if f.is_file()]
    assert sum("An address was added" in one for one in notices) == 1


@pytest.mark.parametrize("email", ["", "nonsense", "x" * 300 + "@example.org", "ä@example.org"])
def test_an_address_that_is_none_is_refused_by_name(ada: DonorBrowser, email: str) -> None:
    answer = ada.send("/me/link", {"email": email})
    assert answer.status_code == 422
    assert "The e-mail address" in answer.get_data(as_text=True)


def test_a_gift_is_named_only_by_its_donors_own_word(street: Street, app: Flask, ada: DonorBrowser) -> None:
    ada.enter()
    found = re.search(r"/me/gifts/g_[0-9a-z]{16}/name", ada.page())
    assert found is not None
    bo = DonorBrowser.of(street, app)
    bo.enter("bo@example.org")
    assert bo.send(found[0], {"named": "yes"}).status_code == 404
    assert "By name" not in ada.page()
    assert ada.send(found[0], {"named": "yes"}).status_code == 303
    assert "By name" in ada.page()
    assert ada.send(found[0], {"named": "no"}).status_code == 303
    assert "By name" not in ada.page()
    assert ada.send(found[0], {"named": "maybe"}).status_code == 404


def test_a_donors_data_hold_all_that_is_theirs_and_nothing_of_another_and_no_secret(
    street: Street, ada: DonorBrowser
) -> None:
    assert ada.client.get("/me/data.json").status_code == 404
    ada.enter()
    told = ada.client.get("/me/data.json").get_json()
    assert told["addresses"] == ["ada@example.org"]
    assert [gift["amount_cents"] for gift in told["gifts"]] == [13_000]
    assert told["gifts"][0]["written"]["name"] == "Ada Example"
    assert [one["number"] for one in told["documents"]] == [told["gifts"][0]["receipt"]]
    assert "bo@example.org" not in str(told)
    assert "token" not in str(told)
    del street


def test_a_monthly_gift_is_changed_from_the_room_and_charged_once_a_month(street: Street, ada: DonorBrowser) -> None:
    monthly = street.give({**FORM, "frequency": "monthly", "amount": "65"}, how="paid").begun.reference
    street.deliver_and_drain()
    ada.enter()
    found = re.search(r"/pledge/[^\"]+", ada.page())
    assert found is not None
    ada.page(found[0])
    token = ada.page(found[0]).split('name="form_token" value="')[1].split('"')[0]
    control.advance(street.stripe, timedelta(seconds=10))
    wish = {"form_token": token, "what": "amount", "amount": "80"}
    assert ada.client.post(f"{found[0]}/change", data=wish).status_code == 303
    assert "on its way to Stripe" in ada.page(found[0])
    street.deliver_and_drain()
    assert "$80.00" in ada.page(found[0])
    assert ada.page().count("$80.00") == 1
    pledge_control.renew(street.stripe, monthly)
    street.deliver_and_drain()
    ada.enter()
    page = ada.page()
    assert page.count("<td>$80.00</td>") == 1
    assert page.count("<td>$65.00</td>") == 1
