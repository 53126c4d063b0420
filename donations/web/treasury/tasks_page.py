"""Room: web. Everything that needs a person, on one page."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from donations.web.treasury.access import needs
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_tasks", __name__)


@routes.get("/treasury/tasks")
@needs("tasks", "see")
def tasks() -> ResponseReturnValue:
    """Show what needs a person, the gravest first, each with what to do about it."""
    return render_template("treasury/tasks.html", found=desks().tasks.look())
