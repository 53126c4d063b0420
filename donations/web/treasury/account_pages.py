"""Room: web. A member's own keys, codes and sign-ins."""

from __future__ import annotations

import io
from typing import Final

import segno
from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from donations.errors import DonationError, FieldRefusedError, NotFoundError
from donations.web.text import TextRule, believe_line
from donations.web.treasury.access import member_in, needs, staff_form
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_account", __name__)
_PAGE: Final = "/treasury/account"
_LABEL: Final = TextRule(cap=60)


@routes.get("/treasury/account")
@needs("own_account", "do")
def show() -> ResponseReturnValue:
    """Show one's own ways in, and the browsers one is signed in on."""
    return _page()


@routes.post("/treasury/account/keys")
@needs("own_account", "do")
def add_key() -> ResponseReturnValue:
    """Keep a further key."""
    fields = staff_form()
    label = believe_line(fields.get("label", ""), _LABEL)
    name = label if isinstance(label, str) else ""
    return _answer(
        lambda: desks().account.add_key(member_in(), fields.get("challenge", ""), fields.get("credential", ""), name)
    )


@routes.post("/treasury/account/keys/<int:key_id>")
@needs("own_account", "do")
def remove_key(key_id: int) -> ResponseReturnValue:
    """Let one of one's own keys open nothing any more."""
    staff_form()
    return _answer(lambda: desks().account.remove_key(member_in(), key_id))


@routes.post("/treasury/account/program")
@needs("own_account", "do")
def change_program() -> ResponseReturnValue:
    """Set the code program up, take its first code, or forget it."""
    fields, desk, found = staff_form(), desks().account, member_in()
    acts = {
        "begin": lambda: desk.begin_program(found),
        "confirm": lambda: desk.confirm_program(found, fields.get("code", "").strip()),
        "end": lambda: desk.end_program(found),
    }
    return _answer(acts.get(fields.get("act", ""), _unknown))


@routes.post("/treasury/account/codes")
@needs("own_account", "do")
def draw_codes() -> ResponseReturnValue:
    """Show ten new codes for the paper, this once."""
    staff_form()
    try:
        codes = desks().account.draw_paper_codes(member_in())
    except FieldRefusedError as refusal:
        return _page(refusal)
    return render_template("treasury/paper_codes.html", codes=codes, is_first=False)


@routes.post("/treasury/account/sign-ins")
@needs("own_account", "do")
def end_others() -> ResponseReturnValue:
    """End all of one's sign-ins but this."""
    staff_form()
    return _answer(lambda: desks().account.end_others(member_in()))


@routes.post("/treasury/account/sign-ins/<short>")
@needs("own_account", "do")
def end_one(short: str) -> ResponseReturnValue:
    """End one sign-in of one's own."""
    staff_form()
    desks().account.end_sign_in(member_in(), short[:16].ljust(16, "-"))
    return redirect(_PAGE, code=303)


def _answer(act: object) -> ResponseReturnValue:
    assert callable(act)  # noqa: S101  # Told so for the reader: an act without arguments.
    try:
        act()
    except NotFoundError:
        raise
    except DonationError as refusal:
        return _page(refusal)
    return redirect(_PAGE, code=303)


def _unknown() -> None:
    raise FieldRefusedError("Please choose one of the answers.", field="act")


def _page(refusal: DonationError | None = None) -> ResponseReturnValue:
    found, desk = member_in(), desks().account
    may_change = found.may_make_a_key(desks().clock.now())
    challenge, options = desk.ask_new_key(found) if may_change else ("", "")
    pending = desk.pending_program(found)
    page = render_template(
        "treasury/account.html",
        ways=desk.look(found),
        may_change=may_change,
        challenge=challenge,
        options=options,
        pending=pending,
        qr_path=None if pending is None else _qr_path(pending[1]),
        problem=None if refusal is None else refusal.sentence,
    )
    return page, 200 if refusal is None else refusal.status


def _qr_path(address: str) -> tuple[int, str]:
    """Return the side of a QR code in modules and its dark modules as one SVG path, four modules of quiet around."""
    drawn = segno.make_qr(address)
    buffer = io.StringIO()
    for row, line in enumerate(drawn.matrix):
        for column, module in enumerate(line):
            if module:
                buffer.write(f"M{column + 4} {row + 4}h1v1h-1z")
    return len(drawn.matrix) + 8, buffer.getvalue()
