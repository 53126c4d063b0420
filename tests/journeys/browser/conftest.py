"""Debian's Chromium, and houses it can visit over loopback."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.web_examples import CHECKED, THANKS, example_document, example_gift
from tests.web_house import FakeHouse

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every journey of this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="package")
def browser(chromium: Path) -> Iterator[Browser]:
    """Open one Chromium for this folder alone: while it is open, no other event loop can run in this thread."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield opened
        opened.close()


@dataclass
class Visitor:
    """A person at a browser: opens pages and remembers what the browser complained about."""

    context: BrowserContext
    complaints: list[str]

    def open(self) -> Page:
        """Open a tab."""
        page = self.context.new_page()
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda fault: self._hear("error", str(fault)))
        return page

    def _hear(self, kind: str, text: str) -> None:
        # A page that is answered 404 or 422 on purpose is no complaint about its content.
        if kind in {"error", "warning"} and "the server responded with a status of 4" not in text:
            self.complaints.append(text)


Invite = Callable[..., Visitor]


@pytest.fixture
def invite(browser: Browser) -> Iterator[Invite]:
    """Invite a visitor: `width`, `script`, `scheme` and anything else a browser context takes."""
    invited: list[BrowserContext] = []

    def invite_one(*, width: int = 1280, script: bool = True, **options: object) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(15_000)
        invited.append(context)
        return Visitor(context, [])

    yield invite_one
    for context in invited:
        context.close()


class _QuietHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  Werkzeug's own signature.
        """Say nothing: the tests look at the answers."""


@contextmanager
def serving(app: Flask, port: int) -> Iterator[None]:
    """Serve an application on loopback until the block ends."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_QuietHandler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def house(fake_home: Path) -> Iterator[FakeHouse]:
    """Serve a house of typed fakes; its payment page is its own thanks page."""
    port = free_port()
    built = FakeHouse(home=fake_home, base_url=f"http://127.0.0.1:{port}")
    built.clock.instant = built.clock.instant.replace(hour=21)
    built.desk.checkout_url = f"{built.base_url}/thanks/{THANKS}"
    built.desk.gifts[THANKS] = example_gift()
    built.documents[CHECKED] = example_document()
    with serving(built.open(), port):
        yield built
