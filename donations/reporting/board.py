"""Room: reporting. The notice board: the live report, built anew only when there is something new to say."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations.acknowledgment import read_letterhead
from donations.reporting.building import build_live
from donations.reporting.exports import Readings
from donations.reporting.report import Report
from donations.settings import Organisation
from donations.tables import ReportPublication, entry

_REST = 20
"""A build that took a second is shown for twenty: reading the book is never most of what the house does."""
_OLD = 60.0


@dataclass(frozen=True, slots=True)
class _Notice:
    report: Report
    mark: tuple[object, ...]
    built_at: float
    took: float


class NoticeBoard:
    """Shows this year to date. Threads may share it; one builds while the others see the notice before."""

    def __init__(self, readings: Readings, organisation: Organisation) -> None:
        self._readings = readings
        self._organisation = organisation
        self._lock = threading.Lock()
        self._notice: _Notice | None = None

    def show(self, now: datetime) -> Report:
        """Return the live report as of the newest entry, or one a few moments older while the book is long."""
        notice = self._notice
        if notice is not None and time.monotonic() < notice.built_at + _REST * notice.took:
            return notice.report
        if not self._lock.acquire(blocking=notice is None) and notice is not None:
            return notice.report
        try:
            return self._renew(now).report
        finally:
            self._lock.release()

    def _renew(self, now: datetime) -> _Notice:
        started = time.monotonic()
        with self._readings() as session:
            mark = self._mark(session, now)
            if self._notice is not None and self._notice.mark == mark and started < self._notice.built_at + _OLD:
                return self._notice
            report = build_live(session, organisation=self._organisation, now=now)
        finished = time.monotonic()
        self._notice = _Notice(report, mark, finished, finished - started)
        return self._notice

    def _mark(self, session: Session, now: datetime) -> tuple[object, ...]:
        """Return what changes exactly when the live report may: the newest entry, publication and day."""
        today = read_letterhead(session, self._organisation, now=now, base_url="").issued_on
        # On PostgreSQL ids are not the order of commits: what slips under the newest is seen a minute later.
        newest = session.scalar(select(func.max(entry.c.id)))
        return newest, session.scalar(select(func.count()).select_from(ReportPublication)), today
