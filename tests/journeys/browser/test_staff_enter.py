"""Journey: invited by the command, a key made, out and in again, stepped up, and a third person let in by two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from donations.app import create_app
from donations.audit_log import COMMAND
from donations.cli.playing import Street
from donations.entrance import Invitation, invite_alone
from donations.simulator import control
from donations.staff import Role
from tests.databases import Foundry
from tests.journeys.browser.conftest import Invite, Visitor, free_port, serving
from tests.journeys.houses import founded, street_of

_LINK = re.compile(r"http://localhost:\d+(/treasury/\S+)")


@pytest.fixture
def street(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[Street]:
    """Serve a founded house on loopback."""
    port = free_port()
    with (
        founded(foundry, tmp_path, cache_folder / "fonts", port=port) as settings,
        street_of(settings) as opened,
        serving(create_app(opened.rooms), port),
    ):
        yield opened


def _invite_by_command(street: Street, name: str, roles: tuple[Role, ...]) -> None:
    rooms = street.rooms
    wish = Invitation(name=name, email=f"{name.split(maxsplit=1)[0].lower()}@example.org", roles=roles)
    rooms.database.write(
        lambda session: invite_alone(session, rooms.settings.secret_keys, COMMAND, wish, now=rooms.clock.now())
    )
    street.deliver_and_drain()


def _with_authenticator(visitor: Visitor) -> Page:
    page = visitor.open()
    devtools = visitor.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**options, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    return page


def _last_link(street: Street, to: str) -> str:
    letters = [letter for letter in _letters(street) if f"To: {to}" in letter]
    found = _LINK.findall(letters[-1].replace("=\n", ""))
    assert found
    return str(found[0])


def _letters(street: Street) -> list[str]:
    folder = Path(street.rooms.settings.mail_url.removeprefix("maildir:"))
    files = sorted((folder / "new").iterdir(), key=lambda file: file.stat().st_mtime_ns)
    return [file.read_text(encoding="utf-8", errors="replace") for file in files]


def _accept(street: Street, visitor: Visitor, to: str) -> Page:
    page = _with_authenticator(visitor)
    page.goto(street.rooms.settings.base_url + _last_link(street, to))
    page.get_by_role("button", name="Make my passkey").click()
    page.get_by_text("I have kept them").click()
    page.wait_for_url("**/treasury")
    return page


def test_two_people_let_a_third_in(street: Street, invite: Invite) -> None:
    _invite_by_command(street, "Ada Admin", ("admin", "treasurer"))
    first = invite()
    ada = _accept(street, first, "ada@example.org")
    ada.goto(ada.url.replace("/treasury", "/treasury/account"))
    ada.get_by_role("button", name="Sign out").click()
    ada.get_by_role("button", name="Use my passkey").click()
    ada.get_by_role("heading", name="The desk").wait_for()
    _invite_by_command(street, "Bo Board", ("approver",))
    second = invite()
    bo = _accept(street, second, "bo@example.org")
    control.set_clock(street.stripe, street.rooms.clock.now() + timedelta(minutes=6))
    for page in (ada, bo):
        page.reload()
    ada.get_by_role("link", name="Staff").first.click()
    ada.get_by_label("Name").fill("Cy Clerk")
    ada.get_by_label("E-mail address").fill("cy@example.org")
    ada.get_by_label("purchaser").check()
    ada.get_by_role("button", name="Ask for the invitation").click()
    ada.get_by_role("button", name="Use my passkey").click()
    ada.get_by_label("Name").fill("Cy Clerk")
    ada.get_by_label("E-mail address").fill("cy@example.org")
    ada.get_by_label("purchaser").check()
    ada.get_by_role("button", name="Ask for the invitation").click()
    ada.wait_for_url("**/treasury/approvals/*")
    asked = ada.url
    bo.goto(asked)
    bo.get_by_role("button", name="Approve").click()
    bo.get_by_role("button", name="Use my passkey").click()
    bo.get_by_role("button", name="Approve").click()
    bo.get_by_text("being carried out").wait_for()
    street.deliver_and_drain()
    third = invite()
    cy = _accept(street, third, "cy@example.org")
    assert cy.get_by_role("heading", name="The desk").is_visible()
    assert first.complaints + second.complaints + third.complaints == []
