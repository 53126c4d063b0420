"""Room: web. The search of the whole desk; what is searched for is never in an address."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from donations.web.treasury.access import member_in, needs, staff_form
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_search", __name__)


@routes.get("/treasury/search")
@needs("desk", "see")
def ask() -> ResponseReturnValue:
    """Show the field and what it finds."""
    return render_template("treasury/search.html", query="", found=None)


@routes.post("/treasury/search")
@needs("desk", "see")
def find() -> ResponseReturnValue:
    """Show what answers, as far as this member may see it."""
    query = staff_form().get("query", "")
    found = desks().search.find(member_in().member, query)
    return render_template("treasury/search.html", query=query, found=found)


@routes.get("/treasury/help")
@needs("desk", "see")
def explain() -> ResponseReturnValue:
    """Tell the keys of the desk and where its numbers come from."""
    return render_template("treasury/help.html")
