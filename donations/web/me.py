"""Room: web. The donor's own room: in by a mailed link that a form redeems, out by a button; all that is theirs.

The forms before the door believe a token bound to the browser's own cookie; those behind it, to the sign-in.
"""

from __future__ import annotations

import hmac
import json
import re
from typing import Final

from flask import Blueprint, Response, abort, current_app, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from donations import tokens
from donations.errors import DonationError
from donations.visits import Visit, Visitor
from donations.web.device import Device, draw_device, keep_device, read_device
from donations.web.fields import read_form
from donations.web.house import house
from donations.web.languages import at, say
from donations.web.text import Refused, believe_email

routes = Blueprint("me", __name__)
_TOKEN: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_NUMBER: Final = re.compile(r"[RSNL]-[0-9]{4}-[0-9]{6,12}-[0-9]", re.ASCII)
_GIFT: Final = re.compile(r"g_[0-9a-z]{16}", re.ASCII)
_COOKIE_LENGTH: Final = 64
_LEAVING: Final = '"cache", "cookies", "storage"'


@routes.get("/me")
def room() -> ResponseReturnValue:
    """Show who is in what is theirs, and ask anybody else for their address."""
    visit = visit_in()
    return door_page("donor/enter.html") if visit is None else own_page(visit)


@routes.post("/me/link")
def send_link() -> ResponseReturnValue:
    """Say that a link is on its way, to anybody in the same words."""
    fields, device = door_form()
    email = believe_email(fields.get("email", ""))
    if isinstance(email, Refused) or not email:
        return door_page("donor/enter.html", problem=_why_not(email), status=422)
    try:
        house().own.ask_for_link(_visitor(device), email)
    except DonationError as refusal:
        return door_page("donor/enter.html", problem=say(refusal.sentence), status=refusal.status)
    return door_page("donor/link_sent.html")


@routes.get("/me/link/<token>")
def show_link(token: str) -> ResponseReturnValue:
    """Show the button that uses a link up; looking, as mail scanners do, changes nothing."""
    device = read_device(request, house())
    if device is None or not house().own.opens(_visitor(device), _plain(token)):
        abort(404)
    return door_page("donor/use_link.html", token=token)


@routes.post("/me/link/<token>")
def use_link(token: str) -> ResponseReturnValue:
    """Let in who holds the link, in the browser that asked for it."""
    _, device = door_form()
    session = house().own.redeem(_visitor(device), _plain(token))
    answer = current_app.make_response(redirect(at("/me"), code=303))
    answer.set_cookie(
        cookie_name(), session, path="/", secure=house().settings.is_https, httponly=True, samesite="Lax"
    )
    return answer


@routes.post("/me/leave")
def leave() -> ResponseReturnValue:
    """End this sign-in and let the browser forget what it holds of us."""
    visit, _ = own_form()
    house().own.leave(visit)
    return farewell()


@routes.post("/me/address")
def add_address() -> ResponseReturnValue:
    """Mail a link to an address they say is theirs; it counts once the link is used."""
    visit, fields = own_form()
    device = read_device(request, house()) or draw_device()
    email = believe_email(fields.get("email", ""))
    if isinstance(email, Refused) or not email:
        return own_page(visit, problem=_why_not(email), status=422)
    try:
        house().own.add_address(visit, _visitor(device), email)
    except DonationError as refusal:
        return own_page(visit, problem=say(refusal.sentence), status=refusal.status)
    return own_page(visit, said="address", device=device)


@routes.get("/me/documents/<number>.pdf")
def document(number: str) -> ResponseReturnValue:
    """Hand out a document of theirs as it was printed; another's, unknown and mistyped are one 404."""
    visit = visit_in()
    pdf = house().own.document(visit, number) if visit and _NUMBER.fullmatch(number) else None
    if pdf is None:
        abort(404)
    answer = Response(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{number}.pdf"'
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@routes.post("/me/gifts/<reference>/name")
def name_gift(reference: str) -> ResponseReturnValue:
    """Keep the donor's word whether this gift may stand under their name on a public list."""
    visit, fields = own_form()
    if not _GIFT.fullmatch(reference) or fields.get("named", "") not in {"yes", "no"}:
        abort(404)
    house().own.name_gift(visit, reference, is_named=fields["named"] == "yes")
    return redirect(at("/me"), code=303)


@routes.get("/me/data.json")
def data() -> ResponseReturnValue:
    """Hand out everything we hold that is theirs, in one file that people can read too."""
    visit = visit_in()
    if visit is None:
        abort(404)
    content = json.dumps(house().own.export(visit), ensure_ascii=False, indent=2)
    answer = Response(content, content_type="application/json")
    answer.headers["Content-Disposition"] = 'attachment; filename="my-gifts.json"'
    return answer


def cookie_name() -> str:
    """Return the session cookie's name: browsers hold `__Host-` cookies to https."""
    return "__Host-d" if house().settings.is_https else "d"


def visit_in() -> Visit | None:
    """Return who is in by this request's cookie, looked up once a request."""
    if "almoner_visit" not in g:
        token = request.cookies.get(cookie_name(), "")
        is_possible = len(token) == _COOKIE_LENGTH and token.isascii()
        g.almoner_visit = house().own.who_is_in(token) if is_possible else None
    found: Visit | None = g.almoner_visit
    return found


def own_form() -> tuple[Visit, dict[str, str]]:
    """Return who is in and the fields of a form of this sign-in; any other is refused with 403."""
    visit, fields = visit_in(), read_form(request)
    if visit is None:
        abort(403)
    _believe(fields, _own_token(visit))
    return visit, fields


def own_page(
    visit: Visit,
    *,
    problem: str | None = None,
    said: str | None = None,
    status: int = 200,
    device: Device | None = None,
) -> Response:
    """Return the room with what was just said or refused."""
    page = render_template(
        "donor/room.html",
        room=house().own.show(visit),
        form_token=_own_token(visit),
        problem=problem,
        said=said,
    )
    answer = current_app.make_response((page, status))
    if device is not None:
        keep_device(answer, device, house())
    return answer


def own_template(
    visit: Visit, template: str, *, problem: str | None = None, status: int = 200, **context: object
) -> Response:
    """Return a page behind the door, its form bound to this sign-in."""
    page = render_template(template, form_token=_own_token(visit), problem=problem, **context)
    return current_app.make_response((page, status))


def farewell() -> Response:
    """Return to the door with nothing kept in the browser."""
    return forget_sign_in(current_app.make_response(redirect(at("/me"), code=303)))


def forget_sign_in(answer: Response) -> Response:
    """Let the browser forget what it holds of us."""
    answer.delete_cookie(cookie_name(), path="/", secure=house().settings.is_https, httponly=True, samesite="Lax")
    answer.headers["Clear-Site-Data"] = _LEAVING
    return answer


def door_page(template: str, *, problem: str | None = None, status: int = 200, **context: object) -> Response:
    """Return a page before the door, its form bound to this browser's cookie."""
    device = read_device(request, house()) or draw_device()
    page = render_template(template, problem=problem, door_token=_door_token(device), **context)
    answer = current_app.make_response((page, status))
    keep_device(answer, device, house())
    return answer


def door_form() -> tuple[dict[str, str], Device]:
    """Return the fields of a form that this browser was shown, and the browser; any other is refused with 403."""
    device, fields = read_device(request, house()), read_form(request)
    if device is None:
        abort(403)
    _believe(fields, _door_token(device))
    return fields, device


def _why_not(email: str | Refused) -> str:
    why = say(email.message, **email.values) if isinstance(email, Refused) else say("is needed.")
    return f"{say('The e-mail address')} {why}"


def _believe(fields: dict[str, str], token: str) -> None:
    if not hmac.compare_digest(fields.pop("form_token", "").encode("utf-8"), token.encode("utf-8")):
        abort(403)


def _door_token(device: Device) -> str:
    return tokens.derive_token(house().settings.secret_keys, "donor-form", f"door/{device.value}")


def _own_token(visit: Visit) -> str:
    return tokens.derive_token(house().settings.secret_keys, "donor-form", visit.session_hash)


def _visitor(device: Device) -> Visitor:
    return Visitor(device=device.value, network=request.remote_addr or "")


def _plain(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        abort(404)
    return token
