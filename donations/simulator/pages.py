"""Room: simulator. The simulated till and its panel: plainly not real, usable without script.

Their templates extend the house's layout; in simulated mode only does the front door carry them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from donations.errors import FieldRefusedError
from donations.simulator import bank, debits, delivery
from donations.simulator.portal_pages import add_portal_pages
from donations.simulator.ripening import ripen
from donations.simulator.store import Cabinet, Drawer, Json

_CHECKOUT_ID = re.compile("cs_sim_[0-9a-f]{24}")
_EVENT_ID = re.compile("evt_sim_[0-9a-f]{24}")
SHOWN_DELIVERIES = 100


def simulator_pages(cabinet: Cabinet) -> Blueprint:
    """Return the routes under `/simulated-stripe/` over one simulator file."""
    routes = Blueprint("simulated_stripe", __name__, url_prefix="/simulated-stripe")
    routes.add_url_rule("/pay/<checkout_id>", "till", partial(_show_till, cabinet), methods=["GET"])
    routes.add_url_rule("/pay/<checkout_id>", "choose", partial(_choose, cabinet), methods=["POST"])
    routes.add_url_rule("/", "panel", partial(_show_panel, cabinet), methods=["GET"])
    routes.add_url_rule("/resend/<event_id>", "resend", partial(_resend, cabinet), methods=["POST"])
    add_portal_pages(routes, cabinet)
    return routes


def _show_till(cabinet: Cabinet, checkout_id: str) -> ResponseReturnValue:
    """Show what is to be paid and the donor's choices."""
    with cabinet.open() as drawer:
        ripen(drawer)
        session = _session(drawer, checkout_id)
    return _till(session, was_declined="declined" in request.args)


def _choose(cabinet: Cabinet, checkout_id: str) -> ResponseReturnValue:
    """Play the donor's choice, then send the browser where Stripe would."""
    with cabinet.open() as drawer:
        ripen(drawer)
        session = _session(drawer, checkout_id)
        if session["status"] == "open":
            return redirect(_play(drawer, session), code=303)
    if session["status"] == "complete":
        return redirect(session["success_url"], code=303)
    return _till(session, was_declined=False), 409


def _show_panel(cabinet: Cabinet) -> str:
    """Show the clock, the own book, and what became of every webhook."""
    with cabinet.open() as drawer:
        ripen(drawer)
        gross, fees = drawer.sql.execute(
            "SELECT total(amount_cents) FILTER (WHERE category = 'charge'), total(fee_cents) FROM book"
        ).fetchone()
        deliveries = delivery.list_deliveries(drawer, limit=SHOWN_DELIVERIES)
    page = {"now": drawer.now, "gross_cents": int(gross), "fees_cents": int(fees), "deliveries": deliveries}
    return render_template("simulator/panel.html", **page)


def _resend(cabinet: Cabinet, event_id: str) -> ResponseReturnValue:
    """Owe an event's deliveries again."""
    if not _EVENT_ID.fullmatch(event_id):
        abort(404)
    with cabinet.open() as drawer:
        if not delivery.resend(drawer, event_id):
            abort(404)
    return redirect("/simulated-stripe/", code=303)


def _play(drawer: Drawer, session: Json) -> str:
    """Play one choice on an open checkout and return the address the browser goes to."""
    choice = request.form.get("choice")
    if choice == "accept":
        bank.accept(drawer, session["id"])
        return str(session["success_url"])
    if choice == "debit":
        debits.debit(drawer, session["id"])
        return str(session["success_url"])
    if choice == "decline":
        bank.decline(drawer, session["id"], request.form.get("code", "generic_decline"))
        return f"/simulated-stripe/pay/{session['id']}?declined=1"
    if choice == "leave":
        return str(session["cancel_url"])
    raise FieldRefusedError("Please choose what the simulated donor does.", field="choice")


def _session(drawer: Drawer, checkout_id: str) -> Json:
    found = drawer.get("checkout.session", checkout_id) if _CHECKOUT_ID.fullmatch(checkout_id) else None
    if found is None:
        abort(404)
    return found


def _till(session: Json, *, was_declined: bool) -> str:
    return render_template(
        "simulator/till.html",
        session=session,
        lines=session["_lines"],
        expires_at=datetime.fromtimestamp(session["expires_at"], tz=UTC),
        decline_codes=bank.DECLINE_CODES,
        was_declined=was_declined,
    )
