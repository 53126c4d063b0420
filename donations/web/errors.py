"""Room: web. The one place where a refusal becomes a kind page, a JSON problem or one constant word."""

from __future__ import annotations

import json

from flask import Flask, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError

from donations.errors import DonationError
from donations.web.forms import FormRefusedError
from donations.web.languages import say

_PLAIN_DOORS = ("/webhooks/", "/csp")
"""Doors where no person reads the answer: it says one word and never echoes anything."""
_SENTENCES = {
    400: ("We could not read that", "Something in the request was not as a browser sends it. Nothing was changed."),
    401: ("A key is needed", "This address is answered only to a key. Nothing was changed."),
    403: ("Please start from our page", "This request did not come from one of our pages. Nothing was changed."),
    404: ("There is nothing here", "The address may be mistyped, or the link has ended."),
    405: ("That does not work here", "This address takes another kind of request. Nothing was changed."),
    413: ("That was too much at once", "The request was larger than this page takes. Nothing was changed."),
    415: ("We could not read that", "This page takes plain form fields only. Nothing was changed."),
    422: ("Please look at this again", "Something could not be believed as it was written. Nothing was changed."),
    429: ("Please come back later", "There were many tries from here. Please wait an hour."),
    500: (
        "Something is wrong on our side",
        "We have noted it. A gift that was paid is safe: its receipt will follow.",
    ),
    503: ("We are away for a moment", "Please try again in a few minutes. A gift that was paid is safe."),
}
_STATUS_MIN = 400


def answer_errors(app: Flask) -> None:
    """Answer every refusal and fault of an application here."""
    app.register_error_handler(DonationError, answer_refusal)
    app.register_error_handler(HTTPException, _answer_http)


def answer_refusal(refusal: DonationError) -> ResponseReturnValue:
    """Show a refusal we understand: its own sentence under its own status."""
    title = _SENTENCES.get(refusal.status, _SENTENCES[400])[0]
    return _answer(refusal.status, title, refusal.sentence, problems_of(refusal))


def problems_of(refusal: DonationError) -> list[dict[str, str]]:
    """Return the wrong fields with their sentences, for a JSON problem."""
    if isinstance(refusal, FormRefusedError):
        return [{"field": problem.field, "detail": problem.sentence} for problem in refusal.problems]
    return [{"field": refusal.field, "detail": say(refusal.sentence)}] if refusal.field else []


def wants_json() -> bool:
    """Return whether the asker reads JSON rather than pages."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json" or request.path.startswith("/api/")


def json_answer(facts: object, status: int = 200, media_type: str = "application/json") -> Response:
    """Return facts as JSON."""
    return Response(json.dumps(facts, ensure_ascii=False), status, content_type=media_type)


def _answer_http(fault: HTTPException) -> ResponseReturnValue:
    status = fault.code or 500
    if status < _STATUS_MIN:
        return fault
    if isinstance(fault, InternalServerError) and isinstance(fault.original_exception, DonationError):
        return answer_refusal(fault.original_exception)
    title, sentence = _SENTENCES.get(status, _SENTENCES[500 if status >= InternalServerError.code else 400])
    response = current_app.make_response(_answer(status, title, sentence, []))
    if "Allow" in fault.get_response().headers:
        response.headers["Allow"] = fault.get_response().headers["Allow"]
    return response


def _answer(status: int, title: str, sentence: str, problems: list[dict[str, str]]) -> ResponseReturnValue:
    title, sentence = say(title), say(sentence)
    if request.path.startswith(_PLAIN_DOORS):
        return Response("refused", status, content_type="text/plain; charset=utf-8")
    if wants_json():
        facts = {"type": "about:blank", "title": title, "status": status, "detail": sentence, "errors": problems}
        return json_answer(facts, status, "application/problem+json")
    return Response(render_template("errors/problem.html", title=title, sentence=sentence, status=status), status)
