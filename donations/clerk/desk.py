"""Room: clerk. The one ordered desk: positions, gapless numbers, frozen facts, clothing funds; one commit a sitting.

What lies in the tray has settled already; nothing here decides whether money is accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlalchemy.orm import Session

from donations import acknowledgment, filing, log, outbox, tokens, tributes
from donations.acknowledgment import AskedDocument
from donations.clerk.leaves import append_lines, owes_lines
from donations.clerk.numbering import Numbering
from donations.clerk.returning import file_return
from donations.clerk.telling import Teller
from donations.clerk.tray import GiftItem, ReturnItem, is_laid, read_tray
from donations.clock import day_in_zone
from donations.designation import Source
from donations.partners import Happening, tell_partners
from donations.settings import Organisation
from donations.tables import GiftSettlement, tray

_BATCH_MAX = 1000
_LINES_MAX = 10 * _BATCH_MAX
"""More than one sitting files: what has a number has its line in the same commit."""
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

    @property
    def today(self) -> date:
        """Return the day in the book's zone."""
        return day_in_zone(self.now, ZoneInfo(self.organisation.time_zone))

    def open_teller(self, session: Session) -> Teller:
        """Return the pen for the public books at their end; the caller holds the clerk's lock."""
        return Teller(
            pen=log.Pen(session, on=self.today, draw_nonce=tokens.draw_nonce, insert=filing.insert_rows),
            zone=ZoneInfo(self.organisation.time_zone),
            on=self.today,
            part_max_cents=self.organisation.books_part_cents,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """What one sitting did: things of the tray filed, numbers given, and whether more is waiting."""

    filed: int
    issued: tuple[str, ...]
    remaining: bool
    told: int = 0
    """Lines appended to the public books."""


def has_work(session: Session, today: date) -> bool:
    """Tell whether anything waits for the clerk: looking is cheaper than sitting down for nothing."""
    return is_laid(session) or owes_lines(session, today)


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
        # A book older than its log, or what was decided at another desk: no number is given for it.
        return replace(
            nothing,
            told=append_lines(session, desk.open_teller(session), limit),
            remaining=owes_lines(session, desk.today),
        )
    letterhead = acknowledgment.read_letterhead(session, desk.organisation, now=desk.now, base_url=desk.base_url)
    numbering = Numbering(session, letterhead, desk.draw_token)
    on = filing.first_open_day(session, letterhead.issued_on)
    _file(session, numbering, items, now=desk.now, on=on)
    # Documents asked for wait until the tray is empty: then all that is known speaks at once, in any order it came.
    room = min(limit - len(items), _ASKED_MAX) if len(items) == len(waiting) < limit else 0
    asked = acknowledgment.read_requests(session, room)
    _answer(session, numbering, asked, now=desk.now)
    told = append_lines(session, desk.open_teller(session), _LINES_MAX)
    session.execute(delete(tray).where(tray.c.entry_id.in_([item.entry_id for item in items])))
    acknowledgment.forget_requests(session, asked)
    remaining = len(waiting) == limit or len(items) < len(waiting) or bool(acknowledgment.read_requests(session, 1))
    return Advanced(filed=len(items), issued=numbering.issued, remaining=remaining, told=told)


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
    for reference in tributes.list_owed_cards(session, [gift.entry_id for gift in gifts]):
        key = f"mail/card/{reference}"
        outbox.owe(session, key=key, kind="mail_card", subject=reference, due_at=numbering.now)
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
