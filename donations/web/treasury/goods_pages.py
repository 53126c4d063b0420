"""Room: web. Gifts in kind: what came is written down; what leaves is drafted by one and decided by another."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from typing import Final

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from donations.errors import DonationError, FieldRefusedError, NotFoundError
from donations.goods import CONDITIONS, Act, GoodsWish, ItemWish, OutWish, Part
from donations.money import parse_dollars
from donations.staff import Right
from donations.web.treasury.access import actor, demand, member_in, needs, staff_form
from donations.web.treasury.rooms import desks
from donations.web.treasury.telling import believe_language

routes = Blueprint("treasury_goods", __name__)
_PAGE: Final = "/treasury/goods"
_REFERENCE: Final = re.compile(r"o_[0-9a-z]{16}", re.ASCII)
_THING: Final = re.compile(r"(g_[0-9a-z]{16})/([0-9]{1,2})", re.ASCII)
_WHOLE: Final = re.compile(r"[0-9]{1,7}", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_ROWS, _ROWS_MAX, _OUT_ROWS = 3, 8, 6
"""Sorts of things in one form: no form has more than 50 fields. The command takes as many as a document holds."""
_RIGHTS: Final[dict[str, Right]] = {"take_in": "do", "more": "do", "draft": "request"}
_DECISIONS: Final[tuple[Act, ...]] = ("approve", "decline")


@routes.get("/treasury/goods")
@needs("goods", "see")
def goods() -> ResponseReturnValue:
    """Show what is on hand, what left, and the forms of both."""
    return _goods_page({})


@routes.post("/treasury/goods")
@needs("goods", "see")
def change() -> ResponseReturnValue:
    """Take a gift in kind in, draft what leaves, or ask for more rows."""
    fields = staff_form()
    act = fields.get("act", "")
    if act not in _RIGHTS:
        return _goods_page(fields, problem="Please choose what to do."), FieldRefusedError.status
    refusal = demand("goods", _RIGHTS[act])
    if refusal is not None:
        return refusal
    if act == "more":
        return _goods_page(fields, rows=_rows_in(fields) + _ROWS)
    try:
        if act == "draft":
            reference = desks().goods.draft_out(_out_wish(fields), actor=actor())
            return redirect(f"{_PAGE}/{reference}", code=303)
        desks().goods.take_in(_wish(fields), actor=actor())
    except DonationError as problem:
        return _goods_page(fields, rows=_rows_in(fields), problem=problem.sentence), problem.status
    return redirect(_PAGE, code=303)


@routes.get("/treasury/goods/<reference>")
@needs("goods", "see")
def out(reference: str) -> ResponseReturnValue:
    """Show what leaves, or left."""
    return _out_page(reference)


@routes.post("/treasury/goods/<reference>")
@needs("goods", "approve")
def decide(reference: str) -> ResponseReturnValue:
    """Approve or decline what another drafted."""
    chosen = staff_form().get("act", "")
    for act in _DECISIONS:
        if act == chosen:
            return _decided(_believed(reference), act)
    return _out_page(reference, problem="Please choose what to do with it."), FieldRefusedError.status


def _decided(reference: str, act: Act) -> ResponseReturnValue:
    try:
        desks().goods.decide(reference, act, actor=actor())
    except NotFoundError:
        abort(404)
    except DonationError as refusal:
        return _out_page(reference, problem=refusal.sentence), refusal.status
    return redirect(f"{_PAGE}/{reference}", code=303)


def _wish(fields: dict[str, str]) -> GoodsWish:
    kind = fields.get("kind", "")
    rows = range(1, _rows_in(fields) + 1)
    return GoodsWish(
        kind="securities" if kind == "securities" else "goods",
        name=fields.get("name", ""),
        email=fields.get("email", "").strip(),
        language=believe_language(fields.get("language", "")),
        handed_over_on=_day(fields, "handed_over_on"),
        place=fields.get("place", "").strip(),
        items=tuple(_item(fields, n, kind) for n in rows if fields.get(f"description-{n}", "").strip()),
    )


def _item(fields: dict[str, str], n: int, kind: str) -> ItemWish:
    said = fields.get(f"condition-{n}", "")
    condition = next((known for known in CONDITIONS if known == said), None)
    return ItemWish(
        description=fields[f"description-{n}"].strip(),
        count=_whole(fields.get(f"count-{n}", ""), f"count-{n}"),
        condition=None if kind == "securities" else condition,
        value_cents=_cents(fields.get(f"value-{n}", ""), f"value-{n}"),
        note=fields.get(f"note-{n}", "").strip(),
    )


def _out_wish(fields: dict[str, str]) -> OutWish:
    rows = ((fields.get(f"thing-{n}", ""), fields.get(f"pieces-{n}", "")) for n in range(1, _OUT_ROWS + 1))
    parts = tuple(_part(thing, pieces) for thing, pieces in rows if thing or pieces)
    how = fields.get("how", "")
    is_sale = how == "sold"
    return OutWish(
        how="sold" if is_sale else "discarded" if how == "discarded" else "given",
        out_on=_day(fields, "out_on"),
        parts=parts,
        proceeds_cents=_cents(fields.get("proceeds", ""), "proceeds") if is_sale else 0,
        commission_cents=_cents(fields.get("commission") or "0", "commission") if is_sale else 0,
    )


def _part(thing: str, pieces: str) -> Part:
    found = _THING.fullmatch(thing)
    if found is None:
        raise FieldRefusedError("Choose what leaves beside each number.", field="thing")
    return Part(gift=found[1], n=int(found[2]), count=_whole(pieces, "pieces"))


def _rows_in(fields: dict[str, str]) -> int:
    text = fields.get("rows", "")
    return min(max(int(text) if _WHOLE.fullmatch(text) else _ROWS, _ROWS), _ROWS_MAX)


def _whole(text: str, field: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise FieldRefusedError("Please write how many, as a whole number.", field=field)
    return int(text)


def _cents(text: str, field: str) -> int:
    cents = parse_dollars(text)
    if cents is None:
        raise FieldRefusedError("Please write the amount in dollars, like 40.00.", field=field)
    return cents


def _day(fields: dict[str, str], field: str) -> date:
    text = fields.get(field, "")
    with suppress(ValueError):
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    raise FieldRefusedError("Please write the day like 2026-11-23.", field=field)


def _goods_page(typed: dict[str, str], *, rows: int = _ROWS, problem: str | None = None) -> str:
    desk = desks().goods
    on_hand = desk.on_hand()
    return render_template(
        "treasury/goods.html",
        on_hand=on_hand,
        value_cents=sum(shelf.left_cents for shelf in on_hand),
        outs=desk.list_out(),
        conditions=CONDITIONS,
        rows=min(rows, _ROWS_MAX),
        rows_max=_ROWS_MAX,
        out_rows=_OUT_ROWS,
        typed=typed,
        problem=problem,
    )


def _out_page(reference: str, *, problem: str | None = None) -> str:
    try:
        found = desks().goods.find_out(_believed(reference))
    except NotFoundError:
        abort(404)
    is_own = found.drafted_by == member_in().member.reference
    return render_template("treasury/goods_out.html", out=found, is_own=is_own, problem=problem)


def _believed(reference: str) -> str:
    if not _REFERENCE.fullmatch(reference):
        abort(404)
    return reference
