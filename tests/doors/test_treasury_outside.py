"""Keys, partners and appeals at the treasury: two people for a key, one admin for a partner, a code that reads."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from donations.app import create_app
from donations.web.treasury.appeal_pages import draw_code
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.doors.lived import last_of
from tests.journeys.houses import founded, street_of
from tests.treasury_room import TreasuryRoom, staffed

KEY = re.compile(r"almoner_[0-9a-f]{64}")
SECRET = re.compile(r"<code class=\"breaks\">([0-9a-f]{64})</code>")


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        yield staffed(street)


def ask_for_a_key(room: TreasuryRoom) -> str:
    """Let the admin ask for a key of the treasury's and return the request."""
    told = {"label": "Board dashboard", "scope": "treasury"}
    return last_of(room.browser("admin").send("/treasury/api-keys", told).headers["Location"])


def test_a_key_wants_two_people_and_is_shown_once_to_who_asked(room: TreasuryRoom) -> None:
    asked, admin = ask_for_a_key(room), room.browser("admin")
    assert "No key yet" in admin.get("/treasury/api-keys").get_data(as_text=True)
    assert admin.send(f"/treasury/approvals/{asked}", {"decision": "approve"}).status_code == 403
    room.browser("approver").send(f"/treasury/approvals/{asked}", {"decision": "approve"})
    room.street.worker().drain()
    page = admin.get("/treasury/api-keys").get_data(as_text=True)
    found = re.search(r"/treasury/api-keys/(k_[0-9a-z]{16})", page)
    assert found is not None
    address = f"/treasury/api-keys/{found[1]}"
    shown = admin.send(address, {"act": "show"})
    key = KEY.search(shown.get_data(as_text=True))
    assert key is not None
    assert shown.headers["Cache-Control"] == "no-store"
    again = admin.send(address, {"act": "show"})
    assert again.status_code == 422
    assert KEY.search(again.get_data(as_text=True)) is None
    reader = create_app(room.rooms).test_client()
    sent = {"Authorization": f"Bearer {key[0]}"}
    assert reader.get("/api/v1/gifts", base_url=admin.base_url, headers=sent).status_code == 200
    assert admin.send(address, {"act": "revoke"}).status_code == 303
    assert reader.get("/api/v1/gifts", base_url=admin.base_url, headers=sent).status_code == 401


def test_a_key_that_was_declined_is_none(room: TreasuryRoom) -> None:
    asked = ask_for_a_key(room)
    room.browser("approver").send(f"/treasury/approvals/{asked}", {"decision": "decline"})
    room.street.worker().drain()
    assert "No key yet" in room.browser("admin").get("/treasury/api-keys").get_data(as_text=True)


def test_what_is_missing_of_a_key_or_partner_is_said_and_nothing_begins(room: TreasuryRoom) -> None:
    admin = room.browser("admin")
    for path, told in (
        ("/treasury/api-keys", {"label": "", "scope": "public"}),
        ("/treasury/api-keys", {"label": "Board", "scope": "everything"}),
        ("/treasury/partners", {"address": "https://hooks.example.org/"}),
        ("/treasury/partners", {"address": "http://10.0.0.1/", "event_gift.settled": "1"}),
    ):
        answer = admin.send(path, told)
        assert answer.status_code == 422
        assert "Nothing was changed" in answer.get_data(as_text=True)


def test_a_partner_is_begun_its_secret_shown_changed_and_ended(room: TreasuryRoom) -> None:
    admin = room.browser("admin")
    told = {"address": "https://hooks.example.org/almoner", "event_gift.settled": "1"}
    first = SECRET.search(admin.send("/treasury/partners", told).get_data(as_text=True))
    page = admin.get("/treasury/partners").get_data(as_text=True)
    found = re.search(r"/treasury/partners/(w_[0-9a-z]{16})", page)
    assert first is not None
    assert found is not None
    address = f"/treasury/partners/{found[1]}"
    assert first[1] not in admin.get(address).get_data(as_text=True)
    second = SECRET.search(admin.send(address, {"act": "rotate"}).get_data(as_text=True))
    assert second is not None
    assert second[1] != first[1]
    assert admin.send(address, {"act": "events", "event_receipt.void": "1"}).status_code == 303
    assert "receipt.void" in admin.get(address).get_data(as_text=True)
    assert admin.send(address, {"act": "end"}).status_code == 303
    assert 'value="rotate"' not in admin.get(address).get_data(as_text=True)


def test_an_appeal_counts_the_gifts_that_came_by_its_link(room: TreasuryRoom) -> None:
    treasurer = room.browser("treasurer")
    assert treasurer.send("/treasury/appeals", {"tag": "Spring!"}).status_code == 422
    assert treasurer.send("/treasury/appeals", {"tag": "spring-mailing"}).status_code == 303
    room.street.give({**FORM, "appeal": "spring-mailing"}, how="paid")
    room.street.give({**FORM, "appeal": "shop"}, how="paid")
    room.street.deliver_and_drain()
    assert "1, $130.00 as given" in treasurer.get("/treasury/appeals/spring-mailing").get_data(as_text=True)
    assert "shop" in treasurer.get("/treasury/appeals").get_data(as_text=True)
    assert treasurer.get("/treasury/appeals/nothing").status_code == 404
    assert "Poster and cards" in treasurer.get("/treasury/appeals/shop/print").get_data(as_text=True)


def test_a_printed_code_opens_the_give_page_with_its_tag(room: TreasuryRoom) -> None:
    treasurer = room.browser("treasurer")
    treasurer.send("/treasury/appeals", {"tag": "spring"})
    png = treasurer.get("/treasury/appeals/spring/qr.png")
    assert png.content_type == "image/png"
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(png.get_data())))
    assert [code.text for code in read] == [f"{treasurer.base_url}/give?appeal=spring"]
    svg = treasurer.get("/treasury/appeals/spring/qr.svg")
    assert svg.content_type.startswith("image/svg+xml")
    assert b"style=" not in svg.get_data()
    assert draw_code("https://give.example.org/give?appeal=a", "svg").startswith(b"<?xml")
