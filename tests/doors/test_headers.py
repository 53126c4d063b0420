"""Every answer of every route, good or bad, carries the headers of the security design."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.doors.conftest import FORM, send_form
from tests.web_examples import CHECKED, RECEIPT, THANKS
from tests.web_house import FakeHouse

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self' https://checkout.stripe.com https://billing.stripe.com{extra}; frame-ancestors 'none'; "
    "base-uri 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'; {upgrade}"
    "report-to csp; report-uri /csp"
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Reporting-Endpoints": 'csp="/csp"',
}
GOOD = {"token": THANKS, "path": "style.css"}
BAD = {"token": "../etc/passwd\x00<b>", "path": "../style.css"}


def addresses(app: Flask, values: dict[str, str]) -> Iterator[str]:
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            built = rule.build({name: values.get(name, "x") for name in rule.arguments})
            assert built is not None
            yield built[1]


def assert_dressed(answer: TestResponse, policy: str) -> None:
    # The button's script is the one file that other sites may load, and are to look up again each hour.
    is_button = answer.request.path == "/embed/button.js" and answer.status_code == 200 and "ETag" in answer.headers
    own = {"Cross-Origin-Resource-Policy": "cross-origin"} if is_button else {}
    for name, value in {**FIXED, **own}.items():
        assert answer.headers.getlist(name) == [value], name
    kept = ["public, max-age=3600"] if is_button else ["public, max-age=31536000, immutable"]
    assert answer.headers.getlist("Cache-Control") in (["no-store"], kept)
    assert answer.headers.getlist("Content-Security-Policy") in ([policy], ["sandbox; default-src 'none'"])
    assert "Server" not in answer.headers


@pytest.mark.parametrize("values", [GOOD, BAD, {"token": RECEIPT}, {"token": CHECKED}])
def test_every_route_and_method_is_dressed_and_never_a_fault(house: FakeHouse, values: dict[str, str]) -> None:
    app = house.open()
    policy = POLICY.format(extra=" http://127.0.0.1:8000", upgrade="")
    seen = 0
    for address in addresses(app, values):
        for method in METHODS:
            answer = app.test_client().open(address, method=method)
            assert answer.status_code < 500, (method, address)
            assert_dressed(answer, policy)
            assert "Strict-Transport-Security" not in answer.headers
            seen += 1
    assert seen >= len(METHODS) * 10


def test_over_https_browsers_are_told_to_stay_there(house: FakeHouse) -> None:
    house.base_url, house.mode = "https://give.example.org", "live"
    client = house.open().test_client()
    policy = POLICY.format(extra="", upgrade="upgrade-insecure-requests; ")
    for address in ("/", "/nothing-here", "/give"):
        answer = client.get(address, base_url=house.base_url)
        assert_dressed(answer, policy)
        assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-f=")
    for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=7200"):
        assert attribute in cookie
    assert "Domain" not in cookie


def test_refusals_of_each_kind_are_dressed(house: FakeHouse, client: FlaskClient) -> None:
    policy = POLICY.format(extra=" http://127.0.0.1:8000", upgrade="")
    answers = {
        400: client.get("/", headers={"Host": "evil.example"}),
        403: client.post("/give", data=FORM, headers={"Sec-Fetch-Site": "cross-site"}),
        404: client.get("/nothing-here"),
        405: client.delete("/give"),
        413: client.post("/give", data="a=" + "x" * 70_000, content_type="application/x-www-form-urlencoded"),
        415: client.post("/give", json={"amount": "130"}),
        422: send_form(client, house, {"amount": "x"}),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert_dressed(answer, policy)


def test_a_fault_of_ours_is_a_kind_dressed_page_that_tells_nothing(house: FakeHouse) -> None:
    app = house.open()
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def fault() -> str:
        raise RuntimeError("secret detail")

    app.add_url_rule("/fault", "fault", fault)
    answer = app.test_client().get("/fault")
    assert answer.status_code == 500
    assert_dressed(answer, POLICY.format(extra=" http://127.0.0.1:8000", upgrade=""))
    assert "secret detail" not in answer.get_data(as_text=True)
    assert "A gift that was paid is safe" in answer.get_data(as_text=True)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "", "a b"])
def test_only_our_own_names_are_answered(client: FlaskClient, host: str) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.get_data(as_text=True)


def test_forwarded_headers_are_not_believed(client: FlaskClient) -> None:
    spoofed = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    answer = client.get("/give", headers=spoofed)
    assert "evil" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("address", [f"/thanks/{THANKS}", f"/r/{RECEIPT}.pdf", f"/v/{CHECKED}", "/v/x", "/treasury"])
def test_secret_addresses_stay_out_of_search_engines(client: FlaskClient, address: str) -> None:
    assert client.get(address).headers["X-Robots-Tag"] == "noindex"
    assert "X-Robots-Tag" not in client.get("/").headers


def test_a_receipt_is_downloaded_and_can_run_nothing(client: FlaskClient) -> None:
    answer = client.get(f"/r/{RECEIPT}.pdf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="receipt-R-2026-000123-0.pdf"'
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "no-store"


class Finder(HTMLParser):
    """Collects what the policy would block and every address a page loads or leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag."""
        found = dict(attrs)
        self.inline += [name for name in found if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in found):
            self.inline.append(tag)
        if tag in {"script", "link", "img", "form", "source", "iframe"} and found.get("rel") != "alternate":
            self.loaded += [value for name, value in attrs if name in {"src", "href", "action"} and value]


@pytest.mark.parametrize(
    "address", ["/", "/give", "/about", "/transparency", f"/thanks/{THANKS}", f"/v/{CHECKED}", "/x"]
)
def test_pages_hold_no_inline_code_and_nothing_from_elsewhere(client: FlaskClient, address: str) -> None:
    finder = Finder()
    finder.feed(client.get(address).get_data(as_text=True))
    assert finder.inline == []
    assert finder.loaded
    assert all(loaded.startswith("/") and not loaded.startswith("//") for loaded in finder.loaded)
