"""Room: web. Requests and approvals: one asks, another sees exactly what will be done and decides."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from donations.approvals import Asked
from donations.errors import FieldRefusedError, NotFoundError
from donations.staff import Member
from donations.web.treasury.access import actor, demand, member_in, needs, staff_form
from donations.web.treasury.desks import ACTIONS
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_approvals", __name__)


def decidable_by(member: Member, asked: Sequence[Asked]) -> list[Asked]:
    """Return the requests that this member may decide: of an act they approve, and asked by another."""
    return [
        one
        for one in asked
        if one.requested_by_id != member.id and one.act in ACTIONS and member.may(ACTIONS[one.act], "approve")
    ]


@routes.get("/treasury/approvals")
@needs("desk", "see")
def show_all() -> ResponseReturnValue:
    """Show what waits for a decision and what was decided."""
    member = member_in().member
    waiting = decidable_by(member, desks().approvals.list_waiting())
    latest = [one for one in desks().approvals.list_latest() if _may_see(member, one)]
    return render_template("treasury/approvals.html", waiting=waiting, latest=latest)


@routes.get("/treasury/approvals/<reference>")
@needs("desk", "see")
def show(reference: str) -> ResponseReturnValue:
    """Show one request with its frozen content."""
    return _page(_seen(reference))


@routes.post("/treasury/approvals/<reference>")
@needs("desk", "see")
def decide(reference: str) -> ResponseReturnValue:
    """Approve, decline or take back; nobody decides what they asked for."""
    decision = staff_form().get("decision", "")
    asked = _seen(reference)
    refusal = demand(ACTIONS[asked.act], "request" if decision == "withdraw" else "approve")
    if refusal is not None:
        return refusal
    try:
        desks().approvals.decide(actor(), reference, decision)
    except FieldRefusedError as refused:
        return _page(_seen(reference), problem=refused.sentence), refused.status
    return redirect(f"/treasury/approvals/{reference}", code=303)


def _page(asked: Asked, *, problem: str | None = None) -> str:
    member = member_in().member
    return render_template(
        "treasury/approval.html",
        asked=asked,
        may_decide=bool(decidable_by(member, [asked])) and asked.state == "requested",
        is_own=asked.requested_by_id == member.id,
        problem=problem,
    )


def _seen(reference: str) -> Asked:
    """Return a request this member may see; any other is not there."""
    try:
        asked = desks().approvals.find(reference)
    except NotFoundError:
        abort(404)
    if not _may_see(member_in().member, asked):
        abort(404)
    return asked


def _may_see(member: Member, asked: Asked) -> bool:
    action = ACTIONS.get(asked.act)
    return action is not None and any(member.may(action, right) for right in ("see", "request", "approve"))
