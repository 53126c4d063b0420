"""Room: web. Keys of the JSON API: asked for, shown once to who asked, ended at once."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from donations.errors import DonationError, FieldRefusedError, NotFoundError
from donations.partners import SCOPES, KeyRow, Scope
from donations.web.text import Refused, TextRule, believe_line
from donations.web.treasury.access import actor, needs, staff_form
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_keys", __name__)
_LABEL: Final = TextRule(cap=60, needs="letter")
READS: Final[dict[Scope, str]] = {
    "public": "reads published figures and reports",
    "treasury": "reads gifts, documents, payouts, balances, and donors masked",
}


@routes.get("/treasury/api-keys")
@needs("api_key", "see")
def show_all() -> ResponseReturnValue:
    """Show every key there ever was; the keys themselves are nowhere."""
    return _page()


@routes.post("/treasury/api-keys")
@needs("api_key", "request")
def ask() -> ResponseReturnValue:
    """Ask for a key."""
    fields = staff_form()
    try:
        request = desks().keys.ask(actor(), _label(fields), _scope(fields))
    except DonationError as refusal:
        return _page(refusal, fields)
    return redirect(f"/treasury/approvals/{request}", code=303)


@routes.get("/treasury/api-keys/<reference>")
@needs("api_key", "see")
def show(reference: str) -> ResponseReturnValue:
    """Show one key: what it is for, who wanted it, when it was used."""
    return _key_page(reference)


@routes.post("/treasury/api-keys/<reference>")
@needs("api_key", "request")
def act(reference: str) -> ResponseReturnValue:
    """Show a key once to who asked for it, or end one."""
    fields = staff_form()
    row = _found(reference)
    try:
        match fields.get("act"):
            case "show":
                key = desks().keys.show(actor(), reference)
                return render_template("treasury/api_key_shown.html", row=row, key=key)
            case "revoke":
                desks().keys.revoke(actor(), reference)
            case _:
                return _key_page(reference, FieldRefusedError("Please choose one of the answers.", field="act"))
    except FieldRefusedError as refusal:
        return _key_page(reference, refusal)
    return redirect(f"/treasury/api-keys/{reference}", code=303)


def _page(refusal: DonationError | None = None, fields: dict[str, str] | None = None) -> ResponseReturnValue:
    page = render_template(
        "treasury/api_keys.html",
        rows=desks().keys.list_all(),
        reads=READS,
        fields=fields or {},
        problem=None if refusal is None else refusal.sentence,
    )
    return page, 200 if refusal is None else refusal.status


def _key_page(reference: str, refusal: DonationError | None = None) -> ResponseReturnValue:
    page = render_template(
        "treasury/api_key.html",
        row=_found(reference),
        reads=READS,
        names={row.reference: row.name for row in desks().members.list_all()},
        problem=None if refusal is None else refusal.sentence,
    )
    return page, 200 if refusal is None else refusal.status


def _found(reference: str) -> KeyRow:
    try:
        return desks().keys.find(reference)
    except NotFoundError:
        abort(404)


def _label(fields: dict[str, str]) -> str:
    label = believe_line(fields.get("label", ""), _LABEL)
    if isinstance(label, Refused) or not label:
        raise FieldRefusedError("Please write what the key is for, in at most 60 characters.", field="label")
    return label


def _scope(fields: dict[str, str]) -> Scope:
    for scope in SCOPES:
        if fields.get("scope") == scope:
            return scope
    raise FieldRefusedError("Please choose what the key reads.", field="scope")
