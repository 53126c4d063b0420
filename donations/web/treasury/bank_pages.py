"""Room: web. The bank: a statement is taken in, each line is said to be what it is, and both must agree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, get_args

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from donations.bank import ACCOUNTS, UNDO_REASONS, Assertion, Saying, TakenIn, believe_account, believe_reason
from donations.bank.matching import Act
from donations.bank.statement import StatementBalance
from donations.errors import DonationError, FieldRefusedError
from donations.web.treasury.access import actor, needs, staff_form, staff_upload
from donations.web.treasury.rooms import desks
from donations.web.treasury.telling import believe_balance

routes = Blueprint("treasury_bank", __name__)
_UPLOAD_MAX: Final = 10 * 1024 * 1024 + 64 * 1024
_ACTS: Final[tuple[Act, ...]] = get_args(Act)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a file that was just taken in told."""

    account: str
    done: TakenIn
    balance: StatementBalance | None


@routes.get("/treasury/bank")
@needs("bank", "see")
def lines() -> ResponseReturnValue:
    """Show the lines that wait for a person, what the book awaits, and the latest lines."""
    return _page()


@routes.post("/treasury/bank")
@needs("bank", "do")
def take_in() -> ResponseReturnValue:
    """Take in the new lines of a statement; the file is not kept."""
    request.max_content_length = _UPLOAD_MAX
    fields, content = staff_upload()
    try:
        done, statement = desks().bank.take_in(actor(), believe_account(fields.get("account", "")), content)
    except DonationError as refusal:
        return _page(problem=refusal.sentence), refusal.status
    return _page(told=Told(account=fields["account"], done=done, balance=statement.balance))


@routes.post("/treasury/bank/certain")
@needs("bank", "do")
def accept_certain() -> ResponseReturnValue:
    """Book every line that is certainly one thing."""
    staff_form()
    desks().bank.accept_certain(actor())
    return redirect("/treasury/bank", code=303)


@routes.post("/treasury/bank/lines/<reference>")
@needs("bank", "do")
def accept(reference: str) -> ResponseReturnValue:
    """Book one line as what a person says it is."""
    try:
        desks().bank.accept(actor(), reference, _saying(staff_form().get("saying", "")))
    except DonationError as refusal:
        return _page(problem=refusal.sentence), refusal.status
    return redirect("/treasury/bank", code=303)


@routes.post("/treasury/bank/undo")
@needs("transfer", "request")
def ask_undo() -> ResponseReturnValue:
    """Ask that a wrong match be undone; another person approves."""
    fields = staff_form()
    try:
        reason = believe_reason(fields.get("reason", ""))
        asked = desks().bank.ask_undo(actor(), fields.get("line", ""), reason)
    except DonationError as refusal:
        return _page(problem=refusal.sentence), refusal.status
    return redirect(f"/treasury/approvals/{asked}", code=303)


@routes.post("/treasury/bank/assertions")
@needs("bank", "do")
def assert_balance() -> ResponseReturnValue:
    """Note what the bank says at the end of a day."""
    fields = staff_form()
    try:
        told = Assertion(
            account=believe_account(fields.get("account", "")),
            on=_day(fields.get("on", "")),
            cents=believe_balance(fields.get("amount", "")),
        )
        found = desks().bank.assert_balance(actor(), told)
    except DonationError as refusal:
        return _page(problem=refusal.sentence), refusal.status
    return redirect(f"/treasury/months?month={found.on:%Y-%m}", code=303)


def _saying(text: str) -> Saying:
    """Return what was chosen: the act, and what it settles, apart by spaces as the page wrote them."""
    told, *subjects = text.split(" ")
    for act in _ACTS:
        if act == told:
            return Saying(act=act, subjects=tuple(subjects))
    raise FieldRefusedError("Please choose what this line is.", field="saying")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise FieldRefusedError("Please write the day like 2026-11-30.", field="on") from None


def _page(*, problem: str | None = None, told: Told | None = None) -> str:
    desk = desks().bank
    waiting = desk.list_waiting()
    return render_template(
        "treasury/bank.html",
        waiting=waiting,
        certain=sum(one.certain is not None for one in waiting),
        awaited=desk.list_awaited(),
        latest=desk.list_latest(),
        accounts=ACCOUNTS,
        undo_reasons=UNDO_REASONS,
        problem=problem,
        told=told,
    )
