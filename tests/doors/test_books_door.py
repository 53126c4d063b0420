"""The public books at the door: files as they were published, cached as long as they hold, and nothing else."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from donations.log.publishing import books_folder
from tests.web_house import FakeHouse


@pytest.fixture
def published(house: FakeHouse) -> FlaskClient:
    """Lay a few public files down as the worker does, and stand before the door."""
    folder = books_folder(house.home)
    for name, content in (
        ("checkpoint", "give.example.org/books\n1\n"),
        ("tile/0/000.p/1", "hash"),
        ("tile/entries/x001/x234/067", "lines"),
        ("secret", "no"),
        ("state.json", json.dumps({"size": 12, "entries_bytes": 0, "sums": {"gift": [12, 130_000, 330]}})),
        (
            "keys.json",
            json.dumps({"keys": [{"name": "n/books", "key_id": "00aa", "first_size": 1, "last_size": None}]}),
        ),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="ascii")
    return house.open().test_client()


def test_the_page_says_how_to_check_before_and_after_the_first_publication(
    client: FlaskClient, published: FlaskClient
) -> None:
    assert "12 lines are published" in published.get("/books").get_data(as_text=True)
    page = published.get("/books").get_data(as_text=True)
    assert "$1,300.00" in page
    assert "00aa" in page
    assert "What this proves, and what it cannot" in page
    assert client.get("/books").status_code == 200


def test_tiles_never_change_and_the_signed_end_does(published: FlaskClient) -> None:
    for path, content in (("tile/0/000.p/1", b"hash"), ("tile/entries/x001/x234/067", b"lines")):
        answer = published.get(f"/books/{path}")
        assert (answer.data, answer.headers["Content-Type"]) == (content, "application/octet-stream")
        assert "immutable" in answer.headers["Cache-Control"]
    answer = published.get("/books/checkpoint")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize(
    "path",
    [
        "tile/../secret",
        "tile/0/../../secret",
        "tile/0/1",
        "tile/0/000.p/256",
        "tile/0/000.p",
        "tile/0",
        "secret",
        "tile/0/999",
        "state.json",
        "checkpoints.txt",
        "entries.tsv.gz",
    ],
)
def test_nothing_but_what_was_published_is_handed_out(published: FlaskClient, path: str) -> None:
    assert published.get(f"/books/{path}").status_code == 404
