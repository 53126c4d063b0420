"""The verification page is asked with care: its address came out of a file that anybody may have made."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from donations.cli.asking_online import ANSWER_MAX, NoAnswerError, ask_page

PATH = "/v/" + "3f" * 16
GOOD = {"number": "R-2026-000123-0", "status": "replaced", "sha256": "aa", "seal": None}


@contextmanager
def page(status: int, body: bytes, headers: dict[str, str] | None = None) -> Iterator[str]:
    """Serve one answer on loopback and give its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_page_tells_status_digest_and_seal() -> None:
    with page(200, json.dumps(GOOD).encode()) as base:
        said = ask_page(base + PATH)
    assert (said.host, said.status, said.number, said.sha256, said.seal) == (
        *("127.0.0.1", "replaced", "R-2026-000123-0", "aa"),
        None,
    )


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://give.example.org" + PATH,
        "file:///etc/passwd",
        "https://give.example.org/v/short",
        "https://name:word@give.example.org" + PATH,
        "https://give.example.org" + PATH + "?next=1",
        "https://[::1" + PATH,
        "https://give.example.org/../v/" + "3f" * 16,
    ],
)
def test_an_address_that_is_no_verification_page_is_not_asked(address: str) -> None:
    with pytest.raises(NoAnswerError, match="nobody was asked"):
        ask_page(address)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, b"{}", "does not know"),
        (500, b"{}", "answered with 500"),
        (200, b"<html>", "cannot be read"),
        (200, b"[1]", "cannot be read"),
        (200, b'{"status":"excellent","number":"R"}', "not about a document"),
        (200, b" " * (ANSWER_MAX + 1), "more than a standing needs"),
    ],
)
def test_any_other_answer_is_no_answer(status: int, body: bytes, said: str) -> None:
    with page(status, body) as base, pytest.raises(NoAnswerError, match=said):
        ask_page(base + PATH)


def test_nobody_is_followed_to_another_host_or_in_circles() -> None:
    away = {"Location": "https://elsewhere.example/v/1"}
    with page(302, b"", away) as base, pytest.raises(NoAnswerError, match="nobody followed"):
        ask_page(base + PATH)
    with page(302, b"", {"Location": PATH}) as base, pytest.raises(NoAnswerError, match="circles"):
        ask_page(base + PATH)


def test_a_page_that_is_not_there_is_said_in_a_sentence() -> None:
    with page(200, b"") as base:
        gone = base
    with pytest.raises(NoAnswerError, match="could not be asked"):
        ask_page(gone + PATH)
