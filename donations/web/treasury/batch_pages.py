"""Room: web. Batches: counted first, entered line by line with the keyboard alone, posted when both agree."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from donations.errors import DonationError, FieldRefusedError, NotFoundError
from donations.offline import KINDS, BatchFacts, OfflineWish, slip_of
from donations.web.treasury.access import actor, demand, needs, staff_form
from donations.web.treasury.rooms import desks
from donations.web.treasury.telling import (
    believe_address,
    believe_cents,
    believe_day,
    believe_kind,
    believe_language,
    believe_name,
    believe_through,
)
from receipts.rules.us.gift_days import Carrier

routes = Blueprint("treasury_batches", __name__)
_REFERENCE: Final = re.compile(r"b_[0-9a-z]{16}", re.ASCII)
_WHOLE: Final = re.compile(r"[0-9]{1,4}", re.ASCII)
_CARRIERS: Final[tuple[Carrier, ...]] = ("us_mail", "courier", "by_hand")


@routes.get("/treasury/batches")
@needs("batch", "see")
def batches() -> ResponseReturnValue:
    """Show every batch, and where the next is opened."""
    return _list_page()


@routes.post("/treasury/batches")
@needs("batch", "request")
def open_batch() -> ResponseReturnValue:
    """Open a batch with what was counted before anything is entered."""
    fields = staff_form()
    try:
        count = _whole(fields.get("count", ""))
        opened = desks().offline.open_batch(count=count, cents=believe_cents(fields.get("total", "")), actor=actor())
    except DonationError as refusal:
        return _list_page(typed=fields, problem=refusal.sentence), refusal.status
    return redirect(f"/treasury/batches/{opened.reference}", code=303)


@routes.get("/treasury/batches/<reference>")
@needs("batch", "see")
def batch(reference: str) -> ResponseReturnValue:
    """Show one batch, its lines, and the line that is entered next."""
    return _batch_page(_found(reference))


@routes.post("/treasury/batches/<reference>")
@needs("batch", "request")
def enter_line(reference: str) -> ResponseReturnValue:
    """Enter one line, or take one out; what was typed stays where it is refused."""
    fields = staff_form()
    desk = desks().offline
    if "remove" in fields:
        return _done(reference, fields, lambda: desk.remove_line(_believed(reference), fields["remove"]))
    ticked = fields.get("not_duplicate") == "1"
    return _done(
        reference,
        fields,
        lambda: desk.add_line(_believed(reference), _wish(fields), actor=actor(), is_no_duplicate=ticked),
    )


@routes.post("/treasury/batches/<reference>/post")
@needs("batch", "request")
def post(reference: str) -> ResponseReturnValue:
    """Book the whole batch, with a key just proved, or say by how much it does not agree."""
    staff_form()
    refusal = demand("batch", "do")
    if refusal is not None:
        return refusal
    return _done(reference, {}, lambda: desks().offline.post_batch(_believed(reference), actor=actor()))


@routes.get("/treasury/batches/<reference>/slip")
@needs("batch", "see")
def slip(reference: str) -> ResponseReturnValue:
    """Show the deposit slip of a posted batch, made to be printed."""
    found = _found(reference)
    if found.state != "posted":
        abort(404)
    return render_template("treasury/slip.html", batch=found, slip=slip_of(found))


def _done(reference: str, fields: Mapping[str, str], act: Callable[[], BatchFacts]) -> ResponseReturnValue:
    try:
        act()
    except NotFoundError:
        abort(404)
    except DonationError as refusal:
        return _batch_page(_found(reference), typed=fields, refusal=refusal), refusal.status
    return redirect(f"/treasury/batches/{reference}", code=303)


def _wish(fields: Mapping[str, str]) -> OfflineWish:
    return OfflineWish(
        kind=believe_kind(fields.get("kind", "")),
        amount_cents=believe_cents(fields.get("amount", "")),
        name=believe_name(fields.get("name", "")),
        custodian=believe_through(fields.get("custodian", ""), "custodian"),
        adviser=believe_through(fields.get("adviser", ""), "adviser"),
        is_donor_unknown=fields.get("unknown_donor") == "1",
        received_on=believe_day(fields, "received_on") or _today(),
        email=believe_address(fields.get("email", "")),
        language=believe_language(fields.get("language", "")),
        cheque_number=fields.get("cheque_number", "").strip() or None,
        carrier=next((one for one in _CARRIERS if one == fields.get("carrier")), "us_mail"),
        postmarked_on=believe_day(fields, "postmarked_on"),
    )


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text.strip()):
        raise FieldRefusedError("Please write how many gifts you counted.", field="count")
    return int(text)


def _today() -> date:
    return desks().spending.today()


def _list_page(*, typed: Mapping[str, str] | None = None, problem: str | None = None) -> str:
    found = desks().offline.list_batches()
    return render_template("treasury/batches.html", batches=found, typed=typed or {}, problem=problem)


def _batch_page(
    found: BatchFacts, *, typed: Mapping[str, str] | None = None, refusal: DonationError | None = None
) -> str:
    return render_template(
        "treasury/batch.html",
        batch=found,
        kinds=KINDS,
        typed=_next_line(found) if refusal is None else (typed or {}),
        problem=None if refusal is None else refusal.sentence,
        may_tick=refusal is not None and refusal.field == "not_duplicate",
    )


def _next_line(found: BatchFacts) -> dict[str, Any]:
    """Return what the next line begins with: an envelope holds gifts of one kind that came on one day, one way."""
    if not found.lines:
        return {"kind": "cheque", "received_on": _today().isoformat()}
    last = found.lines[-1]
    return {"kind": last.kind, "carrier": last.carrier, "received_on": last.received_on.isoformat()}


def _found(reference: str) -> BatchFacts:
    try:
        return desks().offline.read_batch(_believed(reference))
    except NotFoundError:
        abort(404)


def _believed(reference: str) -> str:
    if not _REFERENCE.fullmatch(reference):
        abort(404)
    return reference
