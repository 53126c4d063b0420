"""Room: clerk. The one ordered desk: positions, gapless numbers, frozen facts, clothing funds; one commit a sitting.

What lies in the tray has settled already; nothing here decides whether money is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import delete
from sqlalchemy.orm import Session

from donations import acknowledgment, filing
from donations.acknowledgment import AskedDocument
from donations.clerk.numbering import Numbering
from donations.clerk.returning import file_return
from donations.clerk.tray import GiftItem, ReturnItem, read_tray
from donations.designation import Source
from donations.partners import Happening, tell_partners
from donations.settings import Organisation
from donations.tables import GiftSettlement, tray

_BATCH_MAX = 1000
_ASKED_MAX = _RETURNS_MAX = 100
"""Statements read whole years, and each return is undone by itself: so few of either share one commit that no other
writer waits long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the clerk is handed: whose documents, the clock's now, where they are checked, and tokens (32 hex)."""

    organisation: Organisation
    now: datetime
    base_url: str
    draw_token: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """What one sitting did: things of the tray filed, numbers given, and whether more is waiting."""

    filed: int
    issued: tuple[str, ...]
    remaining: bool


def advance(session: Session, desk: Desk, limit: int) -> Advanced:
    """File at most `limit` things in one transaction: what lies in the tray by entry, then documents asked for.

    Does nothing if another clerk sits at the desk. Killed anywhere, everything or nothing of it has happened.
    """
    limit = min(limit, _BATCH_MAX)
    nothing = Advanced(filed=0, issued=(), remaining=False)
    if not filing.try_clerks_lock(session):
        return nothing
    waiting = read_tray(session, limit)
    items = _cut(waiting)
    if not items and not acknowledgment.read_requests(session, 1):
        return nothing
    letterhead = acknowledgment.read_letterhead(session, desk.organisation, now=desk.now, base_url=desk.base_url)
    numbering = Numbering(session, letterhead, desk.draw_token)
    on = filing.first_open_day(session, letterhead.issued_on)
    _file(session, numbering, items, now=desk.now, on=on)
    # Documents asked for wait until the tray is empty: then all that is known speaks at once, in any order it came.
    room = min(limit - len(items), _ASKED_MAX) if len(items) == len(waiting) < limit else 0
    asked = acknowledgment.read_requests(session, room)
    _answer(session, numbering, asked, now=desk.now)
    # Leaves of the public log are appended here, after the last row they tell of and before the tray is emptied.
    session.execute(delete(tray).where(tray.c.entry_id.in_([item.entry_id for item in items])))
    acknowledgment.forget_requests(session, asked)
    remaining = len(waiting) == limit or len(items) < len(waiting) or bool(acknowledgment.read_requests(session, 1))
    return Advanced(filed=len(items), issued=numbering.issued, remaining=remaining)


def _cut(items: Sequence[GiftItem | ReturnItem]) -> Sequence[GiftItem | ReturnItem]:
    """Return the items through the last return that one sitting may file."""
    returns = [place for place, item in enumerate(items, start=1) if isinstance(item, ReturnItem)]
    return items if len(returns) <= _RETURNS_MAX else items[: returns[_RETURNS_MAX - 1]]


def _file(
    session: Session, numbering: Numbering, items: Iterable[GiftItem | ReturnItem], *, now: datetime, on: date
) -> None:
    """File items in their order, each done with before the next, so that where a batch ends decides nothing.

    Gifts only fill, so their order alone decides and one pass over a run of them is each gift's own fill (law P5).
    A return undoes and backfills at its own place: the run before it ends, its gifts numbered and filled.
    """
    for kind, run in groupby(items, key=type):
        if kind is GiftItem:
            _file_gifts(session, numbering, [item for item in run if isinstance(item, GiftItem)], on=on)
        else:
            for item in run:
                if isinstance(item, ReturnItem):
                    file_return(session, item, now=now, on=on)


def _file_gifts(session: Session, numbering: Numbering, gifts: Sequence[GiftItem], *, on: date) -> None:
    first = filing.file_entries(session, [(gift.entry_id, "gift") for gift in gifts])
    filed = GiftSettlement.entry_id.in_([gift.entry_id for gift in gifts])
    read = list(acknowledgment.read_settled_gifts(session, filed))
    settled = [Happening(type="gift.settled", reference=gift.reference, key=gift.reference) for gift in read]
    for gift in read:
        numbering.issue_receipt(gift)
    numbering.write()
    tell_partners(session, settled, now=numbering.now)
    sources = [
        (position, Source(entry_id=gift.entry_id, free_cents=gift.children_cents))
        for position, gift in enumerate(gifts, start=first)
    ]
    filing.fill_from_filed(session, sources, on=on)


def _answer(session: Session, numbering: Numbering, asked: Sequence[AskedDocument], *, now: datetime) -> None:
    """Give what was asked for its number; the late receipt of a gift that went back meanwhile says so."""
    for request in asked:
        numbering.answer(request)
    numbering.write()
    for request in asked:
        if request.kind == "gift_receipt" and request.gift_id is not None:
            acknowledgment.follow_return(session, request.gift_id, now=now)
