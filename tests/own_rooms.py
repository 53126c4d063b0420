"""What tests of donors' own rooms share: a browser before a living house, and the link out of a mail."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from donations import tokens
from donations.cli.playing import Street
from donations.tables import DonorLink


@dataclass(frozen=True)
class DonorBrowser:
    """A donor's browser before the real front door."""

    street: Street
    client: FlaskClient

    @classmethod
    def of(cls, street: Street, app: Flask) -> DonorBrowser:
        """Open a browser without a cookie."""
        return cls(street, app.test_client())

    def page(self, path: str = "/me") -> str:
        """Return a page as text."""
        return self.client.get(path).get_data(as_text=True)

    def send(self, path: str, fields: dict[str, str] | None = None, *, on: str = "/me") -> TestResponse:
        """Send a form of a page with its token."""
        found = re.search(r'name="form_token" value="([^"]*)"', self.page(on))
        token = "" if found is None else found[1]
        return self.client.post(path, data={"form_token": token, **(fields or {})})

    def link(self, email: str) -> str | None:
        """Return the newest link's token that the post room would mail to an address."""
        keys = self.street.rooms.settings.secret_keys
        with self.street.rooms.database.read() as session:
            rows = session.scalars(
                select(DonorLink).where(DonorLink.email == email).order_by(DonorLink.made_at)
            ).all()
            return tokens.derive_token(keys, "donor-link", rows[-1].id) if rows else None

    def enter(self, email: str = "ada@example.org") -> TestResponse:
        """Ask for a link and use it."""
        self.send("/me/link", {"email": email})
        path = f"/me/link/{self.link(email)}"
        return self.send(path, on=path)
