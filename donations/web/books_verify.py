"""Room: web. How anyone checks a receipt and the public books, and the two verifiers to take home."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from flask import Blueprint, Response, abort, render_template

VERIFIERS: Final = {"verify.html": "verify.html", "verify.py": "books.py"}
"""The name each is taken home under, and its name beside the code that `almoner` runs itself."""
_TYPES: Final = {"verify.html": "text/html; charset=utf-8", "verify.py": "text/x-python; charset=utf-8"}
_FOR_AN_HOUR: Final = "public, max-age=3600"
routes = Blueprint("books_verify", __name__)


@cache
def read_verifier(name: str) -> bytes:
    """Return a verifier as it is handed out, byte for byte the one whose digest stands in the repository."""
    # The folder is found without the room's code, which loads what only checking a seal needs.
    return (files("receipts") / "verify" / VERIFIERS[name]).read_bytes()


@routes.get("/books/verify")
def explain() -> str:
    """Say in plain words how to check, and what no check can show."""
    digests = {name: sha256(read_verifier(name)).hexdigest() for name in VERIFIERS}
    return render_template("transparency/verify.html", digests=digests)


@routes.get("/books/verify/<name>")
def take_home(name: str) -> Response:
    """Hand a verifier out to be saved: it is never opened as a page of this site."""
    if name not in VERIFIERS:
        abort(404)
    answer = Response(read_verifier(name), content_type=_TYPES[name])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = _FOR_AN_HOUR
    return answer
