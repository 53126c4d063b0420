"""Room: web. Donors: found masked, shown with names to who proved a key, joined and taken apart."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from donations.donors import REASONS
from donations.errors import DonationError, FieldRefusedError, NotFoundError
from donations.web.treasury.access import actor, needs, staff_form
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_donors", __name__)


@routes.get("/treasury/donors")
@needs("donor", "masked")
def search() -> ResponseReturnValue:
    """Show the search field; what is searched for is never in an address."""
    return render_template("treasury/donors.html", query="", found=None)


@routes.post("/treasury/donors")
@needs("donor", "masked")
def find() -> ResponseReturnValue:
    """Show the donors that answer, masked."""
    query = staff_form().get("query", "")
    return render_template("treasury/donors.html", query=query, found=desks().donors.find(query))


@routes.get("/treasury/donors/<reference>")
@needs("donor", "masked")
def look(reference: str) -> ResponseReturnValue:
    """Show one donor, masked."""
    try:
        found = desks().donors.look(reference)
    except NotFoundError:
        abort(404)
    return render_template("treasury/donor.html", donor=found, is_shown=False, reasons=REASONS)


@routes.get("/treasury/donors/<reference>/shown")
@needs("donor", "see")
def show(reference: str) -> ResponseReturnValue:
    """Show one donor with names and addresses; the audit log says who looked."""
    try:
        found = desks().donors.show(actor(), reference)
    except NotFoundError:
        abort(404)
    return render_template("treasury/donor.html", donor=found, is_shown=True, reasons=REASONS)


@routes.post("/treasury/donors/<reference>/merge")
@needs("donor", "do")
def merge(reference: str) -> ResponseReturnValue:
    """Join this donor to another."""
    fields = staff_form()
    reason = next((one for one in REASONS if one == fields.get("reason")), None)
    if reason is None:
        raise FieldRefusedError("Please choose why these are one donor.", field="reason")
    into = fields.get("into", "").strip()
    try:
        desks().donors.merge(actor(), reference, into, reason=reason)
    except DonationError as refusal:
        found = desks().donors.look(reference)
        page = render_template(
            "treasury/donor.html",
            donor=found,
            is_shown=False,
            reasons=REASONS,
            into=into,
            problem=refusal.sentence,
        )
        return page, refusal.status
    return redirect(f"/treasury/donors/{into}", code=303)


@routes.post("/treasury/donors/<reference>/unmerge/<merge_reference>")
@needs("donor", "do")
def unmerge(reference: str, merge_reference: str) -> ResponseReturnValue:
    """Take a merge back."""
    staff_form()
    desks().donors.unmerge(actor(), merge_reference)
    return redirect(f"/treasury/donors/{reference}", code=303)


@routes.get("/treasury/duplicates")
@needs("donor", "masked")
def list_duplicates() -> ResponseReturnValue:
    """Show donors who may be one person, masked, with the reason."""
    return render_template("treasury/duplicates.html", pairs=desks().donors.list_duplicates())


@routes.post("/treasury/duplicates")
@needs("donor", "do")
def decide() -> ResponseReturnValue:
    """Join a suggested pair, or remember that they are two people."""
    fields = staff_form()
    one, other = fields.get("one", ""), fields.get("other", "")
    if fields.get("act") == "merge":
        desks().donors.merge(actor(), one, other, reason="same_person")
    else:
        desks().donors.keep_apart(actor(), one, other)
    return redirect("/treasury/duplicates", code=303)
