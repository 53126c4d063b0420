"""Room: web. What became of the money, for everyone; every figure comes from the ledger, behind the mask."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, render_template

from donations.reporting.report import Report, freeze_report
from donations.web.house import house

routes = Blueprint("transparency", __name__)
MAIN_FIGURES = (
    "gifts_received_cents",
    "fees_paid_by_operations_cents",
    "fees_paid_by_children_cents",
    "designated_cents",
    "funds_filled",
    "held_cents",
)
_PERIOD = re.compile("20[0-9]{2}(-Q[1-4])?", re.ASCII)
_PUBLISHED = "public, max-age=300"


@routes.get("/transparency")
def show() -> str:
    """Show this year as it stands today."""
    return _page(house().live_report(), "/transparency/live.json")


@routes.get("/transparency/<period>")
def show_period(period: str) -> Response:
    """Show a published report, which never changes; a correction is a new edition."""
    report = _published(period)
    return _for_a_while(Response(_page(report, f"/transparency/{period}.json")))


@routes.get("/transparency/live.json")
def live_facts() -> Response:
    """Hand out the figures of the live page."""
    return _facts(house().live_report())


@routes.get("/transparency/<period>.json")
def facts(period: str) -> Response:
    """Hand out a published report as it was frozen, byte for byte."""
    return _for_a_while(_facts(_published(period)))


def _page(report: Report, facts_address: str) -> str:
    figures = [report.figures[id_] for id_ in MAIN_FIGURES if id_ in report.figures]
    return render_template("transparency/report.html", report=report, figures=figures, facts_address=facts_address)


def _published(period: str) -> Report:
    report = house().published_report(period) if _PERIOD.fullmatch(period) else None
    if report is None:
        abort(404)
    return report


def _facts(report: Report) -> Response:
    return Response(freeze_report(report), content_type="application/json")


def _for_a_while(answer: Response) -> Response:
    answer.headers["Cache-Control"] = _PUBLISHED
    return answer
