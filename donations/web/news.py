"""Room: web. The month's notes by their signed link: looking changes nothing, one post ends them (RFC 8058)."""

from __future__ import annotations

import re

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from donations.web.house import house

routes = Blueprint("news", __name__)
_TOKEN = re.compile(r"[gp]_[0-9a-z]{16}\.[A-Za-z0-9_-]{1,16}\.[A-Za-z0-9_-]{20,100}", re.ASCII)


@routes.get("/news/<token>")
def show(token: str) -> str:
    """Show whether notes still come, and the button that ends them."""
    is_on = house().news_wish(token) if _TOKEN.fullmatch(token) else None
    if is_on is None:
        abort(404)
    return render_template("donor/news.html", token=token, is_on=is_on)


@routes.post("/news/<token>")
def end(token: str) -> ResponseReturnValue:
    """End the notes; the signed link is all it takes, since mail programs post without a page of ours."""
    if not _TOKEN.fullmatch(token) or not house().end_news(token):
        abort(404)
    return redirect(f"/news/{token}", code=303)
