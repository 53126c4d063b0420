"""Room: web. Appeals: each with its link, its code to print, and what came by it."""

from __future__ import annotations

import io
from typing import Final

import segno
from flask import Blueprint, Response, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from donations.appeals import AppealRow
from donations.errors import FieldRefusedError, NotFoundError
from donations.web.treasury.access import actor, needs, staff_form
from donations.web.treasury.rooms import desks
from receipts import wording

routes = Blueprint("treasury_appeals", __name__)
_PNG_SCALE: Final = 20
"""Pixels a module: a code of three inches then prints at 300 dots an inch."""
_QUIET: Final = 4


@routes.get("/treasury/appeals")
@needs("appeal", "see")
def show_all() -> ResponseReturnValue:
    """Show every tag by which gifts came, or that was written down for print."""
    return _page()


@routes.post("/treasury/appeals")
@needs("appeal", "do")
def open_one() -> ResponseReturnValue:
    """Write a tag down."""
    tag = staff_form().get("tag", "").strip()
    try:
        desks().appeals.open(actor(), tag)
    except FieldRefusedError as refusal:
        return _page(tag, refusal)
    return redirect(f"/treasury/appeals/{tag}", code=303)


@routes.get("/treasury/appeals/<tag>")
@needs("appeal", "see")
def show(tag: str) -> ResponseReturnValue:
    """Show one tag with its link and code."""
    row = _found(tag)
    return render_template("treasury/appeal.html", row=row, link=desks().appeals.link(tag))


@routes.get("/treasury/appeals/<tag>/print")
@needs("appeal", "see")
def show_print(tag: str) -> ResponseReturnValue:
    """Show a poster and four cards for paper of Letter size."""
    row = _found(tag)
    organisation = desks().settings.organisation
    return render_template(
        "treasury/appeal_print.html",
        row=row,
        link=desks().appeals.link(tag),
        ask=wording.ask(organisation.set_price_cents),
    )


@routes.get("/treasury/appeals/<tag>/qr.svg")
@needs("appeal", "see")
def draw_svg(tag: str) -> ResponseReturnValue:
    """Hand out the code as SVG."""
    return _file(tag, "svg", "image/svg+xml")


@routes.get("/treasury/appeals/<tag>/qr.png")
@needs("appeal", "see")
def draw_png(tag: str) -> ResponseReturnValue:
    """Hand out the code as PNG."""
    return _file(tag, "png", "image/png")


def draw_code(link: str, kind: str) -> bytes:
    """Return the code of a link, black on white with its quiet zone, a quarter of it readable when damaged."""
    buffer = io.BytesIO()
    drawn = segno.make_qr(link, error="q", boost_error=False)
    drawn.save(buffer, kind=kind, border=_QUIET, scale=_PNG_SCALE if kind == "png" else 1, light="white")
    return buffer.getvalue()


def _file(tag: str, kind: str, media_type: str) -> Response:
    row = _found(tag)
    return Response(draw_code(desks().appeals.link(row.tag), kind), content_type=media_type)


def _found(tag: str) -> AppealRow:
    try:
        return desks().appeals.find(tag)
    except NotFoundError:
        abort(404)


def _page(tag: str = "", refusal: FieldRefusedError | None = None) -> ResponseReturnValue:
    page = render_template(
        "treasury/appeals.html",
        rows=desks().appeals.list_all(),
        tag=tag,
        problem=None if refusal is None else refusal.sentence,
    )
    return page, 200 if refusal is None else refusal.status
