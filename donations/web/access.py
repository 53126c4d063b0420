"""Room: web. What every request must be before a view sees it, and what every answer carries.

Figures and header values are those of docs/reference/web.md, asserted on every route, error and static file.
"""

from __future__ import annotations

import io
from typing import IO
from urllib.parse import urlsplit

from flask import Flask, Request, Response, request
from werkzeug.exceptions import Forbidden, UnsupportedMediaType

from donations.settings import Settings
from donations.web.house import house

BODY_MAX = 64 * 1024
_IMMUTABLE = "public, max-age=31536000, immutable"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_GUARD = frozenset({"/webhooks/stripe", "/csp"})
"""Doors without cookies: one believes a signature, the other changes nothing."""
_SIGNED_POST = "/news/"
"""Ended by a signed link alone: a mail program posts there from nowhere, and without a cookie (RFC 8058)."""
_UNLISTED = (
    *("/r/", "/v/", "/thanks/", "/pledge/", "/consent/", "/news/", "/card/", "/me", "/treasury"),
    "/simulated-stripe",
)
_CHECKOUT_ORIGINS = ("https://checkout.stripe.com", "https://billing.stripe.com")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Reporting-Endpoints": 'csp="/csp"',
}


class UnspooledRequest(Request):
    """A request whose uploads stay in memory: of a file with donors' names no copy is left on a disk."""

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002  # Werkzeug's own signature.
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        return io.BytesIO()


def guard(app: Flask, settings: Settings) -> None:
    """Put the limits and headers on an application, for every route it has or will have."""
    app.request_class = UnspooledRequest
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX
    app.config["TRUSTED_HOSTS"] = trusted_hosts(settings)
    app.before_request(_refuse_unfit)
    headers = fixed_headers(settings)

    @app.after_request
    def dress(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        if request.path.startswith(_UNLISTED):
            response.headers["X-Robots-Tag"] = "noindex"
        return response


def fixed_headers(settings: Settings) -> dict[str, str]:
    """Return the headers every answer carries; HSTS only when the base URL is https."""
    headers = {**_FIXED, "Content-Security-Policy": content_security_policy(settings)}
    if settings.is_https:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains; preload"
    return headers


def content_security_policy(settings: Settings) -> str:
    """Return the policy as one line: no inline code, no third party but the redirect to Stripe."""
    targets = " ".join(("'self'", *_CHECKOUT_ORIGINS, *_simulator_origins(settings)))
    upgrade = ("upgrade-insecure-requests",) if settings.is_https else ()
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            f"form-action {targets}",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "object-src 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
            *upgrade,
            "report-to csp",
            "report-uri /csp",
        )
    )


def let_other_sites_load(response: Response) -> Response:
    """Mark a file that pages of other origins may load; every other answer is for our own."""
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def keep_for_ever(response: Response) -> Response:
    """Mark an answer whose address names its content's hash."""
    response.headers["Cache-Control"] = _IMMUTABLE
    return response


def trusted_hosts(settings: Settings) -> list[str]:
    """Return the host names this house answers to; on loopback all its spellings."""
    host = urlsplit(settings.base_url).hostname or ""
    return ["127.0.0.1", "localhost", "[::1]"] if host in _LOOPBACK else [host]


def _simulator_origins(settings: Settings) -> tuple[str, ...]:
    # A page opened as localhost may be sent on to 127.0.0.1: another origin to the browser.
    return (settings.base_url,) if settings.stripe_mode == "simulated" else ()


def _refuse_unfit() -> None:
    if request.headers.get("Content-Encoding"):
        raise UnsupportedMediaType
    if request.method not in _SAFE_METHODS and not _has_own_guard(request.path) and not _is_from_here(request):
        raise Forbidden


def _has_own_guard(path: str) -> bool:
    return path in _OWN_GUARD or path.startswith(_SIGNED_POST)


def _is_from_here(asked: Request) -> bool:
    """Return whether a browser sent this from one of our own pages, as far as its headers tell.

    Under `Referrer-Policy: no-referrer` a form's Origin is "null"; browsers that also send no Sec-Fetch-Site are
    then believed, because the signed form token guards the door behind this one.
    """
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return asked.headers.get("Origin", "null") in {"null", asked.host_url.rstrip("/"), house().settings.base_url}
