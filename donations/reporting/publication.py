"""Room: reporting. What was published: frozen texts, read back for the page and for the mask of the next report."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from donations.errors import BrokenInvariantError
from donations.partners import Happening, tell_partners
from donations.privacy import Milestone
from donations.reporting.children import CLOTHED, DESIGNATED, FILLED, SPENT, History
from donations.reporting.report import Report, freeze_report, thaw_report
from donations.tables import NewsMonth, ReportPublication


def read_published(session: Session, period: str) -> Report | None:
    """Return the newest edition of a period's report, or None if there is none."""
    newest = (
        select(ReportPublication)
        .where(ReportPublication.period == period)
        .order_by(ReportPublication.edition.desc())
        .limit(1)
    )
    found = session.scalar(newest)
    return None if found is None else _thaw(found)


def read_latest(session: Session) -> Report | None:
    """Return the published report that reaches furthest, its newest edition."""
    return max(_all(session), key=lambda report: (report.period.last_on, report.edition or 0), default=None)


def read_history(session: Session) -> History:
    """Return every milestone ever told, by the name of its count: in a published report, or to donors of a month."""
    history: dict[str, list[Milestone]] = defaultdict(list)
    for month in session.scalars(select(NewsMonth).order_by(NewsMonth.through)):
        for name, milestone in milestones_of(month).items():
            history[name].append(milestone)
    for report in _all(session):
        for name, milestone in report.milestones.items():
            if milestone not in history[name]:
                history[name].append(milestone)
    return history


def milestones_of(month: NewsMonth) -> dict[str, Milestone]:
    """Return what donors were told of a month, in the form in which the mask remembers it."""
    sides = (
        (FILLED, month.filled_count, DESIGNATED, month.designated_cents),
        (CLOTHED, month.clothed_count, SPENT, month.spent_cents),
    )
    return {
        name: Milestone(on=month.through, count=count, cents={money: cents})
        for name, count, money, cents in sides
        if count is not None and cents is not None
    }


def next_edition(session: Session, period: str) -> int:
    """Return the number the next publication of a period takes."""
    last = session.scalar(select(func.max(ReportPublication.edition)).where(ReportPublication.period == period))
    return (last or 0) + 1


def keep_published(session: Session, report: Report, *, now: datetime) -> None:
    """Freeze a report; its text never changes again (the table is append-only)."""
    text = freeze_report(report)
    session.add(
        ReportPublication(
            period=report.period.name,
            edition=report.edition,
            figures=text,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            published_at=now,
        )
    )
    session.flush()
    published = Happening(type="report.published", reference=report.period.name, key=report.reference)
    tell_partners(session, [published], now=now)


def _all(session: Session) -> Iterator[Report]:
    order = (ReportPublication.published_at, ReportPublication.period, ReportPublication.edition)
    for kept in session.scalars(select(ReportPublication).order_by(*order)):
        yield _thaw(kept)


def _thaw(kept: ReportPublication) -> Report:
    if hashlib.sha256(kept.figures.encode()).hexdigest() != kept.sha256:
        raise BrokenInvariantError(f"the report {kept.period}, edition {kept.edition}, is not the one published")
    return thaw_report(kept.figures)
