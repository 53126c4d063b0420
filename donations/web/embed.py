"""Room: web. How other sites lead to the give page: a plain link, and a small button for those who want one.

The button's script is the one file of ours that pages of other origins may load. Its plain address is looked up again
every hour; the address that holds its digest never changes, so that a site can pin it.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from flask import Blueprint, Response, abort, render_template, request

from donations.web.access import keep_for_ever, let_other_sites_load
from donations.web.assets import Assets
from donations.web.house import house

_SCRIPT: Final = "button.js"
_AN_HOUR: Final = "public, max-age=3600"


def embed_routes(assets: Assets) -> Blueprint:
    """Return the page that explains itself, and the button's script under both of its addresses."""
    routes = Blueprint("embed", __name__)
    pinned = assets.address(_SCRIPT).rpartition("/")[2]
    script = assets.find(pinned)
    assert script is not None  # noqa: S101  # The address was just made of it.

    @routes.get("/embed")
    def explain() -> str:
        base_url = house().settings.base_url
        price = house().settings.organisation.set_price_cents // 100
        seal = _seal(script.content)
        return render_template("giving/embed.html", base_url=base_url, price=price, pinned=pinned, seal=seal)

    @routes.get(f"/embed/{_SCRIPT}")
    def newest() -> Response:
        answer = let_other_sites_load(Response(script.content, content_type=script.media_type))
        answer.headers["Cache-Control"] = _AN_HOUR
        answer.set_etag(pinned.split(".")[1])
        answer.make_conditional(request)
        return answer

    @routes.get("/embed/button.<digest>.js")
    def for_ever(digest: str) -> Response:
        if f"button.{digest}.js" != pinned:
            abort(404)
        return keep_for_ever(let_other_sites_load(Response(script.content, content_type=script.media_type)))

    return routes


def _seal(content: bytes) -> str:
    """Return what a page writes into `integrity`, so that its browser takes this script and no other."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode("ascii")
