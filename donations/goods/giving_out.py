"""Room: goods. What leaves the shelf: drafted by one, approved by another, booked at the value it came with.

Goods are given out or discarded; securities are sold, and all they bring is the children's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from donations import audit_log, filing, ledger, postings, tokens
from donations.clock import day_in_zone
from donations.errors import FieldRefusedError, NotFoundError
from donations.filing import await_clerks_lock
from donations.goods.facts import Kind
from donations.goods.forms import remind_of_8282
from donations.goods.on_hand import Shelf, read_shelf
from donations.goods.taking_in import Hand
from donations.money import CENTS_MAX
from donations.postings import HowOut
from donations.tables import GoodsOut, GoodsOutLine, tray

_LEAVES: Final[dict[HowOut, Kind]] = {"given": "goods", "discarded": "goods", "sold": "securities"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """So many of one item of a gift in kind; `n` is its place in the gift, from 1."""

    gift: str
    n: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutWish:
    """What is to leave, and how; of a sale, what was paid and what the broker kept, cents."""

    how: HowOut
    out_on: date
    parts: tuple[Part, ...]
    proceeds_cents: int = 0
    commission_cents: int = 0


def share(value_cents: int, count: int, gone: int, leaving: int) -> int:
    """Return what `leaving` of `count` things are worth after `gone` left: the parts of all of them are the whole."""
    return value_cents * (gone + leaving) // count - value_cents * gone // count


def draft_out(session: Session, wish: OutWish, hand: Hand) -> str:
    """Write down what is to leave and return its reference; nothing leaves the book until another approves it."""
    _believe(wish, hand)
    # Two who want the last of a thing, or one who takes its gift out of the book, come one after the other.
    await_clerks_lock(session)
    shelves = _find_shelves(session, wish)
    row = GoodsOut(
        reference=tokens.draw_reference("o"),
        how=wish.how,
        out_on=wish.out_on,
        proceeds_cents=wish.proceeds_cents,
        commission_cents=wish.commission_cents,
        state="drafted",
        drafted_by=hand.actor.reference,
        drafted_at=hand.now,
    )
    session.add(row)
    session.flush()
    session.add_all(
        GoodsOutLine(goods_out_id=row.id, goods_item_id=shelf.item_id, count=part.count) for shelf, part in shelves
    )
    session.flush()
    _note(session, row, "goods.out_drafted", hand, count=sum(part.count for part in wish.parts))
    return row.reference


def approve_out(session: Session, reference: str, hand: Hand) -> None:
    """Book what leaves; approved twice is once. Raises `FieldRefusedError` for one's own draft, `NotFoundError`."""
    await_clerks_lock(session)
    found = _find(session, reference)
    if found.state == "approved":
        return
    _refuse_own(found, hand)
    entry = _entry_of(session, found, hand)
    posted = ledger.post(session, entry, recorded_at=hand.now)
    found.state, found.decided_by, found.decided_at = "approved", hand.actor.reference, hand.now
    found.entry_id = posted.entry_id
    session.flush()
    if found.how == "sold":
        session.execute(insert(tray).values(entry_id=posted.entry_id))
    if found.how == "discarded":
        # What is given out serves the charity's own purpose, for nothing: that is excepted.
        gone = [shelf for shelf, _ in _lines_of(session, found)]
        remind_of_8282(session, found.reference, gone, found.out_on, hand)
    _note(session, found, "goods.out_approved", hand)


def decline_out(session: Session, reference: str, hand: Hand) -> None:
    """Decline a draft: everything stays on the shelf. One's own draft another declines, or it stays."""
    found = _find(session, reference)
    _refuse_own(found, hand)
    found.state, found.decided_by, found.decided_at = "declined", hand.actor.reference, hand.now
    session.flush()
    _note(session, found, "goods.out_declined", hand)


def _entry_of(session: Session, found: GoodsOut, hand: Hand) -> postings.NewEntry:
    leaving = postings.Leaving(
        reference=found.reference,
        value_cents=_value_of(session, found),
        proceeds_cents=found.proceeds_cents,
        commission_cents=found.commission_cents,
    )
    day, actor = filing.first_open_day(session, found.out_on), hand.actor.reference
    if found.how == "sold":
        return postings.goods_sold(leaving, happened_at=hand.now, effective_on=day, actor=actor)
    how: Literal["given", "discarded"] = "given" if found.how == "given" else "discarded"
    return postings.goods_gone(leaving, how, happened_at=hand.now, effective_on=day, actor=actor)


def _lines_of(session: Session, found: GoodsOut) -> list[tuple[Shelf, GoodsOutLine]]:
    lines = session.scalars(select(GoodsOutLine).where(GoodsOutLine.goods_out_id == found.id)).all()
    shelves = {shelf.item_id: shelf for shelf in read_shelf(session, item_ids=[line.goods_item_id for line in lines])}
    return [(shelves[line.goods_item_id], line) for line in lines]


def _value_of(session: Session, found: GoodsOut) -> int:
    value = 0
    for shelf, line in _lines_of(session, found):
        if shelf.left < line.count:
            raise FieldRefusedError(
                f"Only {shelf.left} of “{shelf.description}” are left; decline this draft and write another.",
                field="reference",
            )
        value += share(shelf.value_cents, shelf.count, shelf.gone, line.count)
    return value


def _believe(wish: OutWish, hand: Hand) -> None:
    if wish.how not in _LEAVES:
        raise FieldRefusedError("Choose whether it is given out, discarded or sold.", field="how")
    if wish.out_on > day_in_zone(hand.now, hand.zone):
        raise FieldRefusedError("Nothing can have left on a day to come.", field="out_on")
    if not wish.parts or len({(part.gift, part.n) for part in wish.parts}) != len(wish.parts):
        raise FieldRefusedError("Choose what leaves, each thing once.", field="count")
    if any(part.count < 1 for part in wish.parts):
        raise FieldRefusedError("Count at least one of each thing that leaves.", field="count")
    if (wish.how == "sold") != (0 < wish.proceeds_cents <= CENTS_MAX):
        raise FieldRefusedError("A sale, and nothing else, says what was paid.", field="proceeds")
    if not 0 <= wish.commission_cents <= wish.proceeds_cents:
        raise FieldRefusedError("The broker kept no more than was paid.", field="commission")


def _find_shelves(session: Session, wish: OutWish) -> list[tuple[Shelf, Part]]:
    """Return the item of each part; what other drafts want counts as gone already."""
    known = {(shelf.gift, shelf.n): shelf for shelf in read_shelf(session, gifts=[part.gift for part in wish.parts])}
    found = []
    for part in wish.parts:
        shelf = known.get((part.gift, part.n))
        if shelf is None or shelf.kind != _LEAVES[wish.how]:
            raise NotFoundError("Nothing of that kind is on hand.", field="count")
        if part.count > shelf.left - shelf.drafted:
            raise FieldRefusedError(
                f"Only {shelf.left - shelf.drafted} of “{shelf.description}” can leave.", field="count"
            )
        if wish.out_on < shelf.came_on:
            raise FieldRefusedError("Nothing leaves before the day it came.", field="out_on")
        found.append((shelf, part))
    return found


def _find(session: Session, reference: str) -> GoodsOut:
    found = session.scalars(select(GoodsOut).where(GoodsOut.reference == reference).with_for_update()).one_or_none()
    if found is None:
        raise NotFoundError("Nothing with that reference left, or is to leave.", field="reference")
    return found


def _refuse_own(found: GoodsOut, hand: Hand) -> None:
    if found.state != "drafted":
        raise FieldRefusedError(f"This was {found.state} already.", field="reference")
    if hand.actor.staff_id is not None and found.drafted_by == hand.actor.reference:
        raise FieldRefusedError("You drafted this yourself: another person must approve it.", field="reference")


def _note(session: Session, row: GoodsOut, act: str, hand: Hand, **facts: int) -> None:
    told: dict[str, str | int | bool | None] = {"how": row.how, "cents": row.proceeds_cents, **facts}
    audit_log.record(session, hand.actor, act, subject=row.reference, facts=told, at=hand.now)
