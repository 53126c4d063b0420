"""Room: web. The letter slot: a webhook is a doorbell. Verify, store, answer; answers in docs/reference/web.md."""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from donations.errors import HouseClosedError
from donations.ports import Rejected
from donations.web.house import house

RING_MAX = 1024 * 1024
_log = structlog.get_logger()
routes = Blueprint("webhook", __name__)


@routes.post("/webhooks/stripe", provide_automatic_options=False)
def ring() -> Response:
    """Store what rang and answer 204; anything not believed is one constant 400 and leaves no row."""
    body = _read_body()
    if body is None:
        return _plain("refused", 413)
    signature = request.headers.get("Stripe-Signature")
    told = house().doorbell.verify(
        signature=None if signature is None else signature.encode("latin-1", "replace"),
        body=body,
        now=house().clock.now(),
    )
    if isinstance(told, Rejected):
        _log.warning("webhook refused", reason=told.reason)
        return _plain("refused", 400)
    try:
        house().receive(told)
    except HouseClosedError:
        return _plain("closed", 503)
    return Response(status=204)


def _read_body() -> bytes | None:
    """Return the body, or None when more bytes come than are allowed, whatever the headers claim."""
    request.max_content_length = RING_MAX
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        return None


def _plain(word: str, status: int) -> Response:
    return Response(word, status, content_type="text/plain; charset=utf-8")
