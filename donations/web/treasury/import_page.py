"""Room: web. Import: a file of another system, its columns mapped, tried, then taken in as history; not kept."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from donations.donors import (
    Choices,
    ColumnMapping,
    FileLook,
    ImportOutcome,
    ImportPlan,
    chosen_mapping,
    look_at,
    plan_import,
    read_mapping,
    suggest_choices,
    write_mapping,
)
from donations.errors import DonationError, FieldRefusedError
from donations.reporting.sheets import Column, write_csv
from donations.web.treasury.access import actor, demand, needs, staff_upload
from donations.web.treasury.import_form import (
    UPLOAD_MAX,
    digest_of,
    is_own_package,
    pack,
    read_choices,
    unpack,
)
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_import", __name__)
_SHOWN_MAX: Final = 100
_FIRST: Final = 5
_MAPPING_MAX: Final = 64 * 1024
_STALE: Final = (
    "Your passkey was proved more than five minutes ago. Prove it again in a new tab, then take it in here."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A file with what was chosen for it."""

    content: bytes
    look: FileLook
    choices: Choices


@routes.get("/treasury/import")
@needs("import", "see")
def choose() -> ResponseReturnValue:
    """Show where a file is chosen."""
    return _first_page()


@routes.post("/treasury/import")
@needs("import", "see")
def look() -> ResponseReturnValue:
    """Show the columns of a file, each with what it likely is; nothing is kept and nothing changes."""
    _let_a_file_in()
    _, content = staff_upload()
    try:
        found = look_at(content)
        sent = _Sent(content=content, look=found, choices=suggest_choices(found, _kept_mapping()))
    except DonationError as refusal:
        return _first_page(problem=refusal.sentence), refusal.status
    return _mapping_page(sent)


@routes.get("/treasury/import/columns")
@needs("import", "see")
def go_choose() -> ResponseReturnValue:
    """Show where a file is chosen: only a file leads to its columns."""
    return _first_page()


@routes.post("/treasury/import/columns")
@needs("import", "see")
def go_on() -> ResponseReturnValue:
    """Try a file as its columns were chosen, hand out its refused rows, or, with a key just proved, take it in."""
    _let_a_file_in()
    fields, _ = staff_upload(or_else=is_own_package)
    try:
        content = unpack(fields)
        found = look_at(content)
        sent = _Sent(content=content, look=found, choices=read_choices(fields, found))
    except DonationError as refusal:
        return _first_page(problem=refusal.sentence), refusal.status
    try:
        plan = plan_import(content, chosen_mapping(found, sent.choices), zone=desks().settings.zone)
        return _answer(fields, sent, plan)
    except DonationError as refusal:
        return _mapping_page(sent, problem=refusal.sentence), refusal.status


def _answer(fields: Mapping[str, str], sent: _Sent, plan: ImportPlan) -> ResponseReturnValue:
    act = fields.get("act")
    if act == "keep":
        return _file(write_mapping(chosen_mapping(sent.look, sent.choices)), "application/toml", "mapping.toml")
    if act == "refused":
        return _refused_rows(plan)
    if act != "take":
        return _mapping_page(sent, plan=plan)
    if fields.get("tried") != digest_of(sent.content, sent.choices):
        raise FieldRefusedError("Something was chosen anew since this file was tried. Try it again.", field="tried")
    if demand("import", "do") is not None:
        return _mapping_page(sent, plan=plan, problem=_STALE, is_stale=True), 403
    return _first_page(plan=plan, done=desks().donors.take_in(actor(), plan))


def _let_a_file_in() -> None:
    request.max_content_length = UPLOAD_MAX
    request.max_form_memory_size = UPLOAD_MAX


def _first_page(
    *, problem: str | None = None, plan: ImportPlan | None = None, done: ImportOutcome | None = None
) -> str:
    return render_template("treasury/import.html", problem=problem, plan=plan, done=done)


def _mapping_page(
    sent: _Sent, *, plan: ImportPlan | None = None, problem: str | None = None, is_stale: bool = False
) -> str:
    first = () if plan is None else tuple(zip(plan.lines[:_FIRST], plan.gifts[:_FIRST], strict=True))
    return render_template(
        "treasury/import_columns.html",
        look=sent.look,
        choices=sent.choices,
        package=pack(sent.content),
        plan=plan,
        known=0 if plan is None else desks().donors.count_known(plan),
        first=first,
        shown=() if plan is None else plan.refused[:_SHOWN_MAX],
        tried=None if plan is None else digest_of(sent.content, sent.choices),
        problem=problem,
        is_stale=is_stale,
    )


def _refused_rows(plan: ImportPlan) -> Response:
    """Return the refused rows as a CSV file that no spreadsheet takes for formulas."""
    columns = (Column(name="line", kind="whole"), Column(name="why"), *(Column(name=name) for name in plan.columns))
    written = io.StringIO(newline="")
    write_csv(written, columns, [(row.line, row.sentence, *row.cells) for row in plan.refused])
    return _file(written.getvalue(), "text/csv", "refused-rows.csv")


def _kept_mapping() -> ColumnMapping | None:
    """Return the choices somebody kept from last time, None where none were sent."""
    sent = request.files.get("mapping")
    text = b"" if sent is None else sent.read(_MAPPING_MAX + 1)
    if not text:
        return None
    try:
        return read_mapping(text.decode("utf-8") if len(text) <= _MAPPING_MAX else "")
    except UnicodeDecodeError:
        raise FieldRefusedError("The kept choices are not a file of ours.", field="mapping") from None


def _file(text: str, mimetype: str, name: str) -> Response:
    answer = Response(text, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
