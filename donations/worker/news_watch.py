"""Room: worker. Once a day: what donors are told of the newest month is frozen, wished notes are owed."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from donations import reconciliation, reporting
from donations.clock import day_in_zone
from donations.database import Database
from donations.settings import Settings

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
    return True
