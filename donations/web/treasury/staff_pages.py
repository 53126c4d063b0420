"""Room: web. Who may enter: the list, and an admin's requests that somebody come, change or go."""

from __future__ import annotations

from typing import Final, cast

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from donations.entrance import MemberRow
from donations.errors import DonationError, FieldRefusedError
from donations.staff import GRANTS, ROLES, Role
from donations.web.text import Refused, TextRule, believe_email, believe_line
from donations.web.treasury.access import actor, needs, staff_form
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_staff", __name__)
_NAME: Final = TextRule(cap=120, needs="letter")
DUTIES: Final[dict[Role, str]] = {
    "purchaser": "records what was bought for clothing funds",
    "treasurer": "looks after gifts, bank and year, and asks for what needs two",
    "approver": "decides what a treasurer or admin asked for; usually of the board",
    "auditor": "sees everything, donors masked, and changes nothing",
    "admin": "asks that people come and go; sees no donor and moves no money",
}


@routes.get("/treasury/staff")
@needs("staff", "see")
def show_all() -> ResponseReturnValue:
    """Show everybody who was ever invited."""
    return _page()


@routes.post("/treasury/staff")
@needs("staff", "request")
def ask_invitation() -> ResponseReturnValue:
    """Ask that somebody be invited."""
    fields = staff_form()
    try:
        name, email = _believed(fields)
        request = desks().members.ask_invitation(actor(), name=name, email=email, roles=_roles(fields))
    except DonationError as refusal:
        return _page(refusal, fields)
    return redirect(f"/treasury/approvals/{request}", code=303)


@routes.get("/treasury/staff/<reference>")
@needs("staff", "see")
def show(reference: str) -> ResponseReturnValue:
    """Show one member."""
    return _member_page(reference)


@routes.post("/treasury/staff/<reference>")
@needs("staff", "request")
def change(reference: str) -> ResponseReturnValue:
    """Ask that a member's roles change or that they enter no more; or end their sign-ins at once."""
    fields, desk = staff_form(), desks().members
    try:
        match fields.get("act"):
            case "roles":
                request = desk.ask_roles(actor(), reference, _roles(fields))
            case "revoke":
                request = desk.ask_revocation(actor(), reference)
            case "sign_out":
                desks().account.end_all_of(actor(), reference)
                return redirect(f"/treasury/staff/{reference}", code=303)
            case _:
                return _member_page(reference, FieldRefusedError("Please choose one of the answers.", field="act"))
    except FieldRefusedError as refusal:
        return _member_page(reference, refusal)
    return redirect(f"/treasury/approvals/{request}", code=303)


def _page(refusal: DonationError | None = None, fields: dict[str, str] | None = None) -> ResponseReturnValue:
    page = render_template(
        "treasury/staff.html",
        rows=desks().members.list_all(),
        count=desks().members.count(),
        duties=DUTIES,
        fields=fields or {},
        problem=None if refusal is None else refusal.sentence,
    )
    return page, 200 if refusal is None else refusal.status


def _member_page(reference: str, refusal: DonationError | None = None) -> ResponseReturnValue:
    page = render_template(
        "treasury/staff_member.html",
        row=_found(reference),
        duties=DUTIES,
        grants=GRANTS,
        problem=None if refusal is None else refusal.sentence,
    )
    return page, 200 if refusal is None else refusal.status


def _found(reference: str) -> MemberRow:
    found = next((row for row in desks().members.list_all() if row.reference == reference), None)
    return abort(404) if found is None else found


def _believed(fields: dict[str, str]) -> tuple[str, str]:
    name, email = believe_line(fields.get("name", ""), _NAME), believe_email(fields.get("email", ""))
    if isinstance(name, Refused):
        raise FieldRefusedError(f"The name {name.why}", field="name")
    if isinstance(email, Refused):
        raise FieldRefusedError(f"The e-mail address {email.why}", field="email")
    if not name:
        raise FieldRefusedError("Please write a name.", field="name")
    return name, email


def _roles(fields: dict[str, str]) -> list[Role]:
    """Return the ticked roles: a field each, for no field comes twice."""
    return [role for role in ROLES if fields.get(f"role_{cast('str', role)}") == "1"]
