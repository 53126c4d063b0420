"""Bodies beyond their cap are refused before they are read; shapes nobody sends are refused, not resolved."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from tests.doors.conftest import FORM, open_form
from tests.web_house import FakeHouse

URLENCODED = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("address", "cap", "good"),
    [("/give", 64 * 1024, 422), ("/webhooks/stripe", 1024 * 1024, 400), ("/csp", 8 * 1024, 204)],
)
def test_a_body_of_exactly_its_cap_passes_and_one_byte_more_does_not(
    client: FlaskClient, address: str, cap: int, good: int
) -> None:
    def post(size: int) -> int:
        return client.post(address, data=b"a" * size, content_type=URLENCODED).status_code

    assert post(cap) == good
    assert post(cap + 1) == 413


@pytest.mark.parametrize("address", ["/give", "/webhooks/stripe", "/csp"])
def test_an_encoded_body_is_refused(client: FlaskClient, address: str) -> None:
    answer = client.post(address, data=b"x", content_type=URLENCODED, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 415


@pytest.mark.parametrize("media_type", ["multipart/form-data; boundary=x", "application/json", "text/plain", ""])
def test_only_plain_form_fields_are_read(client: FlaskClient, media_type: str) -> None:
    assert client.post("/give", data=b"--x--", content_type=media_type).status_code == 415


def test_more_than_fifty_fields_are_refused(client: FlaskClient, house: FakeHouse) -> None:
    token = open_form(client, house)
    fields = {**FORM, "form_token": token} | {f"x{number}": "1" for number in range(45)}
    assert len(fields) == 50
    assert client.post("/give", data=fields).status_code == 303
    assert client.post("/give", data={**fields, "more": "1"}).status_code == 400


def test_a_repeated_field_is_refused(client: FlaskClient, house: FakeHouse) -> None:
    token = open_form(client, house)
    body = urlencode([*FORM.items(), ("form_token", token), ("amount", "5")])
    answer = client.post("/give", data=body, content_type=URLENCODED, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert answer.get_json(force=True)["errors"][0]["field"] == "amount"
    assert house.desk.wishes == []


@pytest.mark.parametrize("body", [b"name=%ff%fe", b"name=\xff", b"name=%ed%a0%80&amount=130"])
def test_bytes_that_are_not_text_are_refused(client: FlaskClient, body: bytes) -> None:
    assert client.post("/give", data=body, content_type=URLENCODED).status_code == 400


@pytest.mark.parametrize("address", ["/give?child=1", "/give?appeal=CF-ABCDEFGHJK", "/give?amount=5&amount=6"])
def test_a_link_that_names_a_child_or_repeats_itself_is_refused(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 422
    assert client.post(address, data=FORM).status_code in {422, 303}


@pytest.mark.parametrize("address", ["/give/", "/GIVE", "/v/" + "A" * 32, "/v/" + "0" * 33, "/thanks/%00"])
def test_addresses_have_one_spelling(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.fixture(scope="module")
def port(cache_folder: Path) -> Iterator[int]:
    """Serve the house over a real socket with the server it is shipped with."""
    command = [sys.executable, "-m", "tests.doors.serving", str(cache_folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        yield int(server.stdout.readline())
        server.terminate()


def test_chunked_bodies_count_against_the_same_caps(port: int) -> None:
    assert _send_chunked(port, "/webhooks/stripe", 1024 * 1024 + 1).startswith(b"HTTP/1.1 413")
    assert _send_chunked(port, "/webhooks/stripe", 1024 * 1024).startswith(b"HTTP/1.1 400")
    assert _send_chunked(port, "/give", 64 * 1024 + 1).startswith(b"HTTP/1.1 413")


def test_a_false_length_changes_nothing(port: int) -> None:
    head = b"POST /webhooks/stripe HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999\r\n\r\n"
    assert _talk(port, head).startswith(b"HTTP/1.1 413")


def _send_chunked(port: int, address: str, size: int) -> bytes:
    head = f"POST {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {URLENCODED}\r\n"
    return _talk(
        port,
        head.encode()
        + b"Transfer-Encoding: chunked\r\n\r\n"
        + f"{size:x}\r\n".encode()
        + b"a" * size
        + b"\r\n0\r\n\r\n",
    )


def _talk(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        return connection.recv(200)
