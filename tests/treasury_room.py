"""A founded house with people of every role, and browsers that are signed in: for every test of the treasury."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from donations.app import create_app
from donations.cli.playing import Street
from donations.staff import ROLES, Member, Role, StaffDesk
from donations.staff.desk import add_member
from donations.wiring import Rooms

_FORM_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')


@dataclass
class Browser:
    """One member's browser before the treasury."""

    client: FlaskClient
    member: Member
    base_url: str

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path, base_url=self.base_url)

    def send(self, path: str, fields: Mapping[str, str], *, page: str | None = None) -> TestResponse:
        """Send a form as it stands on `page`, with its token."""
        shown = self.get(page or path).get_data(as_text=True)
        found = _FORM_TOKEN.search(shown)
        return self.client.post(
            path, data={**fields, "form_token": found[1] if found else ""}, base_url=self.base_url
        )


@dataclass
class TreasuryRoom:
    """A house, and one member of the staff for each role."""

    street: Street
    members: dict[Role, Member]

    @property
    def rooms(self) -> Rooms:
        """Return the rooms of the house."""
        return self.street.rooms

    def browser(self, role: Role, *, fresh: bool = True) -> Browser:
        """Return a browser on which the member of this role is signed in, their key just proved or not."""
        return sign_in(self.rooms, self.members[role], fresh=fresh)


def staffed(street: Street) -> TreasuryRoom:
    """Add a member for each role to a founded house."""
    now = street.rooms.clock.now()

    def hire(session: Session) -> dict[Role, Member]:
        return {
            role: add_member(
                session, name=f"{role.title()} Example", email=f"{role}@example.org", roles=[role], now=now
            )
            for role in ROLES
        }

    return TreasuryRoom(street=street, members=street.rooms.database.write(hire))


def sign_in(rooms: Rooms, member: Member, *, fresh: bool = True) -> Browser:
    """Return a browser of the house's own application with this member's session."""
    desk = StaffDesk(database=rooms.database, clock=rooms.clock)
    client = create_app(rooms).test_client()
    client.set_cookie("s", desk.begin_session(member.id, with_key=fresh), domain="127.0.0.1")
    return Browser(client=client, member=member, base_url=rooms.settings.base_url)
