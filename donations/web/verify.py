"""Room: web. Anyone may check a document: status, kind, day, amount and digest; never a name."""

from __future__ import annotations

import re

from flask import Blueprint, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from donations.web.house import VerifiedDocument, house

TOKEN = re.compile("[0-9a-f]{32}", re.ASCII)
_OF_GOODS = "in_kind_acknowledgment"
"""Tells no amount: what goods are worth is the donor's to say."""
routes = Blueprint("verify", __name__)


@routes.get("/v/<token>")
def check(token: str) -> ResponseReturnValue:
    """Show what the book says of the document behind a token; unknown, ended and mistyped are one 404.

    Who asks for JSON, as `almoner receipt verify --online` does, is told the same in figures.
    """
    document = house().verify(token) if TOKEN.fullmatch(token) else None
    if document is None:
        abort(404)
    if request.accept_mimetypes.best == "application/json":
        return _as_facts(document)
    return render_template("donor/verify.html", document=document)


def _as_facts(document: VerifiedDocument) -> ResponseReturnValue:
    return jsonify(
        number=document.number,
        kind=document.kind,
        status=document.status,
        issued_on=document.issued_on.isoformat(),
        amount_cents=None if document.kind == _OF_GOODS else document.amount_cents,
        sha256=document.sha256,
        seal=document.seal,
        newest_number=document.newest_number,
    )
