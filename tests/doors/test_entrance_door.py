"""The treasury's entrance over HTTP: cookies, links and forms of the browser they were given to, and of no other."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from donations import entrance, tokens
from donations.app import create_app
from donations.audit_log import COMMAND
from donations.entrance import Invitation
from donations.tables import StaffLink, StaffSession
from donations.wiring import Rooms
from tests.databases import Foundry
from tests.journeys.houses import founded, street_of
from tests.soft_key import SoftKey

BASE = "https://give.example.org"
ADA = Invitation(name="Ada Admin", email="ada@example.org", roles=("admin", "treasurer"))
_FORM = re.compile(r'action="([^"]*)"|data-options="([^"]*)"|name="(form_token|challenge)" value="([^"]*)"')


@dataclass
class Porch:
    """A house over https, a browser before it, and a key in its owner's pocket."""

    rooms: Rooms
    client: FlaskClient
    key: SoftKey

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path, base_url=BASE)

    def answer(self, path: str, *, make: bool = False, **fields: str) -> TestResponse:
        """Open a page with a key's form and send it, answered by the key."""
        page = self.get(path).get_data(as_text=True)
        found = {name: value for _, _, name, value in _FORM.findall(page) if name}
        options = html.unescape(next(options for _, options, _, _ in _FORM.findall(page) if options))
        credential = self.key.make(options) if make else self.key.prove(options)
        return self.client.post(path, data={**found, "credential": credential, **fields}, base_url=BASE)

    def link(self) -> str:
        """Return the token of the newest link that still opens."""
        with self.rooms.database.read() as session:
            row = session.scalars(select(StaffLink).where(StaffLink.used_at.is_(None))).one()
        return tokens.derive_token(self.rooms.settings.secret_keys, "staff-link", row.id)


@pytest.fixture
def porch(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[Porch]:
    """Invite Ada into a house over https."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        rooms = replace(street.rooms, settings=replace(settings, base_url=BASE))
        now = rooms.clock.now()
        rooms.database.write(
            lambda session: entrance.invite_alone(session, settings.secret_keys, COMMAND, ADA, now=now)
        )
        key = SoftKey(origin=BASE, rp_id="give.example.org")
        yield Porch(rooms=rooms, client=create_app(rooms).test_client(), key=key)


def _joined(porch: Porch) -> TestResponse:
    return porch.answer(f"/treasury/invitation/{porch.link()}", make=True, label="phone")


def test_looking_at_an_invitation_uses_nothing_up_and_sending_it_lets_in(porch: Porch) -> None:
    path = f"/treasury/invitation/{porch.link()}"
    for _ in range(3):
        assert porch.get(path).status_code == 200
    answer = porch.answer(path, make=True, label="phone")
    assert answer.status_code == 200
    assert len(re.findall(r"<code>(?:[0-9a-z]{4}-){3}[0-9a-z]{4}</code>", answer.get_data(as_text=True))) == 10
    assert porch.get("/treasury").status_code == 200
    assert porch.get(path).status_code == 404


def test_the_session_cookie_is_held_to_https_and_to_our_own_pages(porch: Porch) -> None:
    cookies = [line for line in _joined(porch).headers.getlist("Set-Cookie") if line.startswith("__Host-s=")]
    assert len(cookies) == 1
    for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Strict"):
        assert attribute in cookies[0]
    assert "Domain" not in cookies[0]
    assert "Max-Age" not in cookies[0]
    value = cookies[0].split("=")[1].split(";")[0]
    with porch.rooms.database.read() as session:
        kept = session.scalars(select(StaffSession.token_hash)).all()
    assert kept == [tokens.hash_token(value)]


def test_leaving_ends_the_sign_in_and_clears_the_browser(porch: Porch) -> None:
    _joined(porch)
    page = porch.get("/treasury/account").get_data(as_text=True)
    token = re.search(r'name="form_token" value="([^"]*)"', page)
    assert token
    answer = porch.client.post("/treasury/leave", data={"form_token": token[1]}, base_url=BASE)
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert porch.get("/treasury").headers["Location"] == "/treasury/enter"
    with porch.rooms.database.read() as session:
        assert all(row.ended_at is not None for row in session.scalars(select(StaffSession)))


def test_a_form_of_another_browser_is_refused(porch: Porch) -> None:
    shown = porch.get("/treasury/enter").get_data(as_text=True)
    fields = {name: value for _, _, name, value in _FORM.findall(shown) if name}
    other = porch.client.application.test_client()
    other.get("/treasury/enter", base_url=BASE)
    for path in ("/treasury/enter", "/treasury/enter/other"):
        assert other.post(path, data=fields, base_url=BASE).status_code == 403


def test_known_and_unknown_addresses_read_the_same(porch: Porch) -> None:
    _joined(porch)
    told = []
    for email in ("ada@example.org", "nobody@example.org"):
        page = porch.get("/treasury/enter/other").get_data(as_text=True)
        fields = {name: value for _, _, name, value in _FORM.findall(page) if name}
        told.append(porch.client.post("/treasury/enter/other", data={**fields, "email": email}, base_url=BASE))
    assert told[0].status_code == told[1].status_code == 200
    assert told[0].data == told[1].data


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/treasury/../../evil", "/treasury\\evil", "/give", "/treasury/none"],
)
def test_after_stepping_up_nobody_is_led_elsewhere(porch: Porch, wanted: str) -> None:
    _joined(porch)
    path = "/treasury/step-up"
    page = porch.client.get(path, query_string={"next": wanted}, base_url=BASE).get_data(as_text=True)
    found = {name: value for _, _, name, value in _FORM.findall(page) if name}
    options = html.unescape(next(options for _, options, _, _ in _FORM.findall(page) if options))
    answer = porch.client.post(
        path,
        query_string={"next": wanted},
        data={**found, "credential": porch.key.prove(options)},
        base_url=BASE,
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/treasury")


def test_after_stepping_up_one_is_back_where_one_was(porch: Porch) -> None:
    _joined(porch)
    answer = porch.answer("/treasury/step-up?next=/treasury/audit%3Fday%3D2026-11-01")
    assert answer.headers["Location"] == "/treasury/audit?day=2026-11-01"


def test_a_key_that_is_not_believed_is_told_so_on_the_page(porch: Porch) -> None:
    _joined(porch)
    other = replace(porch, client=porch.client.application.test_client(), key=SoftKey(origin=BASE))
    answer = other.answer("/treasury/enter")
    assert answer.status_code == 422
    assert "could not be proved" in answer.get_data(as_text=True)
