"""Room: simulator. The simulated customer portal: plainly not real, usable without script."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from donations.errors import FieldRefusedError
from donations.simulator import portal
from donations.simulator.cards import card_of, is_account
from donations.simulator.customers import subscriptions_of
from donations.simulator.refusals import StripeRefusal
from donations.simulator.ripening import ripen
from donations.simulator.store import Cabinet, Drawer, Json
from donations.simulator.subscription_changes import period_of

_SESSION_ID = re.compile("bps_sim_[0-9a-f]{24}")
SHOWN_INVOICES = 24


def add_portal_pages(routes: Blueprint, cabinet: Cabinet) -> None:
    """Add the portal's page to the simulator's own."""
    path = "/portal/<session_id>"
    routes.add_url_rule(path, "portal", partial(_show_portal, cabinet), methods=["GET"])
    routes.add_url_rule(path, "portal_choose", partial(_choose, cabinet), methods=["POST"])


def _show_portal(cabinet: Cabinet, session_id: str) -> ResponseReturnValue:
    """Show the donor's monthly gifts and what can be done with each."""
    with cabinet.open() as drawer:
        ripen(drawer)
        session = _session(drawer, session_id)
        configuration = drawer.get("billing_portal.configuration", session["configuration"]) or {}
        pledges = [
            _pledge(drawer, pledged, configuration) for pledged in subscriptions_of(drawer, session["customer"])
        ]
        is_open = drawer.epoch < session["created"] + portal.OPEN_SECONDS
        billed = _invoices(drawer, session["customer"])
    page = {"session": session, "pledges": pledges, "invoices": billed, "is_open": is_open}
    return render_template("simulator/portal.html", **page), 200 if is_open else 410


def _choose(cabinet: Cabinet, session_id: str) -> ResponseReturnValue:
    """Do what the donor chose and show the portal again; `back` leads to where Stripe would lead."""
    act = request.form.get("act", "")
    with cabinet.open() as drawer:
        ripen(drawer)
        session = _session(drawer, session_id)
        if act == "back":
            return redirect(str(session["return_url"]), code=303)
        if drawer.epoch >= session["created"] + portal.OPEN_SECONDS:
            return redirect(request.path, code=303)
        try:
            portal.play(drawer, session, request.form.get("subscription", ""), act)
        except StripeRefusal as refusal:
            raise FieldRefusedError(str(refusal), field="act") from None
    return redirect(f"{request.path}?done={act}", code=303)


def _session(drawer: Drawer, session_id: str) -> Json:
    found = drawer.get("billing_portal.session", session_id) if _SESSION_ID.fullmatch(session_id) else None
    if found is None:
        abort(404)
    return found


def _pledge(drawer: Drawer, pledged: Json, configuration: Json) -> Json:
    card = card_of(drawer, pledged)
    ends = pledged["ended_at"] or pledged["cancel_at"]
    return {
        "id": pledged["id"],
        "status": pledged["status"].replace("_", " "),
        "cents": sum(part["price"]["unit_amount"] * part["quantity"] for part in pledged["items"]["data"]),
        "last4": None if card is None else card[card["type"]]["last4"],
        "is_account": card is not None and is_account(card),
        "renews_at": datetime.fromtimestamp(period_of(pledged)[1], tz=UTC),
        "ends_at": None if ends is None else datetime.fromtimestamp(ends, tz=UTC),
        "acts": portal.acts_for(pledged, configuration),
    }


def _invoices(drawer: Drawer, customer_id: str) -> list[Json]:
    term = ("json_extract(body, '$.customer') = ?", [customer_id])
    return [
        {
            "on": datetime.fromtimestamp(billed["created"], tz=UTC),
            "cents": billed["total"],
            "status": billed["status"],
        }
        for billed in drawer.page("invoice", (term,), limit=SHOWN_INVOICES)
    ]
