"""Stubborn donors for fault tests: real HTTP requests at the served house, tried again whenever nobody answers."""

from __future__ import annotations

import http.client
import re
import time
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, OpenerDirector, Request, build_opener

_TOKEN = re.compile(r'name="form_token"[^>]*value="([^"]+)"')
_READS_THE_FORM_SECONDS = 3.3
_PATIENCE_SECONDS = 240.0


class _Stay(HTTPRedirectHandler):
    """Shows a redirect instead of following it."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


@dataclass(slots=True)
class Donor:
    """One browser without script: a cookie jar and much patience."""

    base_url: str
    fields: dict[str, str]
    checkout_url: str = ""
    thanks_url: str = ""
    opened_at: float = 0.0
    _opener: OpenerDirector = field(default_factory=lambda: build_opener(_Stay(), HTTPCookieProcessor(CookieJar())))

    def open_form(self) -> None:
        """Open the give form and keep its token."""
        _, page, _ = self._ask(Request(f"{self.base_url}/give"))  # noqa: S310  Loopback.
        found = _TOKEN.search(page)
        assert found is not None, "the form carries no token"
        self.fields["form_token"] = found[1]
        self.opened_at = time.monotonic()

    def give(self) -> None:
        """Send the form once it was read for a while; it leads to the till."""
        time.sleep(max(0.0, _READS_THE_FORM_SECONDS - (time.monotonic() - self.opened_at)))
        status, page, self.checkout_url = self._post(f"{self.base_url}/give", self.fields)
        assert status == http.client.SEE_OTHER, f"{status}: {page[:2000]}"

    def pay(self) -> None:
        """Let the simulated card be accepted; it leads to the thanks page."""
        status, page, self.thanks_url = self._post(self.checkout_url, {"choice": "accept"})
        assert status == http.client.SEE_OTHER, f"{status}: {page[:2000]}"

    def read_thanks(self) -> str:
        """Return the thanks page as it stands."""
        return self._ask(Request(self.thanks_url))[1]  # noqa: S310  Loopback.

    def _post(self, url: str, fields: dict[str, str]) -> tuple[int, str, str]:
        body = urlencode(fields).encode()
        return self._ask(Request(url, data=body, headers={"Origin": self.base_url}))  # noqa: S310  Loopback.

    def _ask(self, request: Request) -> tuple[int, str, str]:
        """Ask until somebody answers; a closed or dying house is asked again."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                with self._opener.open(request, timeout=20) as answer:
                    return answer.status, answer.read().decode(), ""
            except HTTPError as refusal:
                with refusal:
                    if refusal.code != http.client.SERVICE_UNAVAILABLE:
                        return refusal.code, refusal.read().decode(), refusal.headers.get("Location", "")
            except (URLError, OSError, http.client.HTTPException):
                pass
            assert time.monotonic() < until, f"nobody answered {request.full_url}"
            time.sleep(0.1)
