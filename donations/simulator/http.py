"""Room: simulator. The simulated Stripe over loopback HTTP, so that any client with an API base can drive it.

Stripe's own command-line program is a witness: what its scenarios ask for is answered, or refused as by Stripe.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

import stripe

from donations.errors import SettingsRefusedError
from donations.simulator.client import SimulatedStripe
from donations.simulator.shapes import API_VERSION

BODY_MAX = 1 << 20
"""No request to Stripe is larger."""
StartResponse = Callable[[str, list[tuple[str, str]]], object]
Answer = tuple[int, bytes, Mapping[str, str]]


class HttpStripe:
    """A WSGI application over one simulated Stripe; a fault that would cut the connection is answered with 504."""

    def __init__(self, simulated: SimulatedStripe) -> None:
        self._simulated = simulated

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        status, body, headers = self._answer(environ)
        phrase = HTTPStatus(status).phrase
        start_response(f"{status} {phrase}", [*headers.items(), ("content-length", str(len(body)))])
        return [body]

    def _answer(self, environ: dict[str, Any]) -> Answer:
        size = int(environ.get("CONTENT_LENGTH") or 0)
        if size > BODY_MAX:
            return _refused(413, "The request is too large.")
        posted = environ["wsgi.input"].read(size).decode("utf-8", errors="replace") if size else ""
        query = str(environ.get("QUERY_STRING", ""))
        verb = str(environ["REQUEST_METHOD"]).lower()
        url = f"{environ['PATH_INFO']}?{query}"
        text = "&".join(part for part in (query, posted) if part)
        try:
            body, status, headers = self._simulated.request(verb, url, _headers(environ), text)
        except stripe.APIConnectionError:
            return _refused(504, "The simulated Stripe is away.")
        except SettingsRefusedError as refusal:
            return _refused(401, refusal.sentence)
        return status, body, headers


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers Stripe reads; the account's own version stands where a client says none, or an older one."""
    names = {
        "HTTP_AUTHORIZATION": "Authorization",
        "HTTP_IDEMPOTENCY_KEY": "Idempotency-Key",
    }
    found = {header: str(environ[name]) for name, header in names.items() if environ.get(name)}
    return {**found, "Stripe-Version": API_VERSION}


def _refused(status: int, message: str) -> Answer:
    body = json.dumps({"error": {"type": "api_error", "message": message}}).encode()
    return status, body, {"content-type": "application/json"}
