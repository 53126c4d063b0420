"""Every route of the treasury × every role × every standing: what opens is what the route declares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from donations.app import create_app
from donations.staff import ROLES, STEP_UP, Action, Right, Role, StaffDesk, permits
from donations.web.treasury.access import PREFIX, declared_permission
from tests.databases import Foundry
from tests.doors.test_headers import FIXED
from tests.journeys.houses import founded, street_of
from tests.treasury_room import TreasuryRoom, staffed

BASE = "http://localhost:8000"
STANDINGS = ("out", "stale", "fresh")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OBJECTS = {"own": "g_0123456789abcdef", "other": "..\\x%00<b>'"}


@pytest.fixture
def room(foundry: Foundry, tmp_path: Path, cache_folder: Path) -> Iterator[TreasuryRoom]:
    """Staff a founded house."""
    with founded(foundry, tmp_path, cache_folder / "fonts") as settings, street_of(settings) as street:
        yield staffed(street)


def routes_of(app: Flask) -> list[tuple[Rule, str]]:
    """Return every route of the treasury with each of its methods."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(PREFIX)]
    return [(rule, method) for rule in rules for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})]


def address_of(app: Flask, rule: Rule, text: str) -> str:
    """Return an address of a rule; what it wants as a number is 1."""
    converters = rule._converters  # noqa: SLF001  # The only place where a rule tells which of its values are numbers.
    values: dict[str, object] = {
        name: 1 if type(converters[name]).__name__ == "IntegerConverter" else text for name in rule.arguments
    }
    with app.test_request_context(base_url=BASE):
        built = rule.build(values)
    assert built is not None
    return built[1]


def client_of(app: Flask, room: TreasuryRoom, role: Role, standing: str) -> FlaskClient:
    """Return a browser in this standing."""
    client = app.test_client()
    if standing != "out":
        desk = StaffDesk(database=room.rooms.database, clock=room.rooms.clock)
        token = desk.begin_session(room.members[role].id, with_key=standing == "fresh")
        client.set_cookie("s", token, domain="localhost")
    return client


def outcome_of(answer: TestResponse) -> str:
    """Tell what a door did: sent to the entrance, asked for a key, forbade, or opened."""
    target = answer.headers.get("Location", "")
    if answer.status_code == 303 and target == f"{PREFIX}/enter":
        return "entrance"
    if answer.status_code == 303 and target.startswith(f"{PREFIX}/step-up"):
        return "step-up"
    return "forbidden" if answer.status_code == 403 else "opened"


def expected(permission: tuple[Action, Right] | None, role: Role, standing: str, method: str) -> str:
    """Reckon the outcome from the declaration alone; an unsafe request of this test carries no token."""
    if permission is None:
        return "opened" if method in SAFE else "forbidden"
    if standing == "out":
        return "entrance" if method in SAFE else "forbidden"
    if not permits([role], *permission):
        return "forbidden"
    if permission in STEP_UP and standing == "stale":
        return "step-up"
    return "opened" if method in SAFE else "forbidden"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("standing", STANDINGS)
def test_what_opens_is_what_the_route_declares(room: TreasuryRoom, role: Role, standing: str) -> None:
    app = create_app(room.rooms)
    surprises, seen = [], 0
    for rule, method in routes_of(app):
        for whose, text in OBJECTS.items():
            # A browser each: what one answer does to a cookie must not decide the next.
            client = client_of(app, room, role, standing)
            answer = client.open(address_of(app, rule, text), method=method, base_url=BASE, data=form_of(method))
            wanted = expected(declared_permission(app, rule.endpoint), role, standing, method)
            if outcome_of(answer) != wanted or answer.status_code >= 500:
                surprises.append((method, rule.rule, whose, wanted, answer.status_code))
            assert all(answer.headers.getlist(name) == [value] for name, value in FIXED.items())
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Robots-Tag"] == "noindex"
            seen += 1
    assert surprises == []
    assert seen >= 40


def form_of(method: str) -> dict[str, str] | None:
    """Return a filled form without the token of this sign-in."""
    return None if method in SAFE else {"decision": "approve", "form_token": "0" * 32}


def test_the_page_a_right_opens_is_reached_by_every_role_that_holds_it(room: TreasuryRoom) -> None:
    app = create_app(room.rooms)
    plain = [rule for rule, method in routes_of(app) if method == "GET" and not rule.arguments]
    for role in ROLES:
        for rule in plain:
            permission = declared_permission(app, rule.endpoint)
            if permission is None or not permits([role], *permission):
                continue
            answer = client_of(app, room, role, "fresh").get(rule.rule, base_url=BASE)
            assert answer.status_code == 200, (role, rule.rule)
            assert "</html>" in answer.get_data(as_text=True)
