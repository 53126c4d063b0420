"""Room: web. The treasury's entrance: a key, or a mailed link and a code together; invitations; stepping up; leaving.

The pages before the door believe a form token bound to the browser's own cookie; those behind it, to the sign-in.
"""

from __future__ import annotations

import hmac
import re
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from donations import tokens
from donations.entrance import Visitor, party_of
from donations.errors import DonationError, NotFoundError
from donations.web.device import draw_device, keep_device, read_device
from donations.web.fields import read_form, read_query
from donations.web.house import house
from donations.web.text import EMAIL_CAP, TextRule, believe_line
from donations.web.treasury.access import (
    FORM_TOKEN,
    PREFIX,
    cookie_name,
    entered,
    keep_session,
    member_in,
    needs,
    open_to_anyone,
    staff_form,
)
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_entrance", __name__)
_TOKEN: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_LABEL: Final = TextRule(cap=60)
_LEAVING: Final = '"cache", "cookies", "storage"'


@routes.before_request
def go_where_keys_work() -> ResponseReturnValue | None:
    """Send who opened a loopback number to the name that keys know; the page is the same."""
    origin = party_of(desks().settings).origin
    is_elsewhere = request.method == "GET" and request.host != urlsplit(origin).netloc
    return redirect(origin + request.full_path.rstrip("?"), code=303) if is_elsewhere else None


@routes.get("/treasury/enter")
@open_to_anyone
def enter() -> ResponseReturnValue:
    """Ask for a key."""
    return redirect(PREFIX, code=303) if entered() else _entrance()


@routes.post("/treasury/enter")
@open_to_anyone
def prove() -> ResponseReturnValue:
    """Let in whose key answered."""
    fields, visitor = _door_form()
    try:
        token = desks().entrance.enter_with_key(visitor, fields.get("challenge", ""), fields.get("credential", ""))
    except DonationError as refusal:
        return _entrance(refusal)
    return keep_session(_see(PREFIX), token)


@routes.get("/treasury/enter/other")
@open_to_anyone
def ask_address() -> ResponseReturnValue:
    """Ask who lost their key for their address."""
    return _door_page("treasury/other_way.html")


@routes.post("/treasury/enter/other")
@open_to_anyone
def send_link() -> ResponseReturnValue:
    """Say that a link is on its way, to anybody in the same words."""
    fields, visitor = _door_form()
    email = fields.get("email", "").strip()
    if email and len(email) <= EMAIL_CAP:
        desks().entrance.ask_for_link(visitor, email)
    return _door_page("treasury/link_sent.html")


@routes.get("/treasury/enter/link/<token>")
@open_to_anyone
def show_link(token: str) -> ResponseReturnValue:
    """Ask for the code that goes with a link; looking uses nothing up."""
    if not desks().entrance.opens(_visitor(), _plain(token)):
        abort(404)
    return _door_page("treasury/enter_code.html")


@routes.post("/treasury/enter/link/<token>")
@open_to_anyone
def use_link(token: str) -> ResponseReturnValue:
    """Let in who holds the link and a code of theirs."""
    fields, visitor = _door_form()
    try:
        session = desks().entrance.enter_with_code(visitor, _plain(token), fields.get("code", ""))
    except NotFoundError:
        raise
    except DonationError as refusal:
        return _door_page("treasury/enter_code.html", refusal)
    return keep_session(_see(f"{PREFIX}/account"), session)


@routes.get("/treasury/invitation/<token>")
@open_to_anyone
def show_invitation(token: str) -> ResponseReturnValue:
    """Welcome somebody and offer to make their key; looking uses nothing up."""
    return _invitation(_plain(token))


@routes.post("/treasury/invitation/<token>")
@open_to_anyone
def accept_invitation(token: str) -> ResponseReturnValue:
    """Keep the first key, let its owner in, and show the codes of their paper this once."""
    fields, visitor = _door_form()
    label = believe_line(fields.get("label", ""), _LABEL)
    try:
        accepted = desks().entrance.accept_invitation(
            visitor,
            _plain(token),
            challenge=fields.get("challenge", ""),
            credential=fields.get("credential", ""),
            label=label if isinstance(label, str) else "",
        )
    except NotFoundError:
        raise
    except DonationError as refusal:
        return _invitation(_plain(token), refusal)
    page = render_template("treasury/paper_codes.html", codes=accepted.paper_codes, is_first=True)
    return keep_session(current_app.make_response(page), accepted.token)


@routes.get("/treasury/step-up")
@needs("own_account", "do")
def step_up() -> ResponseReturnValue:
    """Ask who is in for their key again."""
    return _step_up()


@routes.post("/treasury/step-up")
@needs("own_account", "do")
def prove_again() -> ResponseReturnValue:
    """Give whose key answered a new session, and lead them on."""
    fields, found = staff_form(), member_in()
    challenge, credential = fields.get("challenge", ""), fields.get("credential", "")
    try:
        token = desks().entrance.step_up(_visitor(), found, challenge, credential)
    except DonationError as refusal:
        return _step_up(refusal)
    return keep_session(_see(_next_page()), token)


@routes.post("/treasury/leave")
@needs("own_account", "do")
def leave() -> ResponseReturnValue:
    """End this sign-in and let the browser forget what it holds of us."""
    staff_form()
    desks().entrance.leave(member_in())
    answer = _see(f"{PREFIX}/enter")
    answer.delete_cookie(cookie_name(), path="/", secure=desks().settings.is_https, httponly=True, samesite="Strict")
    answer.headers["Clear-Site-Data"] = _LEAVING
    return answer


def _entrance(refusal: DonationError | None = None) -> ResponseReturnValue:
    challenge, options = desks().entrance.ask_key(_visitor())
    return _door_page("treasury/enter.html", refusal, challenge=challenge, options=options)


def _invitation(token: str, refusal: DonationError | None = None) -> ResponseReturnValue:
    invited, challenge, options = desks().entrance.find_invitation(_visitor(), token)
    return _door_page(
        "treasury/invitation.html", refusal, challenge=challenge, options=options, invited_name=invited.name
    )


def _step_up(refusal: DonationError | None = None) -> ResponseReturnValue:
    challenge, options = desks().entrance.ask_step_up(member_in())
    problem = None if refusal is None else refusal.sentence
    page = render_template("treasury/step_up.html", challenge=challenge, options=options, problem=problem)
    return page, 200 if refusal is None else refusal.status


def _next_page() -> str:
    """Return where a member wanted to go: a page of the treasury, and never another place."""
    wanted = read_query(request).get("next", "")
    path = wanted.partition("?")[0]
    is_ours = path == PREFIX or path.startswith(f"{PREFIX}/")
    if not is_ours or not wanted.isascii() or not wanted.isprintable() or "\\" in wanted:
        return PREFIX
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return PREFIX
    return wanted


def _visitor() -> Visitor:
    device = read_device(request, house())
    return Visitor(device=_new_device() if device is None else device.value, network=request.remote_addr or "")


def _new_device() -> str:
    """Return the random value of a browser not seen before, the same all through one request."""
    if "almoner.device" not in request.environ:
        request.environ["almoner.device"] = draw_device()
    value: str = request.environ["almoner.device"].value
    return value


def _door_token(visitor: Visitor) -> str:
    return tokens.derive_token(desks().settings.secret_keys, "staff-form", f"door/{visitor.device}")


def _door_form() -> tuple[dict[str, str], Visitor]:
    """Return the fields of a form that this browser was shown, and who sent it; any other is refused with 403."""
    visitor, fields = _visitor(), read_form(request)
    sent = fields.pop(FORM_TOKEN, "")
    if not hmac.compare_digest(sent.encode("utf-8"), _door_token(visitor).encode("utf-8")):
        abort(403)
    return fields, visitor


def _door_page(template: str, refusal: DonationError | None = None, **context: object) -> Response:
    visitor = _visitor()
    problem = None if refusal is None else refusal.sentence
    page = render_template(template, problem=problem, door_token=_door_token(visitor), **context)
    answer = current_app.make_response((page, 200 if refusal is None else refusal.status))
    device = read_device(request, house()) or request.environ["almoner.device"]
    keep_device(answer, device, house())
    return answer


def _plain(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        abort(404)
    return token


def _see(path: str) -> Response:
    return current_app.make_response(redirect(path, code=303))
