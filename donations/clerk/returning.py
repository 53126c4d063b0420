"""Room: clerk. Money that goes back leaves the clothing funds where it may, and is made whole where it is spent.

All is done at the return's own place in the order, before the next thing is filed (docs: money, "Designation").
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from donations import acknowledgment, filing, ledger, postings
from donations.clerk.tray import ReturnItem
from donations.designation import Source, plan_release, plan_substitution
from donations.errors import BrokenInvariantError
from donations.partners import Happening, tell_partners
from donations.postings import NewEntry
from donations.tables import Gift, GiftSettlement, entry, returned
from donations.tables import filing as order


@dataclass(frozen=True, slots=True, kw_only=True)
class _Return:
    """A return at its turn: when it is filed, and the entry its gift came by."""

    item: ReturnItem
    now: datetime
    on: date
    gift_entry_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Whole:
    """A make-whole that stands: operations' cents in the place of a gift's that went back."""

    entry_id: int
    cause_key: str
    cents: int


def file_return(session: Session, item: ReturnItem, *, now: datetime, on: date) -> None:
    """File money that went back or came again: its cents, then the gift's document."""
    filing.file_entries(session, [(item.entry_id, "return")])
    if item.gift_id is None:
        return
    turn = _Return(item=item, now=now, on=on, gift_entry_id=_entry_of(session, item.gift_id))
    if item.children_cents > 0:
        _take_back(session, turn, item.children_cents)
    elif item.children_cents < 0:
        _bring_again(session, turn, item.gift_id, -item.children_cents)
    if item.children_cents != 0:
        filing.settle_designations(session, on=on)
    acknowledgment.follow_return(session, item.gift_id, now=now)
    reference = session.scalars(select(Gift.reference).where(Gift.id == item.gift_id)).one()
    tell_partners(session, [Happening(type="gift.returned", reference=reference, key=item.source_key)], now=now)


def _entry_of(session: Session, gift_id: int) -> int:
    chosen = (
        select(GiftSettlement.entry_id)
        .join(order, order.c.entry_id == GiftSettlement.entry_id)
        .where(GiftSettlement.gift_id == gift_id)
    )
    entry_id = session.scalar(chosen)
    if entry_id is None:
        raise BrokenInvariantError(f"cents of gift {gift_id} went back before it was filed")
    return entry_id


def _take_back(session: Session, turn: _Return, cents: int) -> None:
    """Take cents of a gift out of the pool and the funds; those spent already operations makes whole."""
    free = filing.idle_cents_of(session, turn.gift_entry_id)
    places, funds = filing.read_places_of(session, turn.gift_entry_id)
    source = Source(entry_id=turn.gift_entry_id, free_cents=free)
    release = plan_release(source, cents, places, funds)
    filing.take_idle(session, [(turn.gift_entry_id, min(free, cents))])
    filing.write_designations(session, release.rows, on=turn.on)
    if release.pinned_cents:
        whole = _make_whole(session, turn, release.pinned_cents)
        _hand_over(session, turn.gift_entry_id, [(whole, release.pinned_cents)], on=turn.on)


def _bring_again(session: Session, turn: _Return, gift_id: int, cents: int) -> None:
    """Undo the gift's make-wholes, the youngest first, as far as its cents came again; the rest of them is free."""
    left = cents
    for whole in _read_standing_make_wholes(session, gift_id):
        if left == 0:
            break
        again = min(left, whole.cents)
        _undo_make_whole(session, turn, whole)
        heirs = [(turn.gift_entry_id, again)]
        if whole.cents > again:
            heirs.append((_make_whole(session, turn, whole.cents - again), whole.cents - again))
        _hand_over(session, whole.entry_id, heirs, on=turn.on)
        left -= again
    filing.add_idle(session, [(turn.gift_entry_id, left)])


def _hand_over(session: Session, leaving: int, heirs: Iterable[tuple[int, int]], *, on: date) -> None:
    """Give cents of one source to others wherever they are now: idle ones first, then the youngest fund's."""
    for coming, cents in heirs:
        idle = min(cents, filing.idle_cents_of(session, leaving))
        filing.take_idle(session, [(leaving, idle)])
        filing.add_idle(session, [(coming, idle)])
        places, funds = filing.read_places_of(session, leaving)
        rows = plan_substitution(leaving=leaving, coming=coming, cents=cents - idle, places=places, funds=funds)
        filing.write_designations(session, rows, on=on)


def _make_whole(session: Session, turn: _Return, cents: int) -> int:
    return _book(session, turn, _whole_entry(turn, turn.item.source_key, cents))


def _undo_make_whole(session: Session, turn: _Return, whole: _Whole) -> None:
    undone = postings.make_whole_undone(
        entry_id=whole.entry_id,
        whole=_whole_entry(turn, whole.cause_key, whole.cents),
        happened_at=turn.item.happened_at,
        effective_on=turn.on,
    )
    _book(session, turn, undone)


def _whole_entry(turn: _Return, cause_key: str, cents: int) -> NewEntry:
    return postings.make_whole(
        cause_key=cause_key, cents=cents, happened_at=turn.item.happened_at, effective_on=turn.on
    )


def _book(session: Session, turn: _Return, new: NewEntry) -> int:
    posted = ledger.post(session, new, recorded_at=turn.now)
    filing.file_entries(session, [(posted.entry_id, "make_whole")])
    return posted.entry_id


def _read_standing_make_wholes(session: Session, gift_id: int) -> list[_Whole]:
    """Return what operations still makes whole of a gift, the youngest first."""
    cause, undoing = aliased(entry), aliased(entry)
    found = session.execute(
        select(entry.c.id, cause.c.source_key)
        .select_from(returned)
        .join(cause, cause.c.id == returned.c.entry_id)
        .join(entry, entry.c.source_key == postings.make_whole_key("") + cause.c.source_key)
        .join(order, order.c.entry_id == entry.c.id)
        .where(returned.c.gift_id == gift_id, ~exists().where(undoing.c.reverses == entry.c.id))
        .order_by(order.c.position.desc())
    ).all()
    brought = session.execute(
        filing.children_cents_of(select(entry.c.id).where(entry.c.id.in_([r.id for r in found])))
    )
    cents = {row.entry_id: int(row.cents) for row in brought}
    return [_Whole(entry_id=row.id, cause_key=row.source_key, cents=cents[row.id]) for row in found]
