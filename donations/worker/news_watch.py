"""Room: worker. Once a day: what donors are told of the newest month is frozen, wished notes are owed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from donations import outbox, reconciliation, reporting
from donations.clock import day_in_zone
from donations.database import Database
from donations.settings import Settings
from donations.tables import Gift, NewsMonth, NewsWish, Pledge

EVERY = timedelta(days=1)
_log = structlog.get_logger()


def tell_of_month(database: Database, settings: Settings, now: datetime) -> bool:
    """Settle the newest month that may be told, once a day; return whether one was."""
    if not database.write(lambda session: reconciliation.take_turn(session, "news", now=now, every=EVERY)):
        return False
    return database.write(lambda session: _tell(session, settings, now))


def _tell(session: Session, settings: Settings, now: datetime) -> bool:
    organisation, today = settings.organisation, day_in_zone(now, settings.zone)
    told = reporting.settle_month(session, organisation=organisation, today=today, now=now)
    if told is None:
        return False
    _log.info("month_told", month=f"{told.through:%Y-%m}")
    if organisation.month_note_version:
        _owe_notes(session, told.through, now)
    return True


def _owe_notes(session: Session, through: date, now: datetime) -> None:
    """Owe the note of each wished gift of which more is spent than was told before, once per gift and month."""
    wished = (
        select(Gift.reference)
        .outerjoin(Pledge, Pledge.id == Gift.pledge_id)
        .join(NewsWish, or_(NewsWish.promise == Gift.reference, NewsWish.promise == Pledge.reference))
        .where(NewsWish.ended_at.is_(None))
    )
    before = session.scalar(select(func.max(NewsMonth.through)).where(NewsMonth.through < through))
    for reference in session.scalars(wished):
        told = reporting.read_news(session, reference)
        earlier = None if before is None else reporting.read_news(session, reference, month=before)
        if told is not None and told.spent_cents > (earlier.spent_cents if earlier else 0):
            subject = f"{reference}/{through:%Y-%m-%d}"
            outbox.owe(session, key=f"mail/month/{subject}", kind="mail_month_note", subject=subject, due_at=now)
