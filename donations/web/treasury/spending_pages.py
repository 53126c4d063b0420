"""Room: web. Clothing funds and purchases: drafted by one, seen in full and decided by another."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, get_args

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from donations.errors import DonationError, FieldRefusedError, NotFoundError
from donations.money import parse_dollars
from donations.spending.desk import Act, Bulk
from donations.spending.drafting import ITEMS, Item
from donations.web.fields import read_query
from donations.web.treasury.access import actor, demand, member_in, needs, staff_form
from donations.web.treasury.figure_desk import cost_chart
from donations.web.treasury.rooms import desks

routes = Blueprint("treasury_spending", __name__)
_REFERENCE: Final = re.compile(r"b_[0-9a-z]{16}", re.ASCII)
_FUNDS_SHOWN: Final = 100
_PLACE: Final = re.compile(r"[0-9]{1,7}", re.ASCII)
_CODE: Final = re.compile(r"CF-[0-9A-Z]{10}", re.ASCII)
_FUND_WORDS: Final = {
    "fill": "Designated",
    "release": "Taken back",
    "backfill": "Designated",
    "make_whole": "Made whole by operations",
    "spend": "Clothing bought",
    "return": "Gone back to the shop",
}
_WHOLE: Final = re.compile(r"[0-9]{1,4}", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_ACTS: Final[tuple[Act, ...]] = get_args(Act)


@routes.get("/treasury/funds")
@needs("clothing_fund", "see")
def funds() -> ResponseReturnValue:
    """Show clothing funds in filling order, a hundred on a page."""
    text = read_query(request).get("after", "0")
    return _funds_page(after=int(text) if _PLACE.fullmatch(text) else 0)


@routes.post("/treasury/funds")
@needs("clothing_fund", "do")
def change_funds() -> ResponseReturnValue:
    """Open clothing funds in bulk, or close one."""
    fields = staff_form()
    try:
        if fields.get("act") == "close":
            desks().spending.close_fund(fields.get("code", ""))
        else:
            desks().spending.open_funds(_whole(fields.get("count", ""), "count"))
    except DonationError as refusal:
        return _funds_page(problem=refusal.sentence), refusal.status
    return redirect("/treasury/funds", code=303)


@routes.get("/treasury/funds/<code>")
@needs("clothing_fund", "see")
def fund(code: str) -> ResponseReturnValue:
    """Show one clothing fund with its lines."""
    if not _CODE.fullmatch(code):
        abort(404)
    try:
        found = desks().spending.find_fund(code)
    except NotFoundError:
        abort(404)
    return render_template("treasury/fund.html", found=found, words=_FUND_WORDS)


@routes.get("/treasury/purchases")
@needs("purchase", "see")
def purchases() -> ResponseReturnValue:
    """Show the latest purchases and the form of the next."""
    return _purchases_page({})


@routes.post("/treasury/purchases")
@needs("purchase", "request")
def draft() -> ResponseReturnValue:
    """Draft one bill for the next funded clothing funds."""
    fields = staff_form()
    try:
        reference = desks().spending.draft_bulk(actor(), _bulk(fields))
    except DonationError as refusal:
        return _purchases_page(fields, problem=refusal.sentence), refusal.status
    return redirect(f"/treasury/purchases/{reference}", code=303)


@routes.get("/treasury/purchases/<reference>")
@needs("purchase", "see")
def purchase(reference: str) -> ResponseReturnValue:
    """Show one purchase with each clothing fund's part."""
    return _purchase_page(reference)


@routes.post("/treasury/purchases/<reference>")
@needs("purchase", "see")
def decide(reference: str) -> ResponseReturnValue:
    """Approve, decline, return or pay it, or take back that it was paid."""
    chosen = staff_form().get("act", "")
    for act in _ACTS:
        if act == chosen:
            return demand("purchase", "approve") or _decided(reference, act)
    return _purchase_page(reference, problem="Please choose what to do with it."), FieldRefusedError.status


def _decided(reference: str, act: Act) -> ResponseReturnValue:
    try:
        desks().spending.decide(actor(), _believed(reference), act)
    except NotFoundError:
        abort(404)
    except DonationError as refusal:
        return _purchase_page(reference, problem=refusal.sentence), refusal.status
    return redirect(f"/treasury/purchases/{reference}", code=303)


def _bulk(fields: dict[str, str]) -> Bulk:
    cents = parse_dollars(fields.get("amount", ""))
    if cents is None:
        raise FieldRefusedError("Please write the amount in dollars, like 5200.00.", field="amount")
    items: dict[Item, int] = {item: _whole(fields.get(item) or "0", item) for item in ITEMS}
    return Bulk(
        receipt_number=fields.get("receipt_number", "").strip(),
        bought_on=_day(fields.get("bought_on", "")),
        paid_from="account" if fields.get("paid_from") == "account" else "bank",
        cents=cents,
        count=_whole(fields.get("count", ""), "count"),
        items=items,
    )


def _whole(text: str, field: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise FieldRefusedError("Please write a whole number.", field=field)
    return int(text)


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> date:
    raise FieldRefusedError("Please write the day like 2026-11-23.", field="bought_on")


def _funds_page(*, after: int = 0, problem: str | None = None) -> str:
    desk = desks().spending
    return render_template(
        "treasury/funds.html",
        funds=desk.funds(after=after, limit=_FUNDS_SHOWN),
        after=after,
        shown=_FUNDS_SHOWN,
        count=desk.count_funds(),
        problem=problem,
    )


def _purchases_page(typed: dict[str, str], *, problem: str | None = None) -> str:
    return render_template(
        "treasury/purchases.html",
        purchases=desks().spending.list_latest(),
        cost=desks().spending.average_cost(),
        chart=cost_chart(desks().spending.monthly_costs(), desks().settings.organisation.set_price_cents),
        items=ITEMS,
        typed=typed,
        problem=problem,
    )


def _purchase_page(reference: str, *, problem: str | None = None) -> str:
    try:
        found = desks().spending.find(_believed(reference))
    except NotFoundError:
        abort(404)
    is_own = found.drafted_by == member_in().member.reference
    return render_template("treasury/purchase.html", bought=found, is_own=is_own, problem=problem)


def _believed(reference: str) -> str:
    if not _REFERENCE.fullmatch(reference):
        abort(404)
    return reference
