"""Room: web. What stands in the way of closing a year, and the steps up to it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from donations.errors import FieldRefusedError
from donations.web.fields import read_query
from donations.web.treasury.access import actor, needs, staff_form
from donations.web.treasury.rooms import desks
from donations.web.treasury.telling import believe_year

routes = Blueprint("treasury_year_end", __name__)


@routes.get("/treasury/year-end")
@needs("year", "see")
def year_end() -> ResponseReturnValue:
    """Show what stands in the way, the gravest first; changes nothing."""
    text = read_query(request).get("year", "").strip()
    return _page(believe_year(text) if text else desks().year_end.nearest_year())


@routes.post("/treasury/year-end")
@needs("year", "request")
def ask_close() -> ResponseReturnValue:
    """Ask that a year be closed as it stands; another person approves."""
    year = believe_year(staff_form().get("year", ""))
    try:
        reference = desks().year_end.ask_close(actor(), year)
    except FieldRefusedError as refusal:
        return _page(year, problem=refusal.sentence), refusal.status
    return redirect(f"/treasury/approvals/{reference}", code=303)


def _page(year: int, *, problem: str | None = None) -> str:
    desk = desks().year_end
    waiting = desk.waiting_request(year)
    return render_template("treasury/year_end.html", found=desk.look(year), request_waiting=waiting, problem=problem)
