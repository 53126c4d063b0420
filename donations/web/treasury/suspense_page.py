"""Room: web. Suspense: money that waits for a name, and the few right things to do with it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from donations.bank.settling import CLEARED_AS
from donations.errors import DonationError, FieldRefusedError
from donations.offline import KINDS, OfflineWish
from donations.web.treasury.access import actor, needs, staff_form
from donations.web.treasury.rooms import desks
from donations.web.treasury.telling import (
    believe_address,
    believe_cents,
    believe_day,
    believe_kind,
    believe_name,
    believe_through,
)

routes = Blueprint("treasury_suspense", __name__)


@routes.get("/treasury/suspense")
@needs("suspense", "see")
def suspense() -> ResponseReturnValue:
    """Show all money in suspense, the oldest first."""
    return _page({})


@routes.post("/treasury/suspense")
@needs("suspense", "do")
def settle() -> ResponseReturnValue:
    """Claim money of suspense as a gift, clear it as the cost it was, or let what was cleared wait again."""
    fields = staff_form()
    key, desk = fields.get("key", ""), desks().bank
    try:
        if fields.get("act") == "claim":
            return redirect(f"/treasury/gifts/{desk.claim(actor(), key, _wish(fields))}", code=303)
        if fields.get("act") == "wait_again":
            desk.wait_again(actor(), key)
            return redirect("/treasury/suspense", code=303)
        for as_what in CLEARED_AS:
            if fields.get("act") == as_what:
                desk.clear(actor(), key, as_what)
                return redirect("/treasury/suspense", code=303)
    except DonationError as refusal:
        return _page(fields, problem=refusal.sentence), refusal.status
    return _page(fields, problem="Please choose what to do with it."), FieldRefusedError.status


def _wish(fields: dict[str, str]) -> OfflineWish:
    received_on = believe_day(fields, "received_on")
    if received_on is None:
        raise FieldRefusedError("Please write the day it came.", field="received_on")
    return OfflineWish(
        kind=believe_kind(fields.get("kind", "")),
        amount_cents=believe_cents(fields.get("amount", "")),
        name=believe_name(fields.get("name", "")),
        email=believe_address(fields.get("email", "")),
        received_on=received_on,
        cheque_number=fields.get("cheque_number", "").strip() or None,
        carrier="by_hand",
        custodian=believe_through(fields.get("custodian", ""), "custodian"),
        adviser=believe_through(fields.get("adviser", ""), "adviser"),
    )


def _page(typed: dict[str, str], *, problem: str | None = None) -> str:
    desk = desks().bank
    shown = {"held": desk.list_held(), "cleared": desk.list_cleared()}
    return render_template("treasury/suspense.html", **shown, kinds=KINDS, typed=typed, problem=problem)
