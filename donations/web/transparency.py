"""Room: web. What became of the money, for everyone; every figure comes from the ledger."""

from __future__ import annotations

from flask import Blueprint, render_template

from donations.web.house import house

routes = Blueprint("transparency", __name__)


@routes.get("/transparency")
def show() -> str:
    """Show the public figures as they stand."""
    return render_template("transparency/report.html", report=house().figures())
