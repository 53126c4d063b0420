"""Room: web. Exports: files without names at once, files with names once another person agreed."""

from __future__ import annotations

import re
from typing import BinaryIO, Final

from flask import Blueprint, Response, redirect, render_template, send_file
from flask.typing import ResponseReturnValue

from donations.errors import DonationError, FieldRefusedError
from donations.reporting.exports import EXPORTS, PERSONAL, formats_of
from donations.web.treasury.access import actor, demand, member_in, needs, staff_form
from donations.web.treasury.export_desk import Pieces, Wanted
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_exports", __name__)
_YEAR: Final = re.compile(r"2[0-9]{3}", re.ASCII)


@routes.get("/treasury/exports")
@needs("export", "masked")
def exports() -> ResponseReturnValue:
    """Show what can be taken out."""
    return _page()


@routes.post("/treasury/exports")
@needs("export", "masked")
def take() -> ResponseReturnValue:
    """Hand out a file without names, or ask for one with them."""
    fields = staff_form()
    try:
        wanted = _wanted(fields)
        if wanted.what not in PERSONAL:
            return _file(wanted, desks().exports.open(actor(), wanted))
        refusal = demand("export", "request")
        return refusal or redirect(f"/treasury/approvals/{desks().exports.ask(actor(), wanted)}", code=303)
    except DonationError as refused:
        return _page(fields, problem=refused.sentence), refused.status


@routes.post("/treasury/exports/<reference>")
@needs("export", "request")
def fetch(reference: str) -> ResponseReturnValue:
    """Hand out a file that was approved, to whoever asked for it."""
    staff_form()
    try:
        wanted, opened = desks().exports.fetch(actor(), member_in().member.id, reference)
    except DonationError as refused:
        return _page(problem=refused.sentence), refused.status
    return _file(wanted, opened)


def _file(wanted: Wanted, opened: BinaryIO | Pieces) -> Response:
    if isinstance(opened, Pieces):
        answer = Response(opened.each, mimetype="application/zip")
        answer.headers.set("Content-Disposition", "attachment", filename=wanted.name)
    else:
        answer = send_file(opened, mimetype="application/octet-stream", as_attachment=True, download_name=wanted.name)
        answer.call_on_close(opened.close)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _wanted(fields: dict[str, str]) -> Wanted:
    what, _, sheet_format = fields.get("file", "").partition(" ")
    if not _YEAR.fullmatch(fields.get("year", "")):
        raise FieldRefusedError("Please write the year like 2026.", field="year")
    return Wanted(what=what, year=int(fields["year"]), sheet_format=sheet_format)


def _page(typed: dict[str, str] | None = None, *, problem: str | None = None) -> str:
    member = member_in().member
    return render_template(
        "treasury/exports.html",
        exports=[(what, words, formats_of(what), what in PERSONAL) for what, words in EXPORTS.items()],
        fetchable=desks().exports.list_fetchable(member.id),
        year=(typed or {}).get("year") or str(desks().year_end.nearest_year()),
        problem=problem,
    )
