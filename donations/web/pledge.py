"""Room: web. A pledge by its signed link: looking changes nothing; card, pause and end are asked for by a form."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from donations import admission
from donations.admission import Asker
from donations.clock import day_in_zone
from donations.errors import DonationError, NotFoundError
from donations.web.device import draw_device, keep_device, read_device
from donations.web.errors import answer_refusal, wants_json
from donations.web.fields import read_form
from donations.web.forms import FORM_TOKEN_CAP
from donations.web.house import house
from donations.web.languages import at, prefer, say
from donations.web.pledge_form import believe_change, days_of_pause

routes = Blueprint("pledge", __name__)
_TOKEN = re.compile(r"p_[0-9a-z]{16}\.[A-Za-z0-9_-]{1,16}\.[A-Za-z0-9_-]{20,100}", re.ASCII)


@routes.get("/pledge/<token>")
def show(token: str) -> Response:
    """Show how this pledge stands and what can be done with it."""
    return _show(token)


@routes.post("/pledge/<token>/portal")
def portal(token: str) -> ResponseReturnValue:
    """Send the donor on to Stripe's own page for card, pause and end."""
    try:
        address = house().pledges.open_portal(_believed(token), form_token=_form_token(), asker=_asker())
    except DonationError as refusal:
        return _refuse(token, refusal)
    return redirect(address, code=303)


@routes.post("/pledge/<token>/end")
def end(token: str) -> ResponseReturnValue:
    """Note that the donor ends this pledge, then show that we are at it."""
    try:
        house().pledges.ask_to_end(_believed(token), form_token=_form_token(), asker=_asker())
    except DonationError as refusal:
        return _refuse(token, refusal)
    return redirect(at(f"/pledge/{token}"), code=303)


@routes.post("/pledge/<token>/change")
def change(token: str) -> ResponseReturnValue:
    """Note what the donor changes (amount, day, pause until a day, resume), then show that we are at it."""
    believed, fields = _believed(token), read_form(request)
    try:
        wish = believe_change(fields, house().settings.organisation)
        form_token = _plain_form_token(fields)
        house().pledges.ask_to_change(believed, wish, form_token=form_token, asker=_asker())
    except DonationError as refusal:
        return _refuse(token, refusal)
    return redirect(at(f"/pledge/{token}"), code=303)


def _show(token: str, *, refusal: DonationError | None = None) -> Response:
    pledge = house().pledges.stand_of(_believed(token))
    if pledge is None:
        abort(404)
    prefer(pledge.language)
    device = read_device(request, house()) or draw_device()
    now = house().clock.now()
    page = render_template(
        "donor/pledge.html",
        pledge=pledge,
        token=token,
        pause_days=days_of_pause(day_in_zone(now, house().settings.zone)),
        form_token=admission.make_form_token(house().settings.secret_keys, device=device.value, now=now),
        problem=None if refusal is None else say(refusal.sentence),
    )
    answer = current_app.make_response((page, 200 if refusal is None else refusal.status))
    keep_device(answer, device, house())
    return answer


def _refuse(token: str, refusal: DonationError) -> ResponseReturnValue:
    if wants_json() or isinstance(refusal, NotFoundError):
        return answer_refusal(refusal)
    return _show(token, refusal=refusal)


def _believed(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        abort(404)
    return token


def _form_token() -> str:
    return _plain_form_token(read_form(request))


def _plain_form_token(fields: Mapping[str, str]) -> str:
    token = fields.get("form_token", "")
    return token if len(token) <= FORM_TOKEN_CAP and token.isascii() else ""


def _asker() -> Asker:
    device = read_device(request, house())
    return Asker(address=request.remote_addr or "", device=device.value if device else "")
