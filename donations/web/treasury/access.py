"""Room: web. Who stands before a treasury door, and whether it opens: denied unless its route declares a permission.

The cookie is a random value whose SHA-256 alone is kept; the form token is bound to it, so a form of another browser,
another member or another sign-in is refused.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Final, ParamSpec
from urllib.parse import quote

from flask import Flask, Response, abort, current_app, g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from donations import tokens
from donations.audit_log import Actor
from donations.errors import BrokenInvariantError
from donations.staff import STEP_UP, Action, Entered, Right
from donations.web.fields import read_form, single_fields
from donations.web.treasury.rooms import desks

FORM_TOKEN: Final = "form_token"  # noqa: S105  # The field's name, no secret.
PREFIX: Final = "/treasury"
_DECLARED: Final = "almoner_permission"
_COOKIE_LENGTH: Final = 64
_Parameters = ParamSpec("_Parameters")
_View = Callable[_Parameters, ResponseReturnValue]


def needs(action: Action, right: Right) -> Callable[[_View[_Parameters]], _View[_Parameters]]:
    """Open a view to members who hold this right only, with a fresh key where the right wants one."""

    def declare(view: _View[_Parameters]) -> _View[_Parameters]:
        @wraps(view)
        def guarded(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> ResponseReturnValue:
            refusal = _refuse(action, right)
            return view(*args, **kwargs) if refusal is None else refusal

        setattr(guarded, _DECLARED, (action, right))
        return guarded

    return declare


def open_to_anyone(view: _View[_Parameters]) -> _View[_Parameters]:
    """Declare a view of the entrance itself, which must open to whoever is not in yet."""
    setattr(view, _DECLARED, None)
    return view


def refuse_undeclared(app: Flask) -> None:
    """Stop the start if any route of the treasury declares no permission."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(PREFIX) and not hasattr(app.view_functions[rule.endpoint], _DECLARED):
            raise BrokenInvariantError(f"the route {rule.rule} declares no permission")


def declared_permission(app: Flask, endpoint: str) -> tuple[Action, Right] | None:
    """Return what a route of the treasury declares; None for the entrance."""
    found: tuple[Action, Right] | None = getattr(app.view_functions[endpoint], _DECLARED)
    return found


def cookie_name() -> str:
    """Return the session cookie's name: browsers hold `__Host-` cookies to https."""
    return "__Host-s" if desks().settings.is_https else "s"


def keep_session(response: Response, token: str) -> Response:
    """Hand a session cookie to the browser; it ends with the browser, and on our side long before."""
    response.set_cookie(
        cookie_name(), token, path="/", secure=desks().settings.is_https, httponly=True, samesite="Strict"
    )
    return response


def entered() -> Entered | None:
    """Return who is in by this request's cookie, looked up once a request."""
    if "almoner_entered" not in g:
        token = request.cookies.get(cookie_name(), "")
        is_possible = len(token) == _COOKIE_LENGTH and token.isascii()
        g.almoner_entered = desks().staff.who_is_in(token) if is_possible else None
    found: Entered | None = g.almoner_entered
    return found


def member_in() -> Entered:
    """Return who is in; only a guarded view may ask."""
    found = entered()
    if found is None:
        abort(403)
    return found


def actor() -> Actor:
    """Return who acts, as the audit log names them."""
    return member_in().member.actor


def form_token() -> str:
    """Return the token that each form of this sign-in carries."""
    found = entered()
    keys = desks().settings.secret_keys
    return "" if found is None else tokens.derive_token(keys, "staff-form", found.session_hash)


def staff_form() -> dict[str, str]:
    """Return the single-valued fields of a form of this sign-in; another's is refused with 403."""
    return _believed(read_form(request))


def staff_upload(*, or_else: Callable[[dict[str, str]], bool] | None = None) -> tuple[dict[str, str], bytes]:
    """Return the fields of a form of this sign-in and the bytes of its one file, read and not kept.

    `or_else` may know a form of this member by another signature, where a new sign-in began since.
    """
    fields = single_fields(request.form.items(multi=True))
    if or_else is None or not or_else(fields):
        _believed(fields)
    sent = request.files.get("file")
    return fields, b"" if sent is None else sent.read()


def _believed(fields: dict[str, str]) -> dict[str, str]:
    sent = fields.pop(FORM_TOKEN, "")
    if not form_token() or not hmac.compare_digest(sent.encode("utf-8"), form_token().encode("utf-8")):
        abort(403)
    return fields


def demand(action: Action, right: Right) -> ResponseReturnValue | None:
    """Return the refusal of a right that only the request's object decides, None where the member holds it."""
    found = member_in()
    if not found.member.may(action, right):
        abort(403)
    if (action, right) in STEP_UP and not found.is_fresh(desks().clock.now()):
        return redirect(f"{PREFIX}/step-up?next={quote(_page_behind(), safe='')}", code=303)
    return None


def _refuse(action: Action, right: Right) -> ResponseReturnValue | None:
    if entered() is None:
        return redirect(f"{PREFIX}/enter", code=303) if request.method == "GET" else abort(403)
    return demand(action, right)


def _page_behind() -> str:
    """Return the page to come back to: this one, or for a form without a page of its own the nearest above it."""
    path = request.path
    if request.method == "GET":
        return request.full_path.rstrip("?")
    adapter = current_app.url_map.bind("")
    while path.startswith(f"{PREFIX}/"):
        with suppress(HTTPException):
            adapter.match(path, method="GET")
            return path
        path = path.rpartition("/")[0]
    return PREFIX
