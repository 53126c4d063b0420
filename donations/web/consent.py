"""Room: web. A held gift by its signed link: looking changes nothing; the donor agrees to the pool or has it back."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from donations import admission
from donations.errors import DonationError, FieldRefusedError, NotFoundError
from donations.web.device import draw_device, keep_device, read_device
from donations.web.errors import answer_refusal, wants_json
from donations.web.fields import read_form
from donations.web.forms import FORM_TOKEN_CAP
from donations.web.house import house
from donations.web.languages import at, prefer, say

routes = Blueprint("consent", __name__)
_TOKEN = re.compile(r"g_[0-9a-z]{16}\.[A-Za-z0-9_-]{1,16}\.[A-Za-z0-9_-]{20,100}", re.ASCII)
_ANSWERS = {"pool": True, "return": False}


@routes.get("/consent/<token>")
def show(token: str) -> Response:
    """Show what waits and what the donor may decide."""
    return _show(token)


@routes.post("/consent/<token>")
def decide(token: str) -> ResponseReturnValue:
    """Carry out the donor's decision, then show how the gift stands."""
    fields = read_form(request)
    agrees = _ANSWERS.get(fields.get("answer", ""))
    form_token = fields.get("form_token", "")
    if len(form_token) > FORM_TOKEN_CAP or not form_token.isascii():
        form_token = ""
    device = read_device(request, house())
    try:
        if agrees is None:
            raise FieldRefusedError("Please choose one of the two answers.", field="answer")
        house().consents.answer(
            _believed(token), agrees=agrees, form_token=form_token, device=device.value if device else ""
        )
    except DonationError as refusal:
        if wants_json() or isinstance(refusal, NotFoundError):
            return answer_refusal(refusal)
        return _show(token, refusal=refusal)
    return redirect(at(f"/consent/{token}"), code=303)


def _show(token: str, *, refusal: DonationError | None = None) -> Response:
    held = house().consents.stand_of(_believed(token))
    if held is None:
        abort(404)
    prefer(held.language)
    device = read_device(request, house()) or draw_device()
    page = render_template(
        "donor/consent.html",
        held=held,
        token=token,
        form_token=admission.make_form_token(
            house().settings.secret_keys, device=device.value, now=house().clock.now()
        ),
        problem=None if refusal is None else say(refusal.sentence),
    )
    answer = current_app.make_response((page, 200 if refusal is None else refusal.status))
    keep_device(answer, device, house())
    return answer


def _believed(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        abort(404)
    return token
