"""The OpenAPI document and the doors are one: a program that believes it is never surprised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from sqlalchemy import delete

from donations.app import create_app
from donations.tables import ApiUse
from tests.api_room import ApiRoom, api_room
from tests.databases import Foundry

EXAMPLES = 12
"""For each operation and kind of data: enough to reach what it answers, few enough for each change."""


@pytest.fixture(scope="module")
def room(foundry: Foundry, tmp_path_factory: pytest.TempPathFactory, cache_folder: Path) -> Iterator[ApiRoom]:
    """Open a house with three gifts, once for all questions."""
    with api_room(foundry, tmp_path_factory.mktemp("api"), cache_folder / "fonts") as opened:
        yield opened


def document_of(room: ApiRoom) -> dict[str, Any]:
    """Return the served document."""
    found: dict[str, Any] = room.read("/openapi.json")
    return found


def test_every_route_stands_in_the_document_and_nothing_else(room: ApiRoom) -> None:
    document = document_of(room)
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": f"{room.rooms.settings.base_url}/api/v1"}]
    rules = [rule for rule in room.app.url_map.iter_rules() if rule.rule.startswith("/api/")]
    routed = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")), method.lower())
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD"}
    }
    assert routed == {(path, method) for path, item in document["paths"].items() for method in item}


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_a_program_that_believes_the_document_is_never_surprised(room: ApiRoom, mode: GenerationMode) -> None:
    app, key = create_app(room.rooms), room.key("treasury")
    _let_minutes_pass(room, app)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    asked: dict[str, int] = {}
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not operation.query:
            continue

        @settings(max_examples=EXAMPLES, derandomize=True, database=None)
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Case[Any]) -> None:
            case.call_and_validate(headers={"Authorization": f"Bearer {key}"})
            asked[case.operation.label] = asked.get(case.operation.label, 0) + 1

        ask()
    assert len(asked) >= 5
    assert all(asked.values())


def _let_minutes_pass(room: ApiRoom, app: Flask) -> None:
    """Forget before each request how often was asked: the clock of this house stands."""

    @app.before_request
    def forget() -> None:
        room.rooms.database.write(lambda session: session.execute(delete(ApiUse)))
