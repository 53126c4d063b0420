"""Room: web. A donor wrote to be forgotten: the treasurer sees what is kept and why, and erases the rest."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from donations.errors import NotFoundError
from donations.web.treasury.access import actor, needs, staff_form
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_erasure", __name__)


@routes.get("/treasury/donors/<reference>/erase")
@needs("donor", "do")
def confirm(reference: str) -> ResponseReturnValue:
    """Say what would go and what is kept; only the form on this page erases."""
    try:
        kept = desks().erasures.preview(reference)
    except NotFoundError:
        abort(404)
    return render_template("treasury/erase_donor.html", reference=reference, kept=kept, is_done=False)


@routes.post("/treasury/donors/<reference>/erase")
@needs("donor", "do")
def erase(reference: str) -> ResponseReturnValue:
    """Erase a donor who asked for it, and say what is kept; without the ticked box nothing is changed."""
    is_sure = staff_form().get("sure") == "yes"
    try:
        kept = desks().erasures.erase(actor(), reference) if is_sure else desks().erasures.preview(reference)
    except NotFoundError:
        abort(404)
    problem = None if is_sure else "Please tick the box if the donor asked for this."
    page = render_template(
        "treasury/erase_donor.html", reference=reference, kept=kept, is_done=is_sure, problem=problem
    )
    return page, 200 if is_sure else 422
