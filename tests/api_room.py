"""A founded house with gifts in it, keys of its JSON API, and a program that asks: for every test of that door."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from donations import partners
from donations.app import create_app
from donations.audit_log import COMMAND
from donations.cli.playing import Street
from donations.partners import Scope
from donations.simulator import acts
from donations.wiring import Rooms
from tests.databases import Foundry
from tests.doors.conftest import FORM
from tests.journeys.houses import founded, street_of


@dataclass(frozen=True, slots=True)
class ApiRoom:
    """A house and its front door, as a program sees it."""

    street: Street
    app: Flask

    @property
    def rooms(self) -> Rooms:
        """Return the rooms of the house."""
        return self.street.rooms

    def key(self, scope: Scope) -> str:
        """Return a key of this scope."""
        return draw_key(self.rooms, scope)

    def get(self, path: str, key: str | None = None, **headers: str) -> TestResponse:
        """Ask a question, with a key or without."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
        return self.app.test_client().get(f"/api/v1{path}", base_url=self.rooms.settings.base_url, headers=sent)

    def read(self, path: str, key: str | None = None) -> Any:  # noqa: ANN401  # Whatever JSON it is.
        """Return a good answer as plain JSON values."""
        answer = self.get(path, key)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()


def draw_key(rooms: Rooms, scope: Scope) -> str:
    """Agree on a key and have it shown."""
    now, people = rooms.clock.now(), (COMMAND.reference, COMMAND.reference)
    agreed = rooms.database.write(
        lambda session: partners.agree_on_key(session, label="A script", scope=scope, people=people, now=now)
    )
    return rooms.database.write(lambda session: partners.show_key(session, COMMAND, agreed, now=now))


@contextmanager
def api_room(foundry: Foundry, home: Path, faces: Path, *, gifts: int = 3) -> Iterator[ApiRoom]:
    """Let a house live through some gifts and a payout."""
    with founded(foundry, home, faces) as settings, street_of(settings) as street:
        for _ in range(gifts):
            street.give({**FORM, "appeal": "spring"}, how="paid")
        street.deliver_and_drain()
        if gifts:
            acts.pay_out_all(street.stripe)
            street.deliver_and_drain()
        yield ApiRoom(street, create_app(street.rooms))
