"""Room: web. What stands in the way of closing a year, and the steps up to it."""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from donations.errors import FieldRefusedError
from donations.web.fields import read_query
from donations.web.treasury.access import actor, needs, staff_form
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_year_end", __name__)
_YEAR: Final = re.compile(r"2[0-9]{3}", re.ASCII)


@routes.get("/treasury/year-end")
@needs("year", "see")
def year_end() -> ResponseReturnValue:
    """Show what stands in the way, the gravest first; changes nothing."""
    text = read_query(request).get("year", "").strip()
    return _page(_year(text) if text else desks().year_end.nearest_year())


@routes.post("/treasury/year-end")
@needs("year", "request")
def ask_close() -> ResponseReturnValue:
    """Ask that a year be closed as it stands; another person approves."""
    year = _year(staff_form().get("year", ""))
    try:
        reference = desks().year_end.ask_close(actor(), year)
    except FieldRefusedError as refusal:
        return _page(year, problem=refusal.sentence), refusal.status
    return redirect(f"/treasury/approvals/{reference}", code=303)


def _page(year: int, *, problem: str | None = None) -> str:
    desk = desks().year_end
    waiting = desk.waiting_request(year)
    return render_template("treasury/year_end.html", found=desk.look(year), request_waiting=waiting, problem=problem)


def _year(text: str) -> int:
    if not _YEAR.fullmatch(text):
        raise FieldRefusedError("Write the year as 2026.", field="year")
    return int(text)
