"""A real receiver on this machine: what it is sent, that it can believe it, and what is never called."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donations.gateways.partner_post import PartnerPost, is_public
from donations.partners import address_fault, is_signed, sign_ring
from donations.ports import PartnerRefusedError

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
BODY = b'{"id":"e_0123456789abcdef"}'
SECRET, OTHER = "0" * 64, "1" * 64


@dataclass
class Receiver:
    """A partner's own server: it answers with a status, and keeps what it was sent."""

    status: int = 204
    told: list[tuple[str, bytes, str]] = field(default_factory=list)
    where: str = ""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Open a server on loopback."""
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.told.append((self.path, body, self.headers["Almoner-Signature"]))
            self.send_response(kept.status)
            self.send_header("Location", kept.where + "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.where = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield kept
        finally:
            server.shutdown()
            thread.join()


def test_a_receiver_believes_what_it_is_sent_and_nothing_else(receiver: Receiver) -> None:
    PartnerPost(allows_loopback=True).ring(f"{receiver.where}/hook?x=1", BODY, sign_ring(BODY, [SECRET], now=NOW))
    ((path, body, signature),) = receiver.told
    assert (path, body) == ("/hook?x=1", BODY)
    assert is_signed(signature, body, SECRET, now=NOW)
    assert not is_signed(signature, body, OTHER, now=NOW)
    assert not is_signed(signature, body + b" ", SECRET, now=NOW)
    assert not is_signed(signature, body, SECRET, now=NOW.replace(hour=21))


def test_while_a_secret_changes_both_sign() -> None:
    signature = sign_ring(BODY, [OTHER, SECRET], now=NOW)
    assert all(is_signed(signature, BODY, secret, now=NOW) for secret in (SECRET, OTHER))


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 410, 500, 503])
def test_no_redirect_is_followed_and_only_success_is_taken(receiver: Receiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(PartnerRefusedError, match=f"HTTP {status}") as refused:
        PartnerPost(allows_loopback=True).ring(receiver.where, BODY, "t=1,v1=0")
    assert not refused.value.permanent
    assert len(receiver.told) == 1


def test_without_simulation_this_machine_is_never_called(receiver: Receiver) -> None:
    with pytest.raises(PartnerRefusedError) as refused:
        PartnerPost().ring(receiver.where, BODY, "t=1,v1=0")
    assert refused.value.permanent
    assert receiver.told == []


@pytest.mark.parametrize(
    "found",
    [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1"], ["::ffff:169.254.169.254"], ["64:ff9b::a00:1"]],
)
def test_a_name_that_leads_inside_is_not_called_whatever_it_is_called(found: list[str]) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(f"{host}:{port}")
        return found

    with pytest.raises(PartnerRefusedError, match="not public") as refused:
        PartnerPost(resolve=resolve).ring("https://hooks.example.org/a", BODY, "t=1,v1=0")
    assert refused.value.permanent
    assert asked == ["hooks.example.org:443"]


def test_a_partner_that_drips_is_left_after_a_while() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        post = PartnerPost(allows_loopback=True, whole_seconds=0.2)
        with pytest.raises(PartnerRefusedError):
            post.ring(f"http://127.0.0.1:{silent.getsockname()[1]}", BODY, "t=1,v1=0")


@given(st.ip_addresses())
def test_an_address_of_no_public_network_is_never_one_to_call(address: object) -> None:
    if getattr(address, "is_private", True) or getattr(address, "is_link_local", True):
        assert not is_public(str(address))


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.example.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.0.0.1/",
        "https://2130706433/",
        "https://localhost/",
        "https://hooks/",
        "https://db.internal/",
        "https://a:b@hooks.example.org/",
        "https://hooks.example.org/#x",
        "https://hooks.example.org:99999/",
        "https://hooks.example.org/\r\nX: y",
        "ftp://hooks.example.org/",
        "",
    ],
)
def test_only_a_public_https_address_can_be_told(address: str) -> None:
    assert address_fault(address, allows_loopback=False) is not None
    assert address_fault("https://hooks.example.org:8443/a?b=c", allows_loopback=False) is None
