"""Room: web. Partners who are told: their address and events, their secret shown once, their doorbells."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from donations.errors import DonationError, FieldRefusedError, NotFoundError
from donations.partners import EVENTS
from donations.web.treasury.access import actor, needs, staff_form
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_partners", __name__)


@routes.get("/treasury/partners")
@needs("partner", "see")
def show_all() -> ResponseReturnValue:
    """Show who is told and who was."""
    return _page()


@routes.post("/treasury/partners")
@needs("partner", "do")
def subscribe() -> ResponseReturnValue:
    """Begin to tell an address, and show its secret this once."""
    fields = staff_form()
    try:
        reference = desks().partners.subscribe(actor(), fields.get("address", "").strip(), _events(fields))
    except FieldRefusedError as refusal:
        return _page(refusal, fields)
    return _show_secret(reference)


@routes.get("/treasury/partners/<reference>")
@needs("partner", "see")
def show(reference: str) -> ResponseReturnValue:
    """Show one partner and the latest doorbells."""
    return _partner_page(reference)


@routes.post("/treasury/partners/<reference>")
@needs("partner", "do")
def change(reference: str) -> ResponseReturnValue:
    """Choose other events, change the secret, send again what was laid aside, or tell no more."""
    fields, desk = staff_form(), desks().partners
    try:
        match fields.get("act"):
            case "events":
                desk.change_events(actor(), reference, _events(fields))
            case "rotate":
                desk.rotate(actor(), reference)
                return _show_secret(reference)
            case "again":
                desk.send_again(actor(), reference)
            case "end":
                desk.end(actor(), reference)
            case _:
                return _partner_page(reference, FieldRefusedError("Please choose one of the answers.", field="act"))
    except NotFoundError:
        abort(404)
    except FieldRefusedError as refusal:
        return _partner_page(reference, refusal)
    return redirect(f"/treasury/partners/{reference}", code=303)


def _show_secret(reference: str) -> str:
    desk = desks().partners
    return render_template("treasury/partner_secret.html", row=desk.look(reference)[0], secret=desk.secret(reference))


def _page(refusal: DonationError | None = None, fields: dict[str, str] | None = None) -> ResponseReturnValue:
    page = render_template(
        "treasury/partners.html",
        rows=desks().partners.list_all(),
        events=EVENTS,
        fields=fields or {},
        problem=None if refusal is None else refusal.sentence,
    )
    return page, 200 if refusal is None else refusal.status


def _partner_page(reference: str, refusal: DonationError | None = None) -> ResponseReturnValue:
    try:
        row, deliveries = desks().partners.look(reference)
    except NotFoundError:
        abort(404)
    page = render_template(
        "treasury/partner.html",
        row=row,
        deliveries=deliveries,
        parked=sum(one.state == "parked" for one in deliveries),
        events=EVENTS,
        problem=None if refusal is None else refusal.sentence,
    )
    return page, 200 if refusal is None else refusal.status


def _events(fields: dict[str, str]) -> list[str]:
    """Return the ticked events: a field each, for no field comes twice."""
    return [name for name in EVENTS if fields.get(f"event_{name}") == "1"]
