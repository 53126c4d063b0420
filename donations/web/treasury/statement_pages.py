"""Room: web. The statements of a year: asked for, looked at, mailed and printed, with how far they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from donations.errors import DonationError, FieldRefusedError, NotFoundError
from donations.web.fields import read_query
from donations.web.treasury.access import actor, demand, needs, staff_form
from donations.web.treasury.rooms import desks
from donations.web.treasury.telling import believe_year

routes = Blueprint("treasury_statements", __name__)
_PAGE: Final = "/treasury/year-end/statements"
_NUMBER: Final = re.compile(r"S-[0-9]{4}-[0-9]{6,12}-[0-9]", re.ASCII)


@routes.get(_PAGE)
@needs("year", "see")
def statements() -> ResponseReturnValue:
    """Show how far a year's statements are, without names; changes nothing."""
    text = read_query(request).get("year", "").strip()
    return _page(believe_year(text) if text else desks().year_end.nearest_year())


@routes.post(_PAGE)
@needs("year", "request")
def act() -> ResponseReturnValue:
    """Have all statements issued, have them mailed, or ask another person for the set to print."""
    fields = staff_form()
    year = believe_year(fields.get("year", ""))
    acts: dict[str, Callable[[int], ResponseReturnValue]] = {"ask": _ask, "mail": _mail, "print": _ask_print_set}
    try:
        if fields.get("act") not in acts:
            raise FieldRefusedError("Please choose what to do with the statements.", field="act")
        return acts[fields["act"]](year)
    except DonationError as refused:
        return _page(year, problem=refused.sentence), refused.status


@routes.get("/treasury/year-end/statements/<number>.pdf")
@needs("document", "request")
def sample(number: str) -> ResponseReturnValue:
    """Show one printed statement to who may ask about documents; that it was looked at is kept."""
    if not _NUMBER.fullmatch(number):
        abort(404)
    try:
        pdf = desks().statements.see(actor(), number)
    except NotFoundError:
        abort(404)
    answer = Response(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="statement-{number}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _ask(year: int) -> ResponseReturnValue:
    desks().statements.ask(actor(), year)
    return redirect(f"{_PAGE}?year={year}", code=303)


def _mail(year: int) -> ResponseReturnValue:
    desks().statements.mail(actor(), year)
    return redirect(f"{_PAGE}?year={year}", code=303)


def _ask_print_set(year: int) -> ResponseReturnValue:
    refusal = demand("export", "request")
    return refusal or redirect(f"/treasury/approvals/{desks().exports.ask_print_set(actor(), year)}", code=303)


def _page(year: int, *, problem: str | None = None) -> str:
    desk = desks().statements
    return render_template(
        "treasury/statements.html", found=desk.look(year), is_over=desk.is_over(year), problem=problem
    )
