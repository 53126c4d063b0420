"""Room: web. What became of the money, for everyone; every figure comes from the ledger, behind the mask."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Blueprint, Response, abort, render_template

from donations.reporting import Report, freeze_report, report_csvs
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
_LIVE = "live"
_PUBLISHED = "public, max-age=300"


@routes.get("/transparency")
def show() -> str:
    """Show this year as it stands today."""
    return _page(house().live_report(), _LIVE)


@routes.get("/transparency/<period>")
def show_period(period: str) -> Response:
    """Show a published report, which never changes; a correction is a new edition."""
    return _for_a_while(Response(_page(_published(period), period)))


@routes.get("/transparency/<name>.json")
def facts(name: str) -> Response:
    """Hand out a report's figures as JSON: a published one byte for byte as it was frozen."""
    return _file(name, freeze_report, "application/json", "json")


@routes.get("/transparency/<period>.pdf")
def document(period: str) -> Response:
    """Hand out the PDF of a published report, the same bytes each time."""
    report = _published(period)
    pdf = house().report_pdf(report)
    if pdf is None:
        abort(404)
    answer = Response(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{report.reference}.pdf"'
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return _for_a_while(answer)


@routes.get("/transparency/<name>.csv")
def figures(name: str) -> Response:
    """Hand out every figure of a report as one table."""
    return table(name, "figures")


@routes.get("/transparency/<name>/<table_id>.csv")
def table(name: str, table_id: str) -> Response:
    """Hand out one table of a report."""
    return _file(name, lambda report: _csv(report, table_id), "text/csv; charset=utf-8", f"{table_id}.csv")


def _page(report: Report, name: str) -> str:
    figures = [report.figures[id_] for id_ in MAIN_FIGURES if id_ in report.figures]
    return render_template("transparency/report.html", report=report, figures=figures, name=name)


def _file(name: str, write: Callable[[Report], str], content_type: str, ending: str) -> Response:
    report = house().live_report() if name == _LIVE else _published(name)
    answer = Response(write(report), content_type=content_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{report.reference}.{ending}"'
    return answer if report.is_draft else _for_a_while(answer)


def _csv(report: Report, table_id: str) -> str:
    text = dict(report_csvs(report)).get(table_id)
    if text is None:
        abort(404)
    return text


def _published(period: str) -> Report:
    report = house().published_report(period) if _PERIOD.fullmatch(period) else None
    if report is None:
        abort(404)
    return report


def _for_a_while(answer: Response) -> Response:
    answer.headers["Cache-Control"] = _PUBLISHED
    return answer
