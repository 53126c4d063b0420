"""People of the staff at real browsers, each with a virtual authenticator, before a house served on loopback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from donations.app import create_app
from donations.audit_log import COMMAND
from donations.cli.playing import Street
from donations.entrance import Invitation, invite_alone
from donations.staff import Role
from tests.databases import Foundry
from tests.journeys.browser.conftest import Visitor, free_port, serving
from tests.journeys.houses import founded, street_of

_LINK = re.compile(r"http://localhost:\d+(/treasury/\S+)")


@contextmanager
def served_street(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[Street]:
    """Serve a founded house on loopback."""
    port = free_port()
    with (
        founded(foundry, tmp_path, cache_folder / "fonts", port=port) as settings,
        street_of(settings) as opened,
        serving(create_app(opened.rooms), port),
    ):
        yield opened


def invite_by_command(street: Street, name: str, roles: tuple[Role, ...]) -> str:
    """Invite somebody by the operator's command and return their address."""
    rooms, address = street.rooms, f"{name.split(maxsplit=1)[0].lower()}@example.org"
    wish = Invitation(name=name, email=address, roles=roles)
    rooms.database.write(
        lambda session: invite_alone(session, rooms.settings.secret_keys, COMMAND, wish, now=rooms.clock.now())
    )
    street.deliver_and_drain()
    return address


def accept(street: Street, visitor: Visitor, to: str) -> Page:
    """Follow the invitation mailed to an address, make a key and stand at the desk."""
    page = _with_authenticator(visitor)
    page.goto(street.rooms.settings.base_url + _last_link(street, to))
    page.get_by_role("button", name="Make my passkey").click()
    page.get_by_text("I have kept them").click()
    page.wait_for_url("**/treasury")
    return page


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
