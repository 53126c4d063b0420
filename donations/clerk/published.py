"""Room: clerk. The public lines of a report: the sums it published, as the mask left them, and its digest.

Sums are told of periods that do not overlap, so that all lines together are the book: once a quarter is told, the
year it lies in adds none. A later edition of a period takes the sums of the earlier one back before its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Select, Text, cast, exists, select
from sqlalchemy.orm import Session

from donations.clerk.telling import Teller
from donations.log import Kind, Line, Told
from donations.tables import ReportPublication, log_leaf

_SUMS: Final[tuple[tuple[str, str, Kind, str], ...]] = (
    ("spent_cents", "children", "spent", "expense:clothing"),
    ("processing_fees_cents", "operations", "spent", "expense:processing-fees"),
    ("dispute_fees_cents", "operations", "spent", "expense:dispute-fees"),
    ("bank_charges_cents", "operations", "spent", "expense:bank-charges"),
    ("made_whole_cents", "both", "moved", "net-assets:interfund"),
    ("held_cents", "children", "balance", "assets"),
    ("operations_balance_cents", "operations", "balance", "assets"),
)
"""Figure of the report, whose cents it tells, kind and account of its line."""
_SUM_KINDS: Final = ("spent", "recovered", "moved", "balance")


def untold_reports() -> Select[Any]:
    """Select the published reports that have no line yet, in the order of their publication."""
    subject = "report/" + ReportPublication.period + "/" + cast(ReportPublication.edition, Text)
    told = select(log_leaf.c.idx).where(log_leaf.c.subject == subject)
    return select(ReportPublication).where(~exists(told)).order_by(ReportPublication.published_at)


def tell_reports(session: Session, teller: Teller) -> None:
    """Tell each published report: its sums, then the digest of its frozen text."""
    for report in session.scalars(untold_reports()):
        subject = f"report/{report.period}/{report.edition}"
        if not _overlaps(session, report.period):
            _take_back(session, teller, report.period, subject)
            for line in _sums_of(report):
                place = f"{line.kind}/{line.ref}/{int(line.children_cents == 0)}"
                teller.pen.add(line, Told(subject=f"{subject}/{place}"))
        line = Line(kind="report", month=report.period, children_cents=0, operations_cents=0, ref=report.sha256)
        teller.pen.add(line, Told(subject=subject))
        teller.pen.write()


def _overlaps(session: Session, period: str) -> bool:
    """Tell whether sums of another period that shares a day with this one are told."""
    sums = select(log_leaf.c.idx).where(log_leaf.c.kind.in_(_SUM_KINDS), log_leaf.c.month != period)
    is_quarter = "-Q" in period
    shares = log_leaf.c.month == period[:4] if is_quarter else log_leaf.c.month.like(f"{period}-Q_")
    return session.scalar(sums.where(shares).limit(1)) is not None


def _take_back(session: Session, teller: Teller, period: str, subject: str) -> None:
    taken = log_leaf.alias("taken")
    standing = select(log_leaf).where(
        log_leaf.c.kind.in_(_SUM_KINDS),
        log_leaf.c.month == period,
        ~exists(select(taken.c.idx).where(taken.c.ref == log_leaf.c.idx, taken.c.kind == "withdrawn")),
    )
    for row in session.execute(standing.order_by(log_leaf.c.idx)).all():
        if row.kind == "balance":
            continue  # A statement, not a sum: the later one stands beside it.
        line = Line(
            kind="withdrawn",
            month=period,
            children_cents=row.children_cents,
            operations_cents=row.operations_cents,
            ref=str(row.idx),
        )
        teller.pen.add(line, Told(subject=f"{subject}/withdrawn/{row.idx}"))


def _sums_of(report: ReportPublication) -> Iterator[Line]:
    """Yield the lines of what a report tells; a figure it hides, or of nothing, has none."""
    figures = json.loads(report.figures)["figures"]
    for figure, whose, kind, path in _SUMS:
        cents = figures.get(figure, {}).get("value")
        if not cents:
            continue
        is_less = cents < 0 and kind == "spent"
        own = cents if kind == "balance" else abs(cents)
        yield Line(
            kind="recovered" if is_less else kind,
            month=report.period,
            children_cents=own if whose in {"children", "both"} else 0,
            operations_cents=own if whose in {"operations", "both"} else 0,
            ref=path,
        )
