"""Room: web. Import: a file of another system, tried first and then taken in as history; it is not kept."""

from __future__ import annotations

import io

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from donations.donors import READY, ImportPlan, plan_import, ready_mapping
from donations.errors import DonationError
from donations.reporting.sheets import Column, write_csv
from donations.web.treasury.access import actor, needs, staff_upload
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_import", __name__)
_UPLOAD_MAX = 10 * 1024 * 1024 + 64 * 1024
_SHOWN_MAX = 100


@routes.get("/treasury/import")
@needs("import", "see")
def choose() -> ResponseReturnValue:
    """Show the form."""
    return render_template("treasury/import.html", ready=READY, plan=None)


@routes.post("/treasury/import")
@needs("import", "do")
def take() -> ResponseReturnValue:
    """Try a file, hand out its refused rows, or take it in."""
    request.max_content_length = _UPLOAD_MAX
    fields, content = staff_upload()
    source = fields.get("mapping", "")
    try:
        plan = plan_import(content, ready_mapping(source), zone=desks().settings.zone)
    except DonationError as refusal:
        page = render_template(
            "treasury/import.html", ready=READY, plan=None, source=source, problem=refusal.sentence
        )
        return page, refusal.status
    if fields.get("act") == "refused":
        return _refused_rows(plan)
    done = desks().donors.take_in(actor(), plan) if fields.get("act") == "take" else None
    return render_template(
        "treasury/import.html", ready=READY, plan=plan, source=source, done=done, shown=plan.refused[:_SHOWN_MAX]
    )


def _refused_rows(plan: ImportPlan) -> Response:
    """Return the refused rows as a CSV file that no spreadsheet takes for formulas."""
    columns = (Column(name="line", kind="whole"), Column(name="why"), *(Column(name=name) for name in plan.columns))
    written = io.StringIO(newline="")
    write_csv(written, columns, [(row.line, row.sentence, *row.cells) for row in plan.refused])
    answer = Response(written.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="refused-rows.csv"'
    return answer
