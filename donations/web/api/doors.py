"""Room: web. The doors of the JSON API: one route for each line of its table, each counted, each with its ETag."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Final

import msgspec
from flask import Blueprint, Flask, Response, request

from donations.errors import ScopeNeededError
from donations.partners import Scope
from donations.web.api.desk import ApiDesk
from donations.web.api.document import ROOT, write_document
from donations.web.api.operations import OPERATIONS, Operation, believe
from donations.web.fields import read_query

_BEARER: Final = re.compile("bearer ([!-~]{1,200})", re.ASCII | re.IGNORECASE)
_RETRY_SECONDS: Final = "60"


def open_api(app: Flask, desk: ApiDesk) -> None:
    """Add the doors of the JSON API to an application."""
    routes = Blueprint("api", __name__, url_prefix=ROOT)
    for one in OPERATIONS:
        rule = re.sub(r"\{(\w+)\}", r"<\1>", one.path)
        routes.add_url_rule(rule, one.name, _view(desk, one), methods=["GET"], provide_automatic_options=False)
    settings = desk.settings
    document = msgspec.json.encode(write_document(settings.organisation.legal_name, settings.base_url))

    @routes.get("/openapi.json", provide_automatic_options=False)
    def read_document() -> Response:
        _enter(desk, None)
        read_query(request)
        return _answer(document)

    app.register_blueprint(routes)
    app.after_request(_say_how)


def _view(desk: ApiDesk, operation: Operation) -> Callable[..., Response]:
    def read(**path_values: str) -> Response:
        _enter(desk, operation.scope)
        values = believe(operation, path_values, read_query(request))
        return _answer(msgspec.json.encode(operation.act(desk, values)))

    return read


def _enter(desk: ApiDesk, scope: Scope | None) -> None:
    """Count who asks, and refuse a key whose scope does not hold what is asked for."""
    sent = request.headers.get("Authorization")
    found = None if sent is None else _BEARER.fullmatch(sent)
    token = None if sent is None else (found[1] if found else "")
    key = desk.admit(token, request.remote_addr or "", scope)
    if scope == "treasury" and key is not None and key.scope != "treasury":
        raise ScopeNeededError("This key reads published figures only.")


def _answer(body: bytes) -> Response:
    answer = Response(body, content_type="application/json")
    answer.set_etag(hashlib.sha256(body).hexdigest()[:32])
    answer.make_conditional(request)
    return answer


def _say_how(response: Response) -> Response:
    """Tell a program what it may do next: send a key, or wait."""
    if request.path.startswith(f"{ROOT}/"):
        if response.status_code == 401:  # noqa: PLR2004  # The statuses that want a header.
            response.headers["WWW-Authenticate"] = 'Bearer realm="almoner"'
        if response.status_code == 429:  # noqa: PLR2004
            response.headers["Retry-After"] = _RETRY_SECONDS
    return response
