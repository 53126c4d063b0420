"""Room: web. A gift with everything the book knows of it, and what may be asked for: money back, another document."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from donations.errors import DonationError, FieldRefusedError, NotFoundError
from donations.money import parse_dollars
from donations.offline import CORRECTION_REASONS
from donations.offline.correcting import believe_reason
from donations.web.forms import believe_mended, countries
from donations.web.text import Refused, TextRule, believe_email, believe_line
from donations.web.treasury.access import actor, needs, staff_form
from donations.web.treasury.desks import REFUND_REASONS, REPLACE_REASONS, VOID_REASONS
from donations.web.treasury.rooms import desks
from receipts.facts import LINE_MAX, NAME_MAX

routes = Blueprint("treasury_gifts", __name__)
_REFERENCE = re.compile(r"g_[0-9a-z]{16}", re.ASCII)
_NUMBER = re.compile(r"[RSNL]-[0-9]{4}-[0-9]{6,12}-[0-9]", re.ASCII)
_ADDRESS_LINES = 5


@routes.get("/treasury/gifts")
@needs("refund", "see")
def latest() -> ResponseReturnValue:
    """Show the latest gifts, without names."""
    return render_template("treasury/gifts.html", gifts=desks().gifts.list_latest())


@routes.get("/treasury/gifts/<reference>")
@needs("refund", "see")
def show(reference: str) -> ResponseReturnValue:
    """Show one gift: its entries, its clothing funds' cents, its documents."""
    return _page(reference)


@routes.post("/treasury/gifts/<reference>/refund")
@needs("refund", "request")
def ask_refund(reference: str) -> ResponseReturnValue:
    """Ask that money goes back; another person approves."""
    fields = staff_form()
    return _asked(reference, lambda: _ask_refund(reference, fields))


@routes.post("/treasury/gifts/<reference>/documents/<number>")
@needs("document", "request")
def ask_document(reference: str, number: str) -> ResponseReturnValue:
    """Ask that a document be voided or replaced; another person approves."""
    fields = staff_form()
    return _asked(reference, lambda: _ask_document(number, fields))


@routes.post("/treasury/gifts/<reference>/receipt")
@needs("document", "request")
def ask_receipt(reference: str) -> ResponseReturnValue:
    """Ask the clerk once more for a receipt that was refused; the law's rules decide again."""
    staff_form()
    try:
        desks().gifts.ask_receipt(actor(), _believed(reference))
    except DonationError as refusal:
        return _page(reference, problem=refusal.sentence), refusal.status
    return redirect(f"/treasury/gifts/{reference}", code=303)


@routes.post("/treasury/gifts/<reference>/contact")
@needs("donor", "do")
def mend(reference: str) -> ResponseReturnValue:
    """Correct the name or address that the gift's first document will tell."""
    fields = staff_form()
    try:
        desks().gifts.mend(actor(), _believed(reference), believe_mended(fields))
    except NotFoundError:
        abort(404)
    except DonationError as refusal:
        return _page(reference, problem=refusal.sentence), refusal.status
    return redirect(f"/treasury/gifts/{reference}", code=303)


@routes.post("/treasury/gifts/<reference>/correction")
@needs("transfer", "request")
def ask_correction(reference: str) -> ResponseReturnValue:
    """Ask that a gift entered wrongly at the desk be taken out of the book; another person approves."""
    fields = staff_form()
    return _asked(reference, lambda: _ask_correction(reference, fields))


def _asked(reference: str, ask: Callable[[], str]) -> ResponseReturnValue:
    try:
        request = ask()
    except NotFoundError:
        abort(404)
    except DonationError as refusal:
        return _page(reference, problem=refusal.sentence), refusal.status
    return redirect(f"/treasury/approvals/{request}", code=303)


def _ask_refund(reference: str, fields: dict[str, str]) -> str:
    cents = parse_dollars(fields.get("amount", ""))
    if cents is None:
        raise FieldRefusedError("Please write the amount in dollars, like 130 or 12.50.", field="amount")
    for reason in REFUND_REASONS:
        if fields.get("reason") == reason:
            return desks().approvals.ask_refund(actor(), _believed(reference), cents=cents, reason=reason)
    raise FieldRefusedError("Please choose why the money goes back.", field="reason")


def _ask_correction(reference: str, fields: dict[str, str]) -> str:
    reason = believe_reason(fields.get("reason", ""))
    return desks().offline.ask_correction(actor(), _believed(reference), reason)


def _ask_document(number: str, fields: dict[str, str]) -> str:
    if not _NUMBER.fullmatch(number):
        abort(404)
    reason = fields.get("reason", "")
    if fields.get("act") == "void" and reason in VOID_REASONS:
        return desks().approvals.ask_about_document(actor(), "void_document", number, {"reason": reason})
    if fields.get("act") == "replace" and reason in REPLACE_REASONS:
        content = {"reason": reason, **_corrected(fields)}
        return desks().approvals.ask_about_document(actor(), "replace_receipt", number, content)
    raise FieldRefusedError("Please choose what to do with the document, and why.", field="reason")


def _corrected(fields: dict[str, str]) -> dict[str, object]:
    """Return what is to be different on the new document, believed as the give form believes it."""
    name = _line("name", fields.get("name", ""), TextRule(cap=NAME_MAX, needs="letter"))
    texts = fields.get("address", "").splitlines()[:_ADDRESS_LINES]
    lines = [line for text in texts if (line := _line("address", text, TextRule(cap=LINE_MAX)))]
    email = fields.get("email", "")
    believed = believe_email(email) if email else ""
    if isinstance(believed, Refused):
        raise FieldRefusedError(believed.why, field="email")
    changed = {"name": name, "address_lines": lines, "email": believed}
    return {key: value for key, value in changed.items() if value}


def _line(field: str, text: str, rule: TextRule) -> str:
    if not text.strip():
        return ""
    believed = believe_line(text, rule)
    if isinstance(believed, Refused):
        raise FieldRefusedError(believed.why, field=field)
    return believed


def _page(reference: str, *, problem: str | None = None) -> str:
    try:
        gift = desks().gifts.find(_believed(reference))
        refundable = desks().gifts.refundable_cents(reference) if gift["charges"] else 0
    except NotFoundError:
        abort(404)
    return render_template(
        "treasury/gift.html",
        gift=gift,
        refundable_cents=refundable,
        why_no_receipt=() if gift["receipts"] else desks().gifts.why_no_receipt(reference),
        refund_reasons=REFUND_REASONS,
        void_reasons=VOID_REASONS,
        replace_reasons=REPLACE_REASONS,
        correction_reasons=CORRECTION_REASONS if desks().offline.can_correct(reference) else (),
        countries=countries(),
        problem=problem,
    )


def _believed(reference: str) -> str:
    if not _REFERENCE.fullmatch(reference):
        abort(404)
    return reference
