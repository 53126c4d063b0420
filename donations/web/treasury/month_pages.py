"""Room: web. Months: what keeps one from being closed, its close, and the wish that it be reopened."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from donations.errors import DonationError, FieldRefusedError
from donations.web.fields import read_query
from donations.web.treasury.access import actor, demand, needs, staff_form
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_months", __name__)


@routes.get("/treasury/months")
@needs("month", "see")
def months() -> ResponseReturnValue:
    """Show every month, and what keeps the chosen or the next one from being closed."""
    return _page(read_query(request).get("month", "").strip())


@routes.post("/treasury/months")
@needs("month", "see")
def change() -> ResponseReturnValue:
    """Close a month, or ask that one be reopened."""
    fields = staff_form()
    name, desk = fields.get("month", ""), desks().bank
    try:
        if fields.get("act") == "close":
            refusal = demand("month", "do")
            if refusal is None:
                desk.close_month(actor(), name)
            return refusal or redirect(f"/treasury/months?month={name}", code=303)
        if fields.get("act") == "reopen":
            return demand("month", "request") or redirect(
                f"/treasury/approvals/{desk.ask_reopen(actor(), name)}", code=303
            )
    except DonationError as refused:
        return _page(problem=refused.sentence), refused.status
    return _page(problem="Please choose what to do with it."), FieldRefusedError.status


def _page(name: str = "", *, problem: str | None = None) -> str:
    desk = desks().bank
    every = desk.list_months()
    is_open = [one for one in every if one.state == "open"]
    chosen = name or (is_open[-1] if is_open else every[0]).name
    return render_template("treasury/months.html", months=every, found=desk.look_at_month(chosen), problem=problem)
