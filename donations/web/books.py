"""Room: web. The public books as files, and the page that says how to check them; no database is asked.

What is below `/books` was written by the worker and is handed out as it is, readable when all else is down.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, abort, render_template

from donations.log.publishing import books_folder
from donations.web.house import house

routes = Blueprint("books", __name__)
_GROUPS: Final = r"(?:x[0-9]{3}/){0,5}[0-9]{3}"
_TILE = re.compile(
    rf"(?:[0-9]{{1,2}}|entries)/{_GROUPS}(?:\.p/(?:[1-9][0-9]?|1[0-9]{{2}}|2[0-4][0-9]|25[0-5]))?", re.ASCII
)
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_FOR_A_WHILE: Final = "public, max-age=300"
_TEXT: Final = "text/plain; charset=utf-8"
_COMES: Final = ("gift", "part", "refund-failed", "reinstated")
_GOES: Final = ("refund", "late-return", "disputed", "withdrawn")


@routes.get("/books")
def show() -> str:
    """Show what the books hold, how to check them, what that proves and what it cannot."""
    sums = _facts("state.json").get("sums", {})
    return render_template(
        "transparency/books.html",
        size=_facts("state.json").get("size", 0),
        keys=_facts("keys.json").get("keys", []),
        came=[sum(sums.get(kind, [0, 0, 0])[place] for kind in _COMES) for place in (1, 2)],
        went=[sum(sums.get(kind, [0, 0, 0])[place] for kind in _GOES) for place in (1, 2)],
        gifts=sums.get("gift", [0])[0],
        goods=sums.get("goods", [0])[0],
    )


@routes.get("/books/checkpoint")
def checkpoint() -> Response:
    """Hand out the signed end of the published books."""
    return _file("checkpoint", _TEXT, _FOR_A_WHILE)


@routes.get("/books/checkpoints.txt")
def checkpoints() -> Response:
    """Hand out every checkpoint that was ever published."""
    return _file("checkpoints.txt", _TEXT, _FOR_A_WHILE)


@routes.get("/books/keys.json")
def keys() -> Response:
    """Hand out the keys that sign the books."""
    return _file("keys.json", "application/json", _FOR_A_WHILE)


@routes.get("/books/entries.tsv.gz")
def entries() -> Response:
    """Hand out every line in one packed table."""
    answer = _file("entries.tsv.gz", "application/gzip", _FOR_A_WHILE)
    answer.headers["Content-Disposition"] = 'attachment; filename="entries.tsv.gz"'
    return answer


@routes.get("/books/tile/<path:name>")
def tile(name: str) -> Response:
    """Hand out a tile of hashes or a bundle of lines, which never changes."""
    if _TILE.fullmatch(name) is None:
        abort(404)
    return _file(f"tile/{name}", "application/octet-stream", _FOR_EVER)


def _file(name: str, content_type: str, how_long: str) -> Response:
    file: Path = books_folder(house().settings.home) / name
    try:
        content = file.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        abort(404)
    answer = Response(content, content_type=content_type)
    answer.headers["Cache-Control"] = how_long
    return answer


def _facts(name: str) -> dict[str, dict[str, list[int]]]:
    try:
        facts: dict[str, dict[str, list[int]]] = json.loads((books_folder(house().settings.home) / name).read_bytes())
    except FileNotFoundError:
        return {}
    return facts
