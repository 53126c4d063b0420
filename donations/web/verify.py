"""Room: web. Anyone may check a document: status, kind, day, amount and digest; never a name."""

from __future__ import annotations

import re

from flask import Blueprint, abort, render_template

from donations.web.house import house

TOKEN = re.compile("[0-9a-f]{32}", re.ASCII)
routes = Blueprint("verify", __name__)


@routes.get("/v/<token>")
def check(token: str) -> str:
    """Show what the book says of the document behind a token; unknown, ended and mistyped are one 404."""
    document = house().verify(token) if TOKEN.fullmatch(token) else None
    if document is None:
        abort(404)
    return render_template("donor/verify.html", document=document)
