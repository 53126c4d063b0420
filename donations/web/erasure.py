"""Room: web. A donor asks to be erased: what goes and what is kept is said first, and once more when it is done."""

from __future__ import annotations

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from donations.web.house import house
from donations.web.languages import at, say
from donations.web.me import forget_sign_in, own_form, own_template, visit_in

routes = Blueprint("erasure", __name__)


@routes.get("/me/erase")
def confirm() -> ResponseReturnValue:
    """Say what would go at once and what is kept and why; only the form on this page erases."""
    visit = visit_in()
    if visit is None:
        return redirect(at("/me"), code=303)
    return own_template(visit, "donor/erase.html", kept=house().own.preview_erasure(visit))


@routes.post("/me/erase")
def erase() -> ResponseReturnValue:
    """Erase what the law lets go, and answer with what is kept; without the ticked box nothing is changed."""
    visit, fields = own_form()
    if fields.get("sure") != "yes":
        kept = house().own.preview_erasure(visit)
        problem = say("Please tick the box if you are sure.")
        return own_template(visit, "donor/erase.html", kept=kept, problem=problem, status=422)
    kept = house().own.erase(visit)
    return forget_sign_in(own_template(visit, "donor/erased.html", kept=kept))
