"""Room: web. Everything that needs a person, on one page."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from donations.errors import DonationError
from donations.web.treasury.access import actor, needs, staff_form
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_tasks", __name__)


@routes.get("/treasury/tasks")
@needs("tasks", "see")
def tasks() -> ResponseReturnValue:
    """Show what needs a person, the gravest first, each with what to do about it."""
    return render_template("treasury/tasks.html", found=desks().tasks.look())


@routes.get("/treasury/alarms")
@needs("tasks", "see")
def alarms() -> ResponseReturnValue:
    """Show each alarm that is open, and what is done about it."""
    return _alarms()


@routes.post("/treasury/alarms")
@needs("tasks", "do")
def deal() -> ResponseReturnValue:
    """End an alarm that only a person can end."""
    fields = staff_form()
    try:
        desks().tasks.deal_with(actor(), fields.get("kind", ""), fields.get("subject", ""))
    except DonationError as refusal:
        return _alarms(problem=refusal.sentence), refusal.status
    return redirect("/treasury/alarms", code=303)


def _alarms(*, problem: str | None = None) -> str:
    return render_template("treasury/alarms.html", found=desks().tasks.list_cases(), problem=problem)
