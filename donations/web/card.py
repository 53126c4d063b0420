"""Room: web. Who got a card by mail asks for no other: looking changes nothing; one button does it."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, current_app, render_template, request

from donations import admission
from donations.errors import DonationError, NotFoundError
from donations.web.device import draw_device, keep_device, read_device
from donations.web.errors import answer_refusal, wants_json
from donations.web.fields import read_form
from donations.web.forms import FORM_TOKEN_CAP
from donations.web.house import house

routes = Blueprint("card", __name__)
_TOKEN = re.compile(r"[gp]_[0-9a-z]{16}\.[A-Za-z0-9_-]{1,16}\.[A-Za-z0-9_-]{20,100}", re.ASCII)


@routes.get("/card/<token>")
def ask(token: str) -> Response:
    """Show the one button; nothing of the card, the gift or the address."""
    if not house().cards.knows(_believed(token)):
        abort(404)
    return _show(token)


@routes.post("/card/<token>")
def stop(token: str) -> Response:
    """Let the card's address get no other, and say so."""
    form_token = read_form(request).get("form_token", "")
    if len(form_token) > FORM_TOKEN_CAP or not form_token.isascii():
        form_token = ""
    device = read_device(request, house())
    try:
        house().cards.stop(_believed(token), form_token=form_token, device=device.value if device else "")
    except DonationError as refusal:
        if wants_json() or isinstance(refusal, NotFoundError):
            return current_app.make_response(answer_refusal(refusal))
        return _show(token, refusal=refusal)
    return _show(token, is_done=True)


def _show(token: str, *, refusal: DonationError | None = None, is_done: bool = False) -> Response:
    device = read_device(request, house()) or draw_device()
    page = render_template(
        "donor/card.html",
        token=token,
        is_done=is_done,
        form_token=admission.make_form_token(
            house().settings.secret_keys, device=device.value, now=house().clock.now()
        ),
        problem=None if refusal is None else refusal.sentence,
    )
    answer = current_app.make_response((page, 200 if refusal is None else refusal.status))
    keep_device(answer, device, house())
    return answer


def _believed(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        abort(404)
    return token
