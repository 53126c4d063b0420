"""Room: web. The desk's first page tells whether everything is all right."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from donations.web.treasury.access import member_in, needs
from donations.web.treasury.approving import decidable_by
from donations.web.treasury.rooms import desks

TWO = 2
routes = Blueprint("treasury_start", __name__)


@routes.get("/treasury")
@needs("desk", "see")
def start() -> ResponseReturnValue:
    """Answer in five seconds whether everything is all right, and what needs this member."""
    waiting = decidable_by(member_in().member, desks().approvals.list_waiting())
    may_see = member_in().member.may("tasks", "see")
    return render_template(
        "treasury/start.html",
        waiting=waiting,
        is_alone=desks().members.count() < TWO,
        tasks=desks().tasks.look() if may_see else None,
        charts=desks().figures.charts() if may_see else (),
    )
